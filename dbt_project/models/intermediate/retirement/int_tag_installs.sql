-- The active installs of each tag as of the last loaded day, by the same rules as active_installs_daily.
with versions as (
    select * from {{ ref('origin_versions') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

last_days as (
    select max(requested_on) as last_day from {{ ref('stg_load_days') }}
),

installs as (
    select
        versions.repository,
        versions.tag,
        {{ unique_key('origin', 'versions') }} as origin_key,
        {{ unique_key('endpoint', 'versions') }} as endpoint_key,
        versions.is_updater
    from versions
    inner join last_days on versions.pull_date > last_days.last_day - {{ var('active_window_days') }}
    {{ join_unique_keys('versions', 'unique_keys') }}
    where versions.is_install
),

-- An origin is an updater where it is nothing else in the window.
origins as (
    select
        repository,
        tag,
        origin_key,
        min(endpoint_key) as endpoint_key,
        coalesce(bool_and(is_updater), false) as is_updater
    from installs
    group by repository, tag, origin_key
),

seen as (
    select * from {{ without_seconds('origins', ['repository']) }}
),

final as (
    select repository, tag, count(*) as active_install_count
    from seen
    where tag is not null
    group by repository, tag
)

select * from final
