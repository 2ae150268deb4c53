"""From the lake to the published file: what to rebuild, dbt, publication."""
