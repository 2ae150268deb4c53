with source as (
    select * from {{ source('pullhouse', 'loads') }}
),

final as (
    select
        load_id,
        {{ each_in('hidden_repository_digests') }} as repository_digest,
        {{ each_in('hidden_dates') }} as logged_on,
        {{ each_in('hidden_counts') }} as line_count
    from source
    where not is_superseded
)

select * from final
