with source as (
    select * from {{ source('own_files', 'problems') }}
),

final as (
    select
        file,
        line_number,
        problem
    from source
)

select * from final
