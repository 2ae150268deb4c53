-- Origins with several profiles in one period (an upgrade, another network), and endpoints with several, also because
-- several clients share the address. They are counted value by value.
with origins as (
    select * from {{ ref('int_period_origins') }}
),

profiles as (
    {%- for level in ['origin', 'endpoint'] %}
        select distinct
            window_number,
            '{{ level }}' as level,
            {{ level }}_key as unique_key,
            profile_number
        from origins
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
),

final as (
    select
        window_number,
        level,
        unique_key
    from profiles
    group by window_number, level, unique_key
    having count(*) > 1
)

select * from final
