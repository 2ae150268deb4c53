-- What the catalogue could not tell about the manifests of a day.
with requests as (
    select * from {{ ref('stg_requests') }}
),

manifests as (
    select * from {{ ref('stg_manifests') }}
),

failures as (
    select * from {{ ref('stg_manifest_failures') }}
),

-- An attestation does not stand for the image that it describes.
children as (
    select {{ each_in('parents') }} as parent_digest
    from manifests
    where kind <> 'attestation'
),

parents as (
    select distinct parent_digest
    from children
),

asked_for as (
    select
        date as requested_on,
        case when reference_type = 'digest' then reference else response_digest end as digest,
        max(response_media_type like '%image.index%' or response_media_type like '%manifest.list%') as is_said_index
    from requests
    where request_kind = 'manifest' and status between 200 and 399 and repository is not null
    group by all
),

-- What an index says of a child does not describe it.
described as (
    select *
    from manifests
    where kind is not null or config_digest is not null or layers is not null
),

judged as (
    select
        asked_for.requested_on,
        described.digest is null as is_unknown,
        described.digest is null and failures.digest is not null as is_failed,
        coalesce(
            described.is_conflicting or (asked_for.is_said_index and described.kind <> 'index'), false
        ) as is_conflicting,
        coalesce(described.kind = 'index', false) and parents.parent_digest is null as is_childless_index
    from asked_for
    left join described on asked_for.digest = described.digest
    left join failures on asked_for.digest = failures.digest
    left join parents on asked_for.digest = parents.parent_digest
    where asked_for.digest is not null
),

final as (
    select
        requested_on,
        count(*) filter (where is_unknown) as unknown_manifest_count,
        count(*) filter (where is_failed) as failed_lookup_count,
        count(*) filter (where is_conflicting) as conflicting_manifest_count,
        count(*) filter (where is_childless_index) as childless_index_count
    from judged
    group by requested_on
)

select * from final
