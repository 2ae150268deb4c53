-- Every tag and digest that is named, once, under a number: joins and windows over requests carry the number instead of
-- the text. What the catalogue knows of a digest stands here, so that it is looked up once for each digest.
with requests as (
    select * from {{ ref('stg_requests') }}
    where repository is not null and request_kind <> 'other'
),

manifests as (
    select * from {{ ref('stg_manifests') }}
),

blob_kinds as (
    select * from {{ ref('int_blob_kinds') }}
),

named as (
    select reference as name from requests
    union
    select response_digest as name from requests
    union
    select root as name from {{ ref('int_digest_roots') }}
    union
    select digest as name from {{ ref('stg_catalogue_tags') }}
),

-- cosign's signatures, and docker's way to attestations, are tags made of the digest that they belong to.
described as (
    select
        name,
        coalesce(regexp_matches(name, '^sha256-[0-9a-f]{64}'), false) as is_artifact_tag
    from named
    where name is not null
),

subjects as (
    select
        name,
        is_artifact_tag,
        case when is_artifact_tag then 'sha256:' || substr(name, 8, 64) end as subject
    from described
),

every_name as (
    select name from subjects
    union
    select subject as name from subjects
    where subject is not null
),

numbered as (
    select
        name,
        -- Of two that were asked for at one moment the later name is taken: digests lie between numbers and letters.
        cast(row_number() over (
            order by case when position(':' in name) > 0 then '@' || name else name end
        ) as integer) as reference_id
    from every_name
),

final as (
    select
        numbered.reference_id,
        numbered.name,
        coalesce(subjects.is_artifact_tag, false) as is_artifact_tag,
        subject_names.reference_id as subject_id,
        manifests.kind as manifest_kind,
        manifests.platform as manifest_platform,
        blob_kinds.blob_kind
    from numbered
    left join subjects on numbered.name = subjects.name
    left join numbered as subject_names on subjects.subject = subject_names.name
    left join manifests on numbered.name = manifests.digest
    left join blob_kinds on numbered.name = blob_kinds.digest
)

select * from final
