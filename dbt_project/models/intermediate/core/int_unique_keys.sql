-- Over all days that the warehouse holds, not the planned ones only: a border may lie far back.
with unique_keys as {{ unique_keys(ref('origin_days')) }},

final as (
    select
        level,
        id,
        unique_key
    from unique_keys
)

select * from final
