with source as (
    select * from {{ source('own_files', 'events') }}
),

final as (
    select
        line_number,
        date as event_date,
        -- An event of no repository is one of all.
        case when repository in ('', '*') then '*' else repository end as repository,
        kind,
        label
    from source
)

select * from final
