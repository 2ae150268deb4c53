with source as (
    select * from {{ source('pullhouse', 'loads') }}
),

final as (
    select
        load_id,
        {{ each_in('opted_out_dates') }} as opted_out_on,
        {{ each_in('opted_out_date_counts') }} as opted_out_count
    from source
    where not is_superseded
)

select * from final
