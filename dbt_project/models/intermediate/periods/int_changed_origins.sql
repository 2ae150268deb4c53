-- Who upgraded, or moved to another network, within the period; an endpoint also where it has several clients.
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
