-- The best answer to each question: the registry's, proved by its digest, before a file's.
with source as (
    select * from {{ source('pullhouse', 'manifests') }}
),

ranked as (
    select
        *,
        case source when 'registry' then 1 else 2 end as source_rank,
        nullif(layers, []) as known_layers
    from source
    where digest is not null
),

answered as (
    select
        digest,
        min_by(kind, (source_rank, kind)) filter (kind is not null) as kind,
        min_by(platform, (source_rank, platform)) filter (platform is not null) as platform,
        min_by(config, (source_rank, config)) filter (config is not null) as config_digest,
        min_by(known_layers, (source_rank, known_layers)) filter (known_layers is not null) as layers,
        min_by(source, (source_rank, source)) as source,
        count(distinct kind) > 1
        or count(distinct platform) > 1
        or count(distinct config) > 1
        or count(distinct known_layers) > 1 as is_conflicting
    from ranked
    group by digest
),

children as (
    select digest, {{ each_in('parents') }} as parent
    from ranked
),

-- Each index names its children by itself: parents add up.
parents as (
    select digest, {{ list_of('parent', distinct=true, in_order=true) }} as parents
    from children
    group by digest
),

final as (
    select answered.*, coalesce(parents.parents, []) as parents
    from answered
    left join parents on answered.digest = parents.digest
)

select * from final
