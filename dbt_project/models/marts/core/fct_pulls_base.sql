{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'pull_date'}
) }}

with sessions as (
    select * from {{ ref('int_sessions') }}
),

pushes as (
    select * from {{ ref('int_session_pushes') }}
),

use_cases as (
    select * from {{ ref('int_session_use_case') }}
),

copies as (
    select * from {{ ref('int_session_copies') }}
),

evidence as (
    select * from {{ ref('int_session_evidence') }}
),

overrides as (
    select * from {{ ref('int_network_overrides') }}
),

final as (
    select
        sessions.pull_id,
        sessions.origin.host,
        sessions.repository,
        sessions.started_at,
        sessions.ended_at,
        cast(sessions.started_at as date) as pull_date,
        sessions.tag,
        sessions.digest,
        sessions.platform,
        sessions.outcome,
        sessions.completeness,
        sessions.is_multi_platform,
        sessions.origin.mirror_of is not null
        or coalesce(sessions.origin.client_category = 'mirror', false) as is_lower_bound,
        sessions.origin.client_name,
        sessions.origin.client_version,
        sessions.origin.client_category,
        sessions.origin.engine_os,
        sessions.origin.client_os,
        sessions.origin.architecture,
        sessions.origin.country_code,
        sessions.origin.asn,
        sessions.origin.network_operator,
        coalesce(overrides.network_type, sessions.origin.network_type) as network_type,
        case when overrides.asn is null then sessions.origin.company else overrides.company end as company,
        case
            when overrides.asn is null then sessions.origin.company_confidence
            when overrides.company is not null then 'high'
        end as company_confidence,
        case
            when overrides.asn is null then sessions.origin.company_method
            when overrides.company is not null then 'override'
        end as company_method,
        sessions.origin.cloud_provider,
        sessions.origin.cloud_region,
        sessions.origin.cloud_method,
        sessions.origin.identity_epoch,
        sessions.origin.origin_id,
        sessions.origin.endpoint_id,
        sessions.origin.previous_origin_id,
        sessions.origin.previous_endpoint_id,
        sessions.origin.origin_unlinkable as is_origin_unlinkable,
        cast(sessions.manifest_get_count as bigint) as manifest_get_count,
        cast(sessions.manifest_head_count as bigint) as manifest_head_count,
        cast(sessions.layer_count as bigint) as layer_count,
        cast(sessions.request_count as bigint) as request_count,
        cast(coalesce(sessions.bytes_sent, 0) as bigint) as bytes_sent,
        cast(coalesce(sessions.body_bytes_sent, 0) as bigint) as body_bytes_sent,
        cast(coalesce(copies.download_count, 0) as bigint) as download_count,
        copies.pull_copies_method,
        evidence.outcome_reason,
        evidence.tag_method,
        evidence.platform_method,
        sessions.origin.kernel_hint,
        sessions.origin.ci_verdict,
        pushes.pull_id is not null as has_pushed,
        use_cases.dvp_use_case
    from sessions
    inner join use_cases using (pull_id)
    inner join evidence using (pull_id)
    left join copies using (pull_id)
    left join pushes using (pull_id)
    left join overrides
        on
            sessions.origin.asn = overrides.asn
            and cast(sessions.started_at as date) >= overrides.valid_from
            and (overrides.valid_until is null or cast(sessions.started_at as date) < overrides.valid_until)
    where cast(sessions.started_at as date) in {{ planned('day') }}
)

select * from final
