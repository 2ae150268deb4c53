with version_days as (
    select * from {{ ref('int_origin_version_days') }}
),

nodes as (
    select * from {{ ref('node_days_base') }}
),

holes as (
    select * from {{ ref('int_node_holes') }}
),

repositories as (
    select repository, min(pull_date) as first_logged_on
    from version_days
    group by repository
),

logged_days as (
    select distinct logged_on from nodes
),

serving as (
    select distinct source_name, node, repository from nodes
),

versions as (
    select repository, version, min(pull_date) as first_seen_on
    from version_days
    where version is not null
    group by repository, version
),

-- Versions that came while a node of their repository was silent: they may have been out before that day.
unheard as (
    select distinct versions.repository, versions.version
    from versions
    inner join serving on versions.repository = serving.repository
    inner join holes
        on
            serving.source_name = holes.source_name
            and serving.node = holes.node
            and versions.first_seen_on > holes.last_logged_on + 1
            and versions.first_seen_on <= holes.next_logged_on
),

final as (
    select
        versions.repository,
        versions.version,
        versions.first_seen_on,
        {{ version_order('versions.version') }} as version_order,
        -- On the first day that a repository was logged, or the first after a hole in the logs, however short, a
        -- version may have been out for long.
        not {{ is_prerelease('versions.version') }}
        and versions.first_seen_on > repositories.first_logged_on
        and logged_days.logged_on is not null
        and unheard.version is null as is_release_seen
    from versions
    inner join repositories using (repository)
    left join logged_days on versions.first_seen_on - 1 = logged_days.logged_on
    left join unheard using (repository, version)
)

select * from final
