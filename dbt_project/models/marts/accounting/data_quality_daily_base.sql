{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'quality_date'}
) }}

with requests as (
    select * from {{ ref('stg_requests') }}
),

request_counts as (
    select * from {{ ref('stg_request_counts') }}
),

load_days as (
    select * from {{ ref('stg_load_days') }}
),

manifest_quality as (
    select * from {{ ref('int_manifest_quality_daily') }}
),

staged as (
    select requested_on, sum(staged_count) as staged_count, count(distinct load_id) as load_count
    from load_days
    group by requested_on
),

described as (
    select
        date as requested_on,
        count(*) as distinct_count,
        count(*) filter (where client_name is null) as unknown_client_count,
        count(*) filter (where country_code is null) as unknown_country_count,
        count(*) filter (where network_operator is null) as unknown_operator_count,
        count(*) filter (where request_id is null) as unidentified_line_count,
        count(*) filter (where origin_unlinkable) as unlinkable_count,
        count(*) filter (where request_kind in ('manifest', 'blob') and is_complete is null)
            as unknown_completion_count,
        -- Of an answer that there was: a refusal has no digest in any log.
        count(*) filter (where request_kind = 'manifest' and status < 400 and response_digest is null)
            as unknown_digest_count
    from requests
    group by date
),

final as (
    select
        staged.requested_on as quality_date,
        cast(staged.load_count as bigint) as load_count,
        cast(staged.staged_count as bigint) as staged_count,
        cast(coalesce(request_counts.lake_row_count, 0) as bigint) as lake_row_count,
        cast(coalesce(described.distinct_count, 0) as bigint) as distinct_count,
        cast(coalesce(request_counts.duplicate_count, 0) as bigint) as duplicate_count,
        cast(coalesce(described.unknown_client_count, 0) as bigint) as unknown_client_count,
        cast(coalesce(described.unknown_country_count, 0) as bigint) as unknown_country_count,
        cast(coalesce(described.unknown_operator_count, 0) as bigint) as unknown_operator_count,
        cast(coalesce(described.unidentified_line_count, 0) as bigint) as unidentified_line_count,
        cast(coalesce(described.unlinkable_count, 0) as bigint) as unlinkable_count,
        cast(coalesce(described.unknown_completion_count, 0) as bigint) as unknown_completion_count,
        cast(coalesce(described.unknown_digest_count, 0) as bigint) as unknown_digest_count,
        cast(coalesce(manifest_quality.unknown_manifest_count, 0) as bigint) as unknown_manifest_count,
        cast(coalesce(manifest_quality.failed_lookup_count, 0) as bigint) as failed_lookup_count,
        cast(coalesce(manifest_quality.conflicting_manifest_count, 0) as bigint) as conflicting_manifest_count,
        cast(coalesce(manifest_quality.childless_index_count, 0) as bigint) as childless_index_count
    from staged
    left join request_counts using (requested_on)
    left join described using (requested_on)
    left join manifest_quality using (requested_on)
    where staged.requested_on in {{ planned('day') }}
)

select * from final
