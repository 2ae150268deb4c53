"""Pure functions from distinct keys to attributes."""
