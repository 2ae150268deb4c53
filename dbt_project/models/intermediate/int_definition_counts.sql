-- What each published definition makes of the sessions. The queries live in dbt_project/definitions, one file each.
with requests as (
    select * from {{ ref('int_pull_requests') }}
    where is_success and not is_sent_back
),

sessions as (
    select
        pull_id,
        cast(started_at as date) as pull_date,
        repository,
        outcome
    from {{ ref('int_sessions') }}
),

{{ pull_definition_queries() }},

final as (
    {% for id in pull_definitions() %}
        select
            '{{ id }}' as definition_id,
            pull_date,
            repository,
            sum(pull_count) as pull_count
        from {{ id }}
        group by pull_date, repository
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
