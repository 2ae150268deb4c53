-- Why a session was judged as it was, in one sentence, and how its tag and platform are known.
with sessions as (
    select * from {{ ref('int_sessions') }}
),

requests as (
    select * from {{ ref('int_pull_requests') }}
),

asked as (
    select
        pull_id,
        count(*) filter (where is_tag_request and method = 'GET') as tag_get_count,
        count(*) filter (where is_tag_request) as tag_request_count,
        count(*) filter (where request_kind = 'manifest' and method = 'GET' and reference_type = 'digest')
            as digest_get_count,
        count(*) filter (where request_kind = 'manifest') as manifest_request_count,
        count(*) filter (where request_kind = 'manifest' and method = 'GET' and is_success) as manifest_get_count,
        max(object_digest) filter (where is_tag_request and method = 'HEAD' and is_success) as head_digest,
        {{ list_of('reference', distinct=true, only_where="request_kind = 'manifest' and method = 'GET'") }} as fetched,
        string_agg(distinct cast(status as varchar), ', ' order by cast(status as varchar))
        filter (where not is_success) as failures
    from requests
    group by pull_id
),

described as (
    select
        sessions.*,
        asked.tag_get_count as tag_gets,
        asked.tag_request_count,
        asked.digest_get_count,
        asked.manifest_request_count,
        asked.failures,
        coalesce({{ is_in_list('asked.fetched', 'asked.head_digest') }}, false) as is_head_digest_fetched,
        coalesce(sessions.origin.client_name, 'an unknown client') as client,
        {{ counted('sessions.manifest_head_count', 'HEAD') }} || ', '
        || {{ counted('sessions.manifest_get_count', 'GET') }} as look_ups
    from sessions
    inner join asked using (pull_id)
),

final as (
    select
        pull_id,
        case outcome
            when 'push'
                then 'Push: ' || {{ counted('push_count', 'request') }} || ' wrote to the repository, or asked to.'
            when 'artifact'
                then case
                    when is_artifacts_only
                        then
                            'Artifact: only charts, signatures, attestations or referrers were asked for ('
                            || {{ counted('artifact_count', 'request') }} || ').'
                    else 'Artifact: ' || client || ' is a client for signatures and charts, not for images.'
                end
            when 'failed'
                then
                    'Failed: none of ' || {{ counted('request_count', 'request') }}
                    || ' was answered with success (status ' || coalesce(failures, 'unknown') || ').'
            when 'interrupted'
                then
                    'Interrupted: of ' || {{ counted('wanted_layer_count', 'layer') }}
                    || ' asked for, one at least was refused, or broken off with nothing after it.'
            when 'download'
                then
                    'Download: ' || {{ counted('layer_count', 'layer') }} || ' asked for with success'
                    || case
                        when layer_count > known_layer_count
                            then ' (' || layer_count - known_layer_count || ' told by the number of blobs)'
                        else ''
                    end
                    || case completeness
                        when 'requested' then '; the gateway redirected, so that nobody knows whether they arrived.'
                        else ', and none was left broken off.'
                    end
            when 'inspect'
                then case
                    when manifest_get_count + manifest_head_count + blob_count = 0 and tag_list_count > 0
                        then 'Inspection: tags were listed, and no manifest was asked for.'
                    when manifest_get_count + manifest_head_count + blob_count = 0
                        then 'Inspection: no manifest was asked for with success.'
                    when not origin.can_pull
                        then
                            'Inspection: ' || client || ', which keeps no images, looked manifests up (' || look_ups
                            || ') and took no layer.'
                    when deletion_count > 0 then 'Inspection: what was looked up was deleted then.'
                    else 'Inspection: the index was fetched, and no image of it.'
                end
            else
                'Version check: ' || client || ', which can pull, looked the manifest up (' || look_ups
                || ') and took no layer'
                || case when blob_count > 0 then ', only the configuration.' else '.' end
        end as outcome_reason,
        case
            when image_request_count = 0 and artifact_count = 0 and push_count = 0 then 'listed'
            when tag_request_count = 0 and manifest_request_count = 0 then 'none'
            when tag_request_count = 0 then 'digest'
            when tag_gets > 0 or digest_get_count = 0 then 'requested'
            when is_head_digest_fetched then 'head_digest'
            else 'head_time'
        end as tag_method,
        case
            when platform_count = 1 then 'catalogue'
            when platform_count > 1 then 'several'
            else 'unknown'
        end as platform_method
    from described
)

select * from final
