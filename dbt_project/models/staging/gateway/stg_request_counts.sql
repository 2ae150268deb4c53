{{ config(pre_hook="{{ set_lake_files() }}") }}

-- Counted from the files, beside the deduplicated rows: what law 1 is checked against.
with source as (
    select * from {{ source('pullhouse', 'requests') }}
),

keyed as (
    select
        date as requested_on,
        coalesce(request_id, load_id || ':' || cast(line_number as varchar)) as request_key,
        {{ seconds_later('requested_at', 'coalesce(duration_s, 0)') }} as ended_at
    from source
),

lines as (
    select requested_on, request_key, ended_at, count(*) as copies
    from keyed
    group by requested_on, request_key, ended_at
),

final as (
    select
        requested_on,
        sum(copies) as lake_row_count,
        sum(copies - 1) as duplicate_count
    from lines
    group by requested_on
)

select * from final
