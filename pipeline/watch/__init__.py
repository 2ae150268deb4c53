"""Whether all is well: the hourly check and its alerts."""
