{{ config(pre_hook="{{ set_lake_files() }}") }}

with source as (
    select * from {{ source('pullhouse', 'requests') }}
),

identified as (
    select
        *,
        requested_at + to_microseconds(cast(round(coalesce(duration_s, 0) * 1000000) as bigint)) as ended_at,
        -- A line is known by its request id; without one, by where it lies (contract A).
        coalesce(request_id, load_id || ':' || cast(line_number as varchar)) as request_key
    from source
),

final as (
    select *
    from identified
    -- The same id at the same moment is a second copy of a line: the least load stays.
    qualify row_number() over (
        partition by request_key, ended_at
        order by load_id, line_number
    ) = 1
)

select * from final
