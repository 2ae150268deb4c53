-- How much of the look-back the logs show of each repository: a day counts when no node that serves it was silent.
with nodes as (
    select * from {{ ref('node_days_base') }}
),

holes as (
    select * from {{ ref('int_node_holes') }}
),

last_days as (
    select max(logged_on) as last_day from nodes
),

days as (
    select distinct nodes.logged_on
    from nodes
    inner join last_days on nodes.logged_on > last_days.last_day - {{ var('tag_lookback_days') }}
),

-- The row without a repository stands for one that nobody asked for yet: any node may be asked for it.
serving as (
    select distinct source_name, node, nullif(repository, '') as repository
    from nodes
    where repository <> ''
    union
    select distinct source_name, node, null as repository
    from nodes
),

missed as (
    select
        serving.repository,
        days.logged_on,
        min(holes.source_name || ' ' || holes.node) as silent_node
    from serving
    inner join holes on serving.source_name = holes.source_name and serving.node = holes.node
    inner join days on holes.last_logged_on < days.logged_on and holes.next_logged_on > days.logged_on
    group by serving.repository, days.logged_on
),

missed_days as (
    select
        repository,
        count(*) as missed_count,
        min(trim(silent_node)) as silent_node
    from missed
    group by repository
),

repositories as (
    select distinct repository from serving
),

final as (
    select
        repositories.repository,
        last_days.last_day as as_of_date,
        (select count(*) from days) - coalesce(missed_days.missed_count, 0) as covered_day_count,
        missed_days.silent_node
    from repositories
    cross join last_days
    left join missed_days on repositories.repository is not distinct from missed_days.repository
)

select * from final
