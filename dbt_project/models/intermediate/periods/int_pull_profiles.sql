-- Numbers the distinct profiles: the models that follow compare one number instead of a dozen texts for every session
-- and every dimension.
with sessions as (
    select {{ values_of_dimensions(dimensions_of_origin()) }}
    from {{ ref('fct_pulls_base') }}
    where pull_date in (select pull_date from {{ ref('int_pull_windows') }})
),

profiles as (
    select distinct * from sessions
),

final as (
    select
        cast(row_number() over (order by value_of_client_version, value_of_network_operator) as integer)
            as profile_number,
        *
    from profiles
)

select * from final
