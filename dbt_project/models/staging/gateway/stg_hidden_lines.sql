with source as (
    select * from {{ source('pullhouse', 'loads') }}
),

final as (
    select
        load_id,
        unnest(hidden_repository_digests) as repository_digest,
        unnest(hidden_dates) as logged_on,
        unnest(hidden_counts) as line_count
    from source
    where not is_superseded
)

select * from final
