with source as (
    select * from {{ source('pullhouse', 'manifest_failures') }}
),

final as (
    select
        digest,
        min_by(reason, (-attempts, reason)) as reason,
        max(attempts) as attempt_count
    from source
    group by digest
)

select * from final
