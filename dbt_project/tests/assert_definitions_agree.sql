-- What must hold between the published definitions, on each day and repository (field notes: on 20,000 random logs).
with counts as (
    select
        period_start,
        repository,
        {% for id in pull_definitions() %}
            max(pull_count) filter (where definition_id = '{{ id }}') as {{ id }},
        {% endfor %}
        max(definition_version) as definition_version
    from {{ ref('pull_definitions_daily') }}
    group by period_start, repository
),

final as (
    select counts.*
    from counts
    left join {{ ref('pulls_daily_base') }} as pulls using (period_start, repository)
    where
        pulls.period_start is null
        or not (
            odl_day <= scarf
            and scarf <= docker_2022
            and docker_2022 <= each_get
            and each_get <= pulls.request_count
            and docker_2022 <= dvp_action
            and scarf <= dvp_action
            and docker_per_architecture <= each_get
            and dvp_action <= dvp_trends
            and pullhouse_downloads = pulls.download_count
            and pullhouse_pulls = pulls.pull_count
        )
)

select * from final
