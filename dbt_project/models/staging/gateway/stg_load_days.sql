with source as (
    select * from {{ source('pullhouse', 'loads') }}
),

final as (
    select
        load_id,
        source as source_name,
        {{ each_in('dates') }} as requested_on,
        {{ each_in('date_row_counts') }} as staged_count
    from source
    where not is_superseded
)

select * from final
