{{ config(pre_hook="{{ set_lake_files() }}") }}

with source as (
    select * from {{ source('pullhouse', 'requests') }}
),

identified as (
    select
        {{ all_columns_but('bytes_sent, body_bytes_sent') }},
        -- With headers, and without. A log that knows one of the two only is taken to mean both; so is a lake file of a
        -- form before 3, whose bytes_sent is the bodies.
        coalesce(bytes_sent, body_bytes_sent) as bytes_sent,
        coalesce(body_bytes_sent, bytes_sent) as body_bytes_sent,
        {{ seconds_later('requested_at', 'coalesce(duration_s, 0)') }} as ended_at,
        -- A line is known by its request id; without one, by where it lies (contract A).
        coalesce(request_id, load_id || ':' || cast(line_number as varchar)) as request_identity
    from source
),

-- The same id at the same moment is a second copy of a line. There is hardly ever one: the narrow search for it comes
-- first, so that the wide rows are neither sorted nor grouped.
repeated as (
    select request_identity, ended_at
    from identified
    group by request_identity, ended_at
    having count(*) > 1
),

copies as (
    select load_id, line_number
    from identified
    inner join repeated using (request_identity, ended_at)
    -- The least load stays.
    qualify row_number() over (
        partition by request_identity, ended_at
        order by load_id, line_number
    ) > 1
),

distinct_requests as (
    select identified.*
    from identified
    left join copies using (load_id, line_number)
    where copies.load_id is null
),

final as (
    select
        *,
        -- Requests of one moment are in the order of this key. A log of whole seconds knows no order but that of its
        -- lines.
        case
            when requested_at = date_trunc('second', requested_at) and ended_at = date_trunc('second', ended_at)
                then lpad(cast(line_number as varchar), 10, '0') || ':' || request_identity
            else request_identity
        end as request_key
    from distinct_requests
)

select * from final
