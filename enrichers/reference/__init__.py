"""Reading of reference data: ranges, lists, seeds."""
