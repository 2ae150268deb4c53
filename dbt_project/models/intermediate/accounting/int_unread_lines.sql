-- Lines that never became a request. A quarantined one stands on the day that it names, or on that of the line before
-- it in its object; blank ones, and quarantined ones where no line of the object has a time, on the object's first day.
with load_days as (
    select * from {{ ref('stg_load_days') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

opted_out as (
    select * from {{ ref('stg_opted_out_days') }}
),

quarantined_days as (
    select * from {{ ref('stg_quarantined_days') }}
),

dated as (
    select load_id, sum(quarantined_count) as quarantined_count
    from quarantined_days
    group by load_id
),

first_days as (
    select load_id, min(requested_on) as first_on
    from (
        select load_id, requested_on from load_days
        union all
        select load_id, opted_out_on as requested_on from opted_out
    ) as days
    group by load_id
),

unread as (
    select quarantined_on as logged_on, 'quarantined' as reason, quarantined_count as line_count
    from quarantined_days
    union all
    select
        first_days.first_on as logged_on,
        'quarantined' as reason,
        loads.quarantined_count - coalesce(dated.quarantined_count, 0) as line_count
    from loads
    inner join first_days using (load_id)
    left join dated using (load_id)
    union all
    select first_days.first_on as logged_on, 'blank' as reason, loads.skipped_count as line_count
    from loads
    inner join first_days using (load_id)
    union all
    select opted_out_on as logged_on, 'opted_out' as reason, opted_out_count as line_count
    from opted_out
),

final as (
    select logged_on, reason, sum(line_count) as line_count
    from unread
    where line_count > 0
    group by logged_on, reason
)

select * from final
