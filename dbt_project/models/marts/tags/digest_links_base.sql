{{ config(
    materialized='incremental',
    incremental_strategy='replace_days',
    on_schema_change='fail',
    meta={'grain': 'day', 'period_column': 'linked_on'}
) }}

-- What fetching a tag, an index or a signature led to. What was learned on a day stays learned: an image does not
-- leave its index.
with requests as (
    select * from {{ ref('int_pull_requests') }}
),

manifests as (
    select *
    from requests
    where
        request_kind = 'manifest' and is_success and method in ('GET', 'HEAD')
        and pull_date in {{ planned('day') }}
),

sessions as (
    select
        pull_id,
        min(reference) filter (where is_tag_request) as tag,
        count(distinct case when is_tag_request then reference end) as tag_count,
        min_by(object_digest, request_number) filter (where object_digest is not null) as first_digest,
        min_by(object_kind, request_number) filter (where object_digest is not null) as first_kind
    from manifests
    group by pull_id
),

-- By a session of several tags nobody knows which of them led where.
by_tag as (
    select
        manifests.pull_date,
        manifests.repository,
        sessions.tag as reference,
        manifests.object_digest as digest,
        manifests.requested_at
    from manifests
    inner join sessions using (pull_id)
    where sessions.tag_count = 1 and manifests.object_digest is not null
),

by_index as (
    select
        manifests.pull_date,
        manifests.repository,
        sessions.first_digest as reference,
        manifests.object_digest as digest,
        manifests.requested_at
    from manifests
    inner join sessions using (pull_id)
    where
        sessions.tag_count <= 1
        and manifests.object_digest <> sessions.first_digest
        and coalesce(sessions.first_kind <> 'image', true)
),

-- A signature belongs to the digest in its tag.
by_signature as (
    select
        pull_date,
        repository,
        'sha256:' || substr(reference, 8, 64) as reference,
        object_digest as digest,
        requested_at
    from manifests
    where regexp_matches(reference, '^sha256-[0-9a-f]{64}') and object_digest is not null
),

links as (
    select * from by_tag
    union all
    select * from by_signature
    union all
    select * from by_index
),

final as (
    select
        pull_date as linked_on,
        repository,
        reference,
        digest,
        max(requested_at) as last_linked_at
    from links
    group by pull_date, repository, reference, digest
    -- Similar rows side by side compress better: a fifth smaller in the published file.
    order by pull_date, repository, reference, digest
)

select * from final
