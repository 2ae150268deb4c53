with source as (
    select * from {{ source('pullhouse', 'loads') }}
),

final as (
    select
        load_id,
        source as source_name,
        object_name,
        log_format,
        reader,
        supersedes,
        is_superseded,
        line_count,
        staged_count,
        quarantined_count,
        skipped_count,
        opted_out_count,
        first_requested_at,
        last_logged_at,
        reference_set,
        dates
    from source
)

select * from final
