-- Law 1, per object: as many rows went into the lake as lines were staged. Copies inside one object would pass for
-- duplicates otherwise.
with days as (
    select load_id, sum(staged_count) as staged_count
    from {{ ref('stg_load_days') }}
    group by load_id
)

select loads.load_id, loads.staged_count, days.staged_count as row_count
from {{ ref('stg_loads') }} as loads
left join days on loads.load_id = days.load_id
where not loads.is_superseded and loads.staged_count <> coalesce(days.staged_count, 0)
