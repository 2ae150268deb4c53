-- What somebody wrote into events.csv or advisories.csv, and what was left out of it.
with problems as (
    select * from {{ ref('stg_own_file_problems') }}
),

events as (
    select * from {{ ref('stg_events') }}
),

advisories as (
    select * from {{ ref('stg_advisories') }}
),

repositories as (
    select distinct repository from {{ ref('pulls_daily_base') }}
),

named as (
    select 'events.csv' as file, line_number, repository from events
    where repository <> '*'
    union all
    select 'advisories.csv' as file, line_number, repository from advisories
),

unknown as (
    select
        named.file,
        named.line_number,
        'nobody has asked for a repository ' || named.repository
        || ': write it as in the column repository of pulls_daily' as problem
    from named
    anti join repositories on named.repository = repositories.repository
),

final as (
    select file, line_number, problem from problems
    union all
    select file, line_number, problem from unknown
)

select * from final
