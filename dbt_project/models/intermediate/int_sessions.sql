-- Outcome of every session, decided in the order of contract C.
with facts as (
    select * from {{ ref('int_session_facts') }}
),

layers as (
    select * from {{ ref('int_session_layers') }}
),

counted as (
    select
        facts.*,
        coalesce(layers.blob_count, 0) as blob_count,
        coalesce(layers.is_redirected, false) as is_redirected,
        coalesce(layers.is_undelivered, false) as is_undelivered,
        -- Each image has one configuration. Where no media type tells, the first digest fetched without a
        -- tag request before it was the index.
        greatest(
            1,
            facts.image_manifest_count + facts.unknown_digest_get_count
            - case
                when facts.tag_get_count + facts.index_get_count = 0 and facts.unknown_digest_get_count > 0 then 1
                else 0
            end
        ) as expected_config_count,
        coalesce(layers.known_layer_count, 0) as known_layer_count,
        coalesce(layers.known_config_count, 0) as known_config_count,
        coalesce(layers.unknown_blob_count, 0) as unknown_blob_count
    from facts
    left join layers using (chain_origin_id, repository, session_number)
),

with_layers as (
    select
        *,
        known_layer_count
        -- The docker command line has no image store: what it fetches are configurations (docker manifest create).
        + case
            when origin.client_name = 'docker-cli' then 0
            else greatest(0, unknown_blob_count - greatest(0, expected_config_count - known_config_count))
        end as layer_count,
        -- A tool for artifacts takes images too (oras cp, cosign save): then there is an index, or an image's manifest,
        -- and a layer, and no signature.
        (
            origin.client_category in ('artifact', 'signing')
            or (artifact_count > 0 and artifact_count >= image_request_count - blob_count)
        )
        and (
            signature_count > 0
            or index_get_count + image_manifest_count = 0
            or known_layer_count = 0
        ) as is_of_artifact
    from counted
),

concluded as (
    select
        *,
        case
            when push_count > 0 then 'push'
            when is_of_artifact then 'artifact'
            when success_count = 0 then 'failed'
            when is_undelivered then 'interrupted'
            when layer_count > 0 then 'download'
            when not origin.can_pull then 'inspect'
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
        outcome = 'download' and platform_count > 1 as is_multi_platform
    from concluded
)

select * from final
