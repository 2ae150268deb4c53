"""The manifest catalogue: its files, and the look-ups at the registry that fill it."""
