with source as (
    select * from {{ source('own_files', 'advisories') }}
),

final as (
    select
        line_number,
        published_on,
        repository,
        reference,
        label
    from source
)

select * from final
