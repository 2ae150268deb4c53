-- For and against each environment: of each family of evidence the strongest piece, added up.
with evidence as (
    select * from {{ ref('int_environment_evidence') }}
),

rules as (
    select * from {{ ref('environment_rules') }}
),

weighed as (
    select
        evidence.pull_id,
        rules.*
    from evidence
    inner join rules using (evidence)
),

strongest as (
    select
        *,
        row_number() over (
            partition by pull_id, environment, family
            order by abs(points) desc, points asc, position asc
        ) as strength_rank
    from weighed
),

final as (
    select
        pull_id,
        environment,
        sum(points) as points,
        bool_or(is_proof) as is_proven,
        count(*) filter (where points > 0) as family_count,
        string_agg(phrase, '; ' order by position) filter (where points > 0) as evidence_for,
        string_agg(phrase, '; ' order by position) filter (where points < 0) as evidence_against
    from strongest
    where strength_rank = 1
    group by pull_id, environment
)

select * from final
