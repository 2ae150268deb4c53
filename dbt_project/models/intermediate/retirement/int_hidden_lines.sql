-- Lines of the look-back that do not say what they asked for: somebody's use of any tag may be among them.
with nodes as (
    select * from {{ ref('node_days_base') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

opted_out as (
    select * from {{ ref('stg_opted_out_days') }}
),

last_days as (
    select max(logged_on) as last_day from nodes
),

counted as (
    select sum(nodes.line_count) as line_count, sum(nodes.turned_away_count) as turned_away_count
    from nodes
    inner join last_days on nodes.logged_on > last_days.last_day - {{ var('tag_lookback_days') }}
),

-- A quarantined line has no time: it may be of any day of its object, and of any day at all where no line had one.
quarantined as (
    select sum(loads.quarantined_count) as line_count
    from loads
    cross join last_days
    where
        not loads.is_superseded
        and coalesce(cast(loads.last_logged_at as date) > last_days.last_day - {{ var('tag_lookback_days') }}, true)
),

opted as (
    select sum(opted_out.opted_out_count) as line_count
    from opted_out
    inner join last_days on opted_out.opted_out_on > last_days.last_day - {{ var('tag_lookback_days') }}
),

final as (
    select
        coalesce(counted.line_count, 0) as line_count,
        coalesce(counted.turned_away_count, 0) as turned_away_count,
        coalesce(quarantined.line_count, 0) as quarantined_count,
        coalesce(opted.line_count, 0) as opted_out_count
    from counted
    cross join quarantined
    cross join opted
)

select * from final
