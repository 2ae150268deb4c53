-- When each request takes its place among those of its chain, and whether it belongs to a push or a deletion.
with requests as (
    select
        *,
        -- nginx logs whole requests: a stuck one must not hold a session open for ever.
        least(ended_at, requested_at + interval '1' second * {{ var('longest_request_seconds') }}) as busy_until,
        request_kind = 'manifest' and reference_type = 'tag' and not is_artifact_tag as is_tag_request,
        -- What a pull may begin with: layers seen before it belong to something else.
        request_kind = 'manifest' and not is_artifact_tag
        and (reference_type = 'tag' or method = 'HEAD' or coalesce(manifest_kind = 'index', false)) as is_opening
    from {{ ref('int_repository_requests') }}
),

-- Few chains push, list tags or come through two nodes: only their requests are looked at more closely.
chains as (
    select
        chain_id,
        bool_or(is_push) as has_push,
        bool_or(request_kind = 'tags') as has_tag_list,
        min(node) <> max(node) as has_two_nodes
    from requests
    group by chain_id
    having bool_or(is_push) or bool_or(request_kind = 'tags') or min(node) <> max(node)
),

before_writes as (
    select
        requests.*,
        min(case when is_push then requested_at end) over later as next_push_at,
        min(case when request_kind = 'manifest' and method = 'GET' then requested_at end) over later as next_get_at,
        min(case when request_kind = 'manifest' and method = 'PUT' then requested_at end) over same_reference_later
            as next_put_at,
        -- What is deleted: the tag, the digest that it meant, or what a look found that told no digest.
        min(case when request_kind = 'manifest' and method = 'DELETE' then requested_at end) over same_reference_later
            as next_tag_delete_at,
        min(case when request_kind = 'manifest' and method = 'DELETE' then requested_at end) over (
            partition by requests.chain_id, coalesce(object_id, -request_order)
            order by request_order
            rows between 1 following and unbounded following
        ) as next_digest_delete_at,
        min(case when request_kind = 'manifest' and method = 'DELETE' then requested_at end) over later
            as next_delete_at
    from requests
    inner join chains on requests.chain_id = chains.chain_id and chains.has_push
    window
        later as (
            partition by requests.chain_id
            order by request_order
            rows between 1 following and unbounded following
        ),
        same_reference_later as (
            partition by requests.chain_id, reference_id
            order by request_order
            rows between 1 following and unbounded following
        )
),

of_writes as (
    select
        request_order,
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
                object_id is null
                and next_delete_at <= busy_until + interval '1' second * {{ var('manifest_gap_seconds') }}
            ),
            false
        ) as is_of_deletion
    from before_writes
),

tag_lists as (
    select
        request_order,
        request_kind,
        busy_until,
        min(case when is_tag_request then requested_at end) over (
            partition by requests.chain_id
            order by request_order
            rows between 1 following and unbounded following
        ) as next_tag_at
    from requests
    inner join chains on requests.chain_id = chains.chain_id and chains.has_tag_list
),

-- A list of tags belongs to the look that follows it: it takes its place just behind that look.
listed_before as (
    select request_order, next_tag_at
    from tag_lists
    where
        request_kind = 'tags'
        and next_tag_at <= busy_until + interval '1' second * {{ var('manifest_gap_seconds') }}
),

-- In every client's protocol the tag comes first, then the index. Where they seem to come a moment later and the origin
-- comes through two nodes, their clocks differ. One node orders its own requests rightly.
two_nodes as (
    select
        request_order,
        min(node) over nearby <> max(node) over nearby as is_of_two_nodes
    from requests
    inner join chains on requests.chain_id = chains.chain_id and chains.has_two_nodes
    window nearby as (
        partition by requests.chain_id
        order by requested_at
        range between interval '{{ var('manifest_gap_seconds') }} seconds' preceding
        and interval '{{ var('manifest_gap_seconds') }} seconds' following
    )
),

described as (
    select
        requests.*,
        coalesce(of_writes.is_of_push, requests.is_push) as is_of_push,
        coalesce(of_writes.is_of_deletion, false) as is_of_deletion,
        listed_before.next_tag_at,
        coalesce(two_nodes.is_of_two_nodes, false) as is_of_two_nodes
    from requests
    left join of_writes on requests.request_order = of_writes.request_order
    left join listed_before on requests.request_order = listed_before.request_order
    left join two_nodes on requests.request_order = two_nodes.request_order
),

final as (
    select
        request_order,
        chain_id,
        requested_at,
        ended_at,
        busy_until,
        case
            when next_tag_at is not null then next_tag_at + interval '1' microsecond
            -- A push ends with its tag.
            when is_of_push or not is_of_two_nodes then requested_at
            else
                requested_at - interval '1' second * {{ var('clock_skew_seconds') }}
                * case when is_tag_request then 2 when is_opening then 1 else 0 end
        end as ordered_at,
        request_kind,
        method,
        reference_type,
        reference_id,
        object_id,
        subject_id,
        root_id,
        status,
        bytes_sent,
        body_bytes_sent,
        is_artifact_tag,
        is_tag_request,
        is_opening,
        is_push,
        is_of_push,
        is_of_deletion,
        is_of_companion,
        is_success,
        is_redirected,
        is_complete,
        is_range,
        manifest_kind,
        blob_kind
    from described
)

select * from final
