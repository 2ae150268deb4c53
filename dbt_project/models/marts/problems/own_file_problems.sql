-- What was left out of the files that somebody writes by hand.
with problems as (
    select * from {{ ref('stg_own_file_problems') }}
),

events as (
    select * from {{ ref('stg_events') }}
),

advisories as (
    select * from {{ ref('stg_advisories') }}
),

totals as (
    select * from {{ ref('stg_registry_totals') }}
),

definitions as (
    select distinct definition_id from {{ ref('pull_definitions_daily') }}
),

repositories as (
    select distinct repository from {{ ref('pulls_daily_base') }}
),

named as (
    select 'events.csv' as file, line_number, repository from events
    where repository <> '*'
    union all
    select 'advisories.csv' as file, line_number, repository from advisories
    union all
    select file, line_number, repository from totals
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

undefined as (
    select
        totals.file,
        totals.line_number,
        'there is no definition ' || totals.definition_id || ': docs/definitions.md has them' as problem
    from totals
    anti join definitions on totals.definition_id = definitions.definition_id
    semi join repositories on totals.repository = repositories.repository
),

final as (
    select file, line_number, problem from problems
    union all
    select file, line_number, problem from undefined
    union all
    select file, line_number, problem from unknown
)

select * from final
