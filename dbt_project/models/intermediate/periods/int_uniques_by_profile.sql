-- An origin with one profile (client and network) in a period has one value of each of the profile's dimensions. So the
-- uniques of a value are a sum over profiles: no set of origins has to be kept for these dimensions.
with origins as (
    select * from {{ ref('int_period_origins') }}
),

changed as (
    select * from {{ ref('int_changed_origins') }}
),

unchanged as (
    {%- for level in ['origin', 'endpoint'] %}
        select distinct
            '{{ level }}' as level,
            origins.window_number,
            origins.repository_number,
            origins.profile_number,
            origins.{{ level }}_key as unique_key
        from origins
        left join changed
            on
                changed.level = '{{ level }}'
                and origins.window_number = changed.window_number
                and origins.{{ level }}_key = changed.unique_key
        where changed.unique_key is null
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

unchanged_in_any_repository as (
    select distinct
        level,
        window_number,
        profile_number,
        unique_key
    from unchanged
),

final as (
    select
        level,
        window_number,
        repository_number,
        profile_number,
        count(*) as unique_count
    from unchanged
    group by level, window_number, repository_number, profile_number
    union all
    select
        level,
        window_number,
        0 as repository_number,
        profile_number,
        count(*) as unique_count
    from unchanged_in_any_repository
    group by level, window_number, profile_number
)

select * from final
