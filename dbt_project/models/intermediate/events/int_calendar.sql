-- The publisher's own events, and the releases that the logs tell.
with events as (
    select * from {{ ref('stg_events') }}
),

releases as (
    select * from {{ ref('int_releases') }}
),

repositories as (
    select distinct repository from {{ ref('pulls_daily_base') }}
),

release_days as (
    select
        released_on as event_date,
        repository,
        'release' as kind,
        string_agg(release, ', ' order by release) as label
    from releases
    group by released_on, repository
),

final as (
    select
        events.event_date,
        events.repository,
        events.kind,
        events.label,
        'events.csv' as source
    from events
    semi join repositories on events.repository = repositories.repository
    union all
    select event_date, repository, kind, label, 'logs' as source
    from release_days
)

select * from final
