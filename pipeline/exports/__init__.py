"""Files for other programs, read from the published marts; one module a kind of file."""
