with overrides as (
    select * from {{ ref('company_overrides') }}
),

final as (
    select
        asn,
        network_type,
        company,
        valid_from,
        -- Until the next word on the same network.
        lead(valid_from) over (partition by asn order by valid_from) as valid_until
    from overrides
)

select * from final
