-- When each request takes its place among those of its origin.
with requests as (
    select * from {{ ref('int_repository_requests') }}
),

marked as (
    select
        *,
        -- cosign's signatures, and docker's way to attestations: asked for beside an image, under its digest.
        coalesce(regexp_matches(reference, '^sha256-[0-9a-f]{64}'), false) as is_artifact_tag
    from requests
),

described as (
    select
        *,
        request_kind = 'manifest' and reference_type = 'tag' and not is_artifact_tag as is_tag_request,
        -- What a pull may begin with: layers seen before it belong to something else.
        request_kind = 'manifest' and not is_artifact_tag
        and (reference_type = 'tag' or method = 'HEAD' or coalesce(manifest_kind = 'index', false)) as is_opening
    from marked
),

final as (
    select
        *,
        -- In every client's protocol the tag comes first, then the index. Where they seem to come a moment later,
        -- the clocks of two gateway nodes differ.
        requested_at - interval '1' second * {{ var('clock_skew_seconds') }}
        * case when is_tag_request then 2 when is_opening then 1 else 0 end as ordered_at
    from described
)

select * from final
