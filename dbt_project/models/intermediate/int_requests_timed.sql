-- When each request takes its place among those of its origin.
with requests as (
    select * from {{ ref('int_repository_requests') }}
),

marked as (
    select
        *,
        -- cosign's signatures, and docker's way to attestations: asked for beside an image, under its digest.
        coalesce(regexp_matches(reference, '^sha256-[0-9a-f]{64}'), false) as is_artifact_tag,
        -- nginx logs whole requests: a stuck one must not hold a session open for ever.
        least(ended_at, requested_at + interval '1' second * {{ var('longest_request_seconds') }}) as busy_until
    from requests
),

beside as (
    select
        *,
        request_kind = 'manifest' and reference_type = 'tag' and not is_artifact_tag as is_tag_request,
        coalesce(min(node) over nearby <> max(node) over nearby, false) as is_of_two_nodes,
        min(
            case when request_kind = 'manifest' and reference_type = 'tag' and not is_artifact_tag then requested_at end
        ) over later as next_tag_at,
        min(case when is_push then requested_at end) over later as next_push_at,
        min(case when request_kind = 'manifest' and method = 'GET' then requested_at end) over later as next_get_at,
        min(case when request_kind = 'manifest' and method = 'PUT' then requested_at end) over same_reference_later
            as next_put_at,
        -- What is deleted: the tag, the digest that it meant, or what a look found that told no digest.
        min(case when request_kind = 'manifest' and method = 'DELETE' then requested_at end) over same_reference_later
            as next_tag_delete_at,
        min(case when request_kind = 'manifest' and method = 'DELETE' then requested_at end) over (
            partition by chain_origin_id, repository, coalesce(object_digest, request_key)
            order by requested_at, ended_at, request_key
            rows between 1 following and unbounded following
        ) as next_digest_delete_at,
        min(case when request_kind = 'manifest' and method = 'DELETE' then requested_at end) over later
            as next_delete_at
    from marked
    window
        nearby as (
            partition by chain_origin_id, repository
            order by requested_at
            range between interval '{{ var('manifest_gap_seconds') }} seconds' preceding
            and interval '{{ var('manifest_gap_seconds') }} seconds' following
        ),
        later as (
            partition by chain_origin_id, repository
            order by requested_at, ended_at, request_key
            rows between 1 following and unbounded following
        ),
        same_reference_later as (
            partition by chain_origin_id, repository, reference
            order by requested_at, ended_at, request_key
            rows between 1 following and unbounded following
        )
),

described as (
    select
        * exclude (
            next_push_at, next_get_at, next_put_at, next_tag_delete_at, next_digest_delete_at, next_delete_at
        ),
        -- What a pull may begin with: layers seen before it belong to something else.
        request_kind = 'manifest' and not is_artifact_tag
        and (reference_type = 'tag' or method = 'HEAD' or coalesce(manifest_kind = 'index', false)) as is_opening,
        -- The digest by which it is told what was asked for; of a signature or of referrers, their subject.
        case
            when is_artifact_tag then 'sha256:' || substr(reference, 8, 64)
            when request_kind = 'referrers' then reference
            else object_digest
        end as told_by,
        -- A push begins with looks whether the registry has the part, or the tag, already.
        is_push or coalesce(
            method = 'HEAD'
            and request_kind in ('manifest', 'blob')
            and next_push_at <= busy_until + interval '1' second * {{ var('manifest_gap_seconds') }}
            and (
                reference_type = 'digest' or (
                    next_put_at <= busy_until + interval '1' second * {{ var('blob_gap_seconds') }}
                    and coalesce(next_put_at < next_get_at, true)
                )
            ),
            false
        ) as is_of_push,
        -- A clean-up tool looks at a tag and its age before it deletes it.
        request_kind = 'manifest' and method in ('GET', 'HEAD') and coalesce(
            least(next_tag_delete_at, next_digest_delete_at)
            <= busy_until + interval '1' second * {{ var('blob_gap_seconds') }}
            or (
                object_digest is null
                and next_delete_at <= busy_until + interval '1' second * {{ var('manifest_gap_seconds') }}
            ),
            false
        ) as is_of_deletion
    from beside
),

final as (
    select
        * exclude (next_tag_at, is_of_two_nodes),
        case
            -- A list of tags belongs to the look that follows it: it takes its place just behind that look.
            when
                request_kind = 'tags'
                and next_tag_at <= busy_until + interval '1' second * {{ var('manifest_gap_seconds') }}
                then next_tag_at + interval '1' microsecond
            -- In every client's protocol the tag comes first, then the index. Where they seem to come a moment later
            -- and the origin comes through two nodes, their clocks differ. One node orders its own requests rightly.
            -- A push ends with its tag.
            when is_of_push or not is_of_two_nodes then requested_at
            else
                requested_at - interval '1' second * {{ var('clock_skew_seconds') }}
                * case when is_tag_request then 2 when is_opening then 1 else 0 end
        end as ordered_at
    from described
)

select * from final
