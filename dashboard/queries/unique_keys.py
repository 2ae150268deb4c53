"""One key an origin, over all borders of key epochs; for pages and report alike."""

from __future__ import annotations

from pipeline.warehouse.marts import MARTS

# An origin has another pseudonym under each key; this finds the earliest that is known of it, from border to
# border. What macro unique_keys does, which a test compares with `uniques_between`.
UNIQUE_KEYS = f"""
    borders as (
        select distinct origin_id, previous_origin_id from {MARTS}.origin_days
        where previous_origin_id is not null
    ),
    chains as (
        select origin_id, previous_origin_id as unique_key, 1 as border_count from borders
        union all
        select chains.origin_id, borders.previous_origin_id, chains.border_count + 1
        from chains inner join borders on chains.unique_key = borders.origin_id
    ),
    unique_keys as (
        select origin_id, max_by(unique_key, border_count) as unique_key from chains group by origin_id
    )"""
