-- When a node of a source wrote nothing for days: its users are not seen then, whatever other nodes logged.
with nodes as (
    select * from {{ ref('node_days_base') }}
),

retired as (
    select * from {{ ref('retired_nodes') }}
),

last_days as (
    select max(logged_on) as last_day from nodes
),

node_days as (
    select distinct source_name, node, logged_on from nodes
),

first_days as (
    select source_name, node, min(logged_on) as first_on
    from node_days
    group by source_name, node
),

silences as (
    select
        source_name,
        node,
        logged_on as last_logged_on,
        lead(logged_on) over (partition by source_name, node order by logged_on) as next_logged_on
    from node_days
),

serving as (
    select distinct source_name, node, repository
    from nodes
    where repository <> ''
),

-- Nodes that serve the same repository.
peers as (
    select distinct serving.source_name, serving.node, others.source_name as other_source, others.node as other_node
    from serving
    inner join serving as others on serving.repository = others.repository
),

-- A node that another one stood in for, since about the day on which it stopped.
replaced as (
    select distinct silences.source_name, silences.node
    from silences
    inner join first_days as own_first
        on silences.source_name = own_first.source_name and silences.node = own_first.node
    inner join peers on silences.source_name = peers.source_name and silences.node = peers.node
    inner join first_days as others
        on
            peers.other_source = others.source_name
            and peers.other_node = others.node
            and others.first_on between silences.last_logged_on - 1 and silences.last_logged_on + 1
            and own_first.first_on < others.first_on
    where silences.next_logged_on is null
),

final as (
    select
        silences.source_name,
        silences.node,
        silences.last_logged_on,
        coalesce(silences.next_logged_on, last_days.last_day + 1) as next_logged_on
    from silences
    cross join last_days
    left join replaced on silences.source_name = replaced.source_name and silences.node = replaced.node
    left join retired
        on
            silences.source_name = coalesce(retired.source_name, silences.source_name)
            and silences.node = retired.node
    where
        coalesce(silences.next_logged_on, last_days.last_day + 1) - silences.last_logged_on
        > {{ var('node_silent_days') }}
        and (silences.next_logged_on is not null or (replaced.node is null and retired.node is null))
)

select * from final
