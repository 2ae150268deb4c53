with clients as (
    select * from {{ ref('clients') }}
),

final as (
    select
        client_name,
        bool_or(can_pull) as can_pull
    from clients
    where client_name is not null
    group by client_name
)

select * from final
