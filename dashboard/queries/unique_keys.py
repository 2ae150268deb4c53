"""One key an origin, over all borders of key epochs; for pages and report alike."""

from __future__ import annotations

from dashboard.queries.dbt_macros import rendered
from pipeline.warehouse.marts import MARTS

# An origin has another pseudonym under each key; this finds the earliest that is known of it, from border to
# border: columns origin_id and unique_key.
UNIQUE_KEYS = f"""
    unique_keys as (
        select id as origin_id, unique_key
        from {rendered("unique_keys", days=f"{MARTS}.origin_days", levels=["origin"])}
    )"""
