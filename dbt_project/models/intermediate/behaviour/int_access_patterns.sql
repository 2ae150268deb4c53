-- Which rule of seeds/access_pattern_rules.csv an origin's habits meet: the first that fits.
with habits as (
    select * from {{ ref('int_origin_habits') }}
),

rules as (
    select * from {{ ref('access_pattern_rules') }}
),

judged as (
    select
        *,
        coalesce(client_category in ('build', 'ci', 'ci_test'), false) as is_builder,
        coalesce(client_category in ('runtime', 'runtime_k8s', 'runtime_api', 'runtime_orch'), false) as is_runtime,
        coalesce(network_type in ('cloud', 'hosting'), false) as is_hosted,
        -- Enough visits to speak of a rhythm, and it is that of a timer.
        visit_gap_count + 1 >= {{ var('pattern_visits') }}
        and coalesce(visit_gap_variation < {{ var('steady_variation') }}, false) as is_steady,
        -- Four gaps may agree by chance: the weaker evidence wants twice as many visits.
        visit_gap_count + 1 >= 2 * {{ var('pattern_visits') }}
        and coalesce(steady_gap_share >= {{ var('steady_share') }}, false) as is_mostly_steady,
        -- About once a day, but never on some weekday: a person who starts work at nine is as regular as a timer. A
        -- timer with a period of two days or more comes on each weekday in turn: only a free weekend shows a person.
        coalesce(
            period_seconds >= {{ var('office_period_seconds') }}
            and (
                weekend_day_count = 0
                or (weekday_count < 7 and period_seconds < 3 * {{ var('office_period_seconds') }})
            ),
            false
        ) as is_office,
        coalesce(client_category in ('runtime_k8s', 'runtime_orch'), false) as is_cluster,
        -- Each digest was taken in one go, and never again.
        cold_digest_count > 0 and burst_count = cold_digest_count as is_taken_once
    from habits
),

ruled as (
    select
        *,
        case
            when client_category = 'mirror' then 'mirror_client'
            when
                not is_builder
                and (
                    copy_count >= {{ var('mirror_copies') }}
                    or cold_platform_count >= {{ var('mirror_platforms') }}
                )
                then 'mirror_copies'
            when client_category = 'scanner' then 'scanner_client'
            when inspect_count = lookup_count and tag_count >= {{ var('scanner_tags') }} then 'scanner_tags'
            when 2 * ci_count > lookup_count then 'ci_network'
            when client_category = 'ci' then 'ci_client'
            when is_steady and not is_office and cold_share < {{ var('polling_cold_share') }} then 'polling_steady'
            when
                is_mostly_steady and not is_office and cold_share < {{ var('polling_cold_share') }}
                then 'polling_mostly'
            when is_runtime and company_origin_count >= {{ var('rollout_size') }} then 'deployment_company'
            when is_runtime and machine_count >= {{ var('rollout_size') }} * burst_count and burst_count > 0
                then 'deployment_fleet'
            when
                is_taken_once and cold_tag_digest_count > cold_tag_count
                and (is_cluster or (is_runtime and is_hosted))
                then 'deployment_updates'
            when
                cold_count >= {{ var('pattern_visits') }}
                and cold_share >= {{ var('ci_cold_share') }}
                and 2 * cold_digest_count <= cold_count
                and (is_builder or (is_hosted and not is_cluster))
                then 'ci_cold'
            when 2 * workstation_count > lookup_count then 'interactive_client'
            when
                visit_gap_count + 1 >= {{ var('pattern_visits') }}
                and visit_gap_variation > {{ var('irregular_variation') }}
                and not is_mostly_steady
                -- Timers behind one address rest for as long each time. Of one pause that cannot be said: then the next
                -- day must have other hours.
                and coalesce(
                    steady_pause_share < {{ var('steady_share') }}, day_count > 1 and hour_count = hour_of_day_count
                )
                -- Nor does a person come at the same times day after day.
                and 2 * time_count > moment_count
                and tag_count >= 2
                -- Not a cluster, not a server, and not awake round the clock: those are several timers at one address.
                and not is_cluster
                and not is_hosted
                and coalesce(hour_count < {{ var('round_the_clock_hours') }}, true)
                and lookup_count <= {{ var('person_lookups_per_day') }} * coalesce(day_count, 1)
                then 'interactive_irregular'
            when gap_count + 1 < {{ var('pattern_visits') }} then 'too_few'
            else 'no_rule'
        end as rule
    from judged
),

final as (
    select
        ruled.*,
        rules.access_pattern,
        rules.confidence,
        rules.evidence
    from ruled
    inner join rules using (rule)
)

select * from final
