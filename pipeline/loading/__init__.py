"""From log objects to the lake: which are new, keys, reading, enriching, writing."""
