-- What each published definition makes of the sessions. The queries live in dbt_project/definitions, one file each.
with requests as (
    select * from {{ ref('int_pull_requests') }}
    where is_success and not is_sent_back
),

sessions as (
    select
        sessions.pull_id,
        cast(sessions.started_at as date) as pull_date,
        sessions.repository,
        sessions.outcome,
        coalesce(copies.download_count, 0) as download_count
    from {{ ref('int_sessions') }} as sessions
    left join {{ ref('int_session_copies') }} as copies using (pull_id)
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
