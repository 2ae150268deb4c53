"""Questions to the published marts, one file a subject; each returns a data frame."""
