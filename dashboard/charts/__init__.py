"""One file a kind of chart; each takes a data frame and returns an Altair chart."""
