-- Sessions that did not get what they asked for, and how sure that is.
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

sessions as (
    select * from {{ ref('int_sessions') }}
),

children as (
    select * from {{ ref('stg_manifest_children') }}
),

-- A signature that is not there is no image that somebody misses.
asked as (
    select
        requests.*,
        request_kind = 'manifest'
        and method in ('GET', 'HEAD')
        and not is_push
        and coalesce(manifest_kind <> 'artifact', true) as is_ask
    from requests
    inner join sessions using (pull_id)
    where sessions.outcome in ('failed', 'version_check', 'inspect')
),

facts as (
    select
        pull_id,
        max_by(status, request_number) filter (where is_ask) as last_status,
        max_by(is_success, request_number) filter (where is_ask) as is_answered,
        max_by(reference, request_number) filter (where is_ask) as last_reference,
        max_by(reference, request_number) filter (where is_ask and reference_type = 'tag')
            as last_tag,
        max_by(object_digest, request_number)
        filter (where is_ask and is_success and method = 'GET' and manifest_kind = 'index') as index_digest,
        count(*) filter (
            where is_ask and is_success and method = 'GET'
            and coalesce(manifest_kind <> 'index', reference_type = 'digest')
        ) as image_get_count,
        count(*) filter (where is_ask and is_success and method = 'GET' and reference_type = 'digest')
            as digest_get_count,
        bool_or(is_ask and method = 'GET' and reference_type = 'tag' and is_redirected) as is_tag_get_redirected,
        bool_or(is_ask and is_redirected) as is_redirected,
        count(*) filter (where request_kind = 'blob' and is_success) as blob_count,
        max_by(status, request_number) filter (where request_kind = 'blob' and not is_success) as refused_blob_status,
        count(*) filter (where is_ask) as ask_count
    from asked
    group by pull_id
),

platforms as (
    select index_digest, {{ list_of('platform', distinct=true, only_where='platform is not null') }} as platforms
    from children
    group by index_digest
),

joined as (
    select
        sessions.repository,
        sessions.started_at,
        sessions.outcome,
        sessions.origin.origin_id,
        sessions.origin.client_category,
        sessions.origin.origin_unlinkable as is_origin_unlinkable,
        sessions.origin.can_pull,
        sessions.origin.engine_os || '/' || sessions.origin.architecture as wanted_platform,
        facts.*,
        platforms.platforms,
        -- `linux/arm` is served by linux/arm/v7.
        len(list_filter(
            platforms.platforms,
            lambda platform: platform = wanted_platform or starts_with(platform, wanted_platform || '/')
        )) > 0 as has_platform
    from facts
    inner join sessions using (pull_id)
    left join platforms on facts.index_digest = platforms.index_digest
    where facts.ask_count > 0
),

judged as (
    select
        *,
        case
            when not is_answered and last_status = 404 then 'not_found'
            when not is_answered and last_status = 403 then 'refused'
            when not is_answered and last_status = 429 then 'rate_limited'
            when not is_answered and last_status >= 500 then 'unavailable'
            when not is_answered or not can_pull or blob_count > 0 then null
            -- The manifests were answered, and of what they list nothing was.
            when refused_blob_status = 429 then 'rate_limited'
            when refused_blob_status in (401, 403) then 'refused'
            when refused_blob_status >= 400 then 'unavailable'
            when image_get_count > 0 then null
            when index_digest is not null and not coalesce(has_platform, false) then 'platform_missing'
            -- A client able to pull that has a tag's manifest goes on; after a redirect to a 404 it cannot.
            when index_digest is null and is_tag_get_redirected and digest_get_count = 0 then 'not_found'
        end as failure
    from joined
),

final as (
    select
        pull_id,
        started_at,
        repository,
        failure,
        -- What was not found is what was asked for last; all else is about the image that the tag means.
        case when failure = 'not_found' then last_reference else coalesce(last_tag, last_reference) end as reference,
        client_category,
        origin_id,
        is_origin_unlinkable,
        ask_count as request_count,
        case
            when is_answered and is_redirected then 'the gateway redirects: the answer was not seen'
            when failure = 'platform_missing' and platforms is null then 'the platforms of the index are not known'
            when failure = 'platform_missing' and wanted_platform is null then 'the client does not say its platform'
        end as doubt
    from judged
    where failure is not null
)

select * from final
