-- int_digest_roots by the numbers of int_references.
with digest_roots as (
    select * from {{ ref('int_digest_roots') }}
),

named as (
    select * from {{ ref('int_references') }}
),

final as (
    select
        digests.reference_id,
        roots.reference_id as root_id
    from digest_roots
    inner join named as digests on digest_roots.digest = digests.name
    inner join named as roots on digest_roots.root = roots.name
)

select * from final
