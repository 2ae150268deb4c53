with quarantine as (
    select * from {{ ref('stg_quarantine') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

final as (
    select
        quarantine.load_id,
        loads.source_name,
        loads.object_name,
        quarantine.reason,
        quarantine.field,
        quarantine.line_count
    from quarantine
    inner join loads using (load_id)
)

select * from final
