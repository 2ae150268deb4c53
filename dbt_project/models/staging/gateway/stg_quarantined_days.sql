with source as (
    select * from {{ source('pullhouse', 'loads') }}
),

final as (
    select
        load_id,
        {{ each_in('quarantined_dates') }} as quarantined_on,
        {{ each_in('quarantined_date_counts') }} as quarantined_count
    from source
    where not is_superseded
)

select * from final
