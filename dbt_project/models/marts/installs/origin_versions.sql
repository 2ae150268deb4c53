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

origin_days as (
    select distinct
        pull_date,
        repository,
        origin_id
    from versions
    where is_install
),

-- A mirror is known as one by its second copy: what it took in the window before was no install's either.
left_out as (
    select
        origin_days.pull_date,
        origin_days.repository,
        origin_days.origin_id,
        min(excluded.pull_date) as left_out_on
    from origin_days
    inner join excluded
        on
            origin_days.repository = excluded.repository
            and origin_days.origin_id = excluded.origin_id
            and excluded.pull_date between origin_days.pull_date
            and origin_days.pull_date + {{ var('active_window_days') | int - 1 }}
    group by origin_days.pull_date, origin_days.repository, origin_days.origin_id
),

final as (
    select
        {{ all_columns_with(
            'is_install', 'versions.is_install and left_out.origin_id is null', of='versions'
        ) }},
        left_out.left_out_on
    from versions
    left join left_out using (pull_date, repository, origin_id)
)

select * from final
