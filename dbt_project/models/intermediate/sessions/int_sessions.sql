-- Outcome of every session, decided in the order of contract C.
with facts as (
    select * from {{ ref('int_session_facts') }}
),

layers as (
    select * from {{ ref('int_session_layers') }}
),

platforms as (
    select * from {{ ref('int_session_platforms') }}
),

counted as (
    select
        facts.*,
        platforms.platform,
        coalesce(platforms.platform_count, 0) as platform_count,
        coalesce(platforms.taken_platform_count, 0) as taken_platform_count,
        coalesce(layers.blob_count, 0) as blob_count,
        coalesce(layers.is_redirected, false) as is_redirected,
        coalesce(layers.is_undelivered, false) as is_undelivered,
        coalesce(layers.known_layer_count, 0) as known_layer_count,
        coalesce(layers.known_config_count, 0) as known_config_count,
        coalesce(layers.unknown_blob_count, 0) as unknown_blob_count,
        coalesce(layers.refused_layer_count, 0) as refused_layer_count,
        coalesce(layers.refused_unknown_count, 0) as refused_unknown_count,
        -- Each image has one configuration. Where no media type tells, the first digest fetched without a
        -- tag request before it was the index.
        greatest(
            1,
            facts.image_manifest_count + facts.unknown_digest_get_count
            - case
                when facts.tag_get_count + facts.index_get_count = 0 and facts.unknown_digest_get_count > 0 then 1
                else 0
            end
        ) as expected_config_count
    from facts
    left join layers using (session_id)
    left join platforms using (session_id)
),

-- Blobs of unknown kind are layers, except for the configurations that are still expected.
with_layers as (
    select
        *,
        artifact_count > 0
        -- Of a tag whose answer nobody saw, the digest asked for next says what it means.
        and artifact_count + case when artifact_by_digest_count > 0 then unseen_tag_count else 0 end
        >= image_request_count - blob_count as is_artifacts_only,
        known_layer_count + greatest(0, unknown_blob_count - greatest(0, expected_config_count - known_config_count))
            as layer_count,
        known_layer_count + refused_layer_count + greatest(
            0,
            unknown_blob_count + refused_unknown_count - greatest(0, expected_config_count - known_config_count)
        ) as wanted_layer_count
    from counted
),

concluded as (
    select
        *,
        case
            when push_count > 0 then 'push'
            when is_artifacts_only then 'artifact'
            -- A tool for artifacts takes images too (oras cp, cosign save): an index or an image, and layers.
            when
                origin.client_category in ('artifact', 'signing')
                and (index_get_count + image_manifest_count = 0 or wanted_layer_count = 0)
                then 'artifact'
            when success_count = 0 then 'failed'
            when is_undelivered or wanted_layer_count > layer_count then 'interrupted'
            when layer_count > 0 then 'download'
            when not origin.can_pull or deletion_count > 0 then 'inspect'
            when manifest_get_count + manifest_head_count + blob_count = 0 then 'inspect'
            -- An index that nobody took an image from, whether or not a HEAD of its tag came first: no platform of
            -- it fits, or only the index was wanted.
            when
                index_get_count > 0
                and image_manifest_count + unknown_digest_get_count + blob_count = 0
                then 'inspect'
            else 'version_check'
        end as outcome
    from with_layers
),

final as (
    select
        md5(repository || chr(10) || first_request) as pull_id,
        *,
        case
            when outcome = 'interrupted' then 'interrupted'
            when outcome <> 'download' then null
            when is_redirected then 'requested'
            else 'complete'
        end as completeness,
        outcome = 'download' and taken_platform_count > 1 as is_multi_platform
    from concluded
)

select * from final
