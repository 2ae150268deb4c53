{{ config(materialized='view') }}

-- A view, since a late line of two weeks before may change where a session came from, and how its origin behaves.
with versions as (
    select * from {{ beside(ref('origin_versions_base')) }}
),

pulls as (
    select * from {{ beside(ref('fct_pulls')) }}
),

excluded as (
    select distinct
        pull_date,
        repository,
        origin_id
    from pulls
    where {{ behaves_as_no_install('environment', 'access_pattern') }} and outcome in ('download', 'version_check')
),

final as (
    select versions.* replace (versions.is_install and excluded.origin_id is null as is_install)
    from versions
    left join excluded
        on
            versions.pull_date = excluded.pull_date
            and versions.repository = excluded.repository
            and versions.origin_id = excluded.origin_id
)

select * from final
