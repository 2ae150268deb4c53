-- Where a session came from, how sure that is, and why.
with facts as (
    select * from {{ ref('int_environment_facts') }}
),

scores as (
    select * from {{ ref('int_environment_scores') }}
),

ranked as (
    select
        *,
        -- What is left of the lead over the second best, and over knowing nothing.
        points - greatest(0, coalesce(lead(points) over ranking, 0)) as margin,
        lead(evidence_for) over ranking as evidence_for_second,
        row_number() over ranking as points_rank
    from scores
    window ranking as (partition by pull_id order by points desc, environment asc)
),

best as (
    select
        pull_id,
        environment,
        margin,
        evidence_for,
        case
            when is_proven then null
            else nullif(concat_ws('; ', evidence_against, nullif(array_to_string(list_filter(
                string_split(evidence_for_second, '; '),
                -- What speaks against the best may be what speaks for the second.
                lambda phrase: not {{ is_in_list("string_split(coalesce(evidence_against, ''), '; ')", 'phrase') }}
            ), '; '), '')), '')
        end as evidence_against,
        case
            when is_proven then 'proven'
            -- One kind of evidence alone is a hint: every first pull in a data centre looks like one of CI.
            when margin >= {{ var('environment_likely') }} and family_count > 1 then 'likely'
            else 'unknown'
        end as confidence
    from ranked
    where points_rank = 1
),

described as (
    select
        facts.pull_id,
        facts.pull_date,
        case when best.confidence <> 'unknown' then best.environment else 'unknown' end as environment,
        coalesce(best.confidence, 'unknown') as environment_confidence,
        coalesce(best.margin, 0) as margin,
        case best.environment when 'ci' then 'CI' else best.environment end as favoured,
        replace(best.evidence_for, '; ', ', ') as evidence_for,
        replace(best.evidence_against, '; ', ', ') as evidence_against,
        coalesce(facts.client_name, 'an unknown client') || coalesce(' ' || facts.client_version, '')
        || case
            when facts.kernel_hint is null or facts.kernel_hint = 'generic' then ''
            when facts.kernel_hint[1] in ('a', 'i', 'o') then ' on an -' || facts.kernel_hint || ' kernel'
            else ' on a ' || facts.kernel_hint || ' kernel'
        end
        || ' from '
        || coalesce(
            facts.cloud_provider || coalesce(' ' || facts.cloud_region, ''),
            facts.network_operator,
            'an unknown network'
        ) as who
    from facts
    left join best using (pull_id)
),

final as (
    select
        pull_id,
        pull_date,
        environment,
        environment_confidence,
        case environment
            when 'ci' then 'CI'
            when 'production' then 'Production'
            when 'workstation' then 'Workstation'
            when 'own' then 'Own'
            else 'Unknown'
        end
        || case when environment = 'unknown' then ': ' else ', ' || environment_confidence || ': ' end
        || who
        || case
            when environment <> 'unknown'
                then ', ' || evidence_for || coalesce('; against it: ' || evidence_against, '')
            when evidence_for is null then ', and nothing else tells'
            when evidence_against is null
                then ', and too little else tells (for ' || favoured || ': ' || evidence_for || ')'
            else
                ', and the evidence is divided (for ' || favoured || ': ' || evidence_for
                || '; against it: ' || evidence_against || ')'
        end
        || '.' as environment_reason,
        margin
    from described
)

select * from final
