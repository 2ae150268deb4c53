{{
    config(
        materialized='view',
        database='scratch',
        post_hook="{{ write_days('parquet/pull_requests.tmp', 'pull_date') }}",
    )
}}

-- Of all days that the build read; those that it planned are published, as Parquet and not in the published file
-- (pipeline/warehouse/pull_requests.py).
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

final as (
    select
        pull_id,
        pull_date,
        request_number,
        -- Not the key by which requests of one moment are ordered: it holds the place of the line in its object.
        request_identity as request_key,
        requested_at,
        ended_at,
        method,
        request_kind,
        reference,
        object_digest,
        object_kind,
        manifest_platform as platform,
        status,
        bytes_sent,
        body_bytes_sent,
        is_range,
        is_complete,
        is_sent_back,
        session_start
    from requests
)

select * from final
