-- What uniques are counted over, in numbers only.
with sessions as (
    select
        pull_date,
        repository,
        origin_id,
        endpoint_id,
        {{ values_of_dimensions(pull_dimensions()) }}
    from {{ ref('fct_pulls') }}
    -- A line whose key had died is a pull, but never part of a unique (contract B).
    where outcome in ('download', 'version_check') and not is_origin_unlinkable
),

windows as (
    select * from {{ ref('int_pull_windows') }}
),

profiles as (
    select * from {{ ref('int_pull_profiles') }}
),

uses as (
    select * from {{ ref('int_pull_uses') }}
),

met as (
    select distinct
        windows.window_number,
        profiles.profile_number,
        uses.use_number,
        {{ unique_key('origin', 'sessions') }} as origin_key,
        {{ unique_key('endpoint', 'sessions') }} as endpoint_key
    from sessions
    inner join windows using (pull_date)
    inner join profiles using ({{ columns_of_dimensions(dimensions_of_origin()) }})
    inner join uses using (repository, {{ columns_of_dimensions(dimensions_of_use()) }})
    {{ join_unique_keys('sessions', ref('int_unique_keys')) }}
),

final as (
    select
        met.window_number,
        met.profile_number,
        met.use_number,
        uses.repository_number,
        {{ columns_of_dimensions(dimensions_of_use(), 'uses.number_of_') }},
        met.origin_key,
        met.endpoint_key
    from met
    inner join uses using (use_number)
)

select * from final
