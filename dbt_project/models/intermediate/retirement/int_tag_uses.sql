{% set reads_back = var('pattern_days') | int - 1 %}

-- Sessions that show that somebody uses a tag, looks at it or asks for it in vain. A push shows nothing of the kind,
-- nor does a client that only lists the tags.
-- Of the days that tag_usage looks at, and of those that tag_usage_base rebuilds: not of all that the warehouse holds.
with pulls as (
    select * from {{ ref('fct_pulls') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
    where level = 'origin'
),

loads as (
    select * from {{ ref('stg_load_days') }}
),

last_days as (
    select max(requested_on) as last_day
    from loads
),

days as (
    select period_start as pull_date from {{ planned('day', reads_back) }}
    union
    select last_day - cast({{ each_in('range(' ~ var('tag_lookback_days') ~ ')') }} as integer) as pull_date
    from last_days
),

final as (
    select
        pulls.pull_id,
        pulls.pull_date,
        pulls.repository,
        pulls.tag,
        pulls.digest,
        pulls.started_at,
        pulls.environment,
        pulls.company,
        case
            when not pulls.is_origin_unlinkable then coalesce(unique_keys.unique_key, pulls.origin_id)
        end as origin_key,
        pulls.outcome not in ('inspect', 'failed') as is_pull,
        pulls.outcome = 'failed' as is_failed,
        pulls.pull_date > last_days.last_day - {{ var('tag_lookback_days') }} as is_in_lookback
    from pulls
    cross join last_days
    left join unique_keys on pulls.origin_id = unique_keys.id
    where
        pulls.pull_date in (select days.pull_date from days)
        and coalesce(pulls.tag_method, '') <> 'listed'
        and (
            pulls.outcome in ('download', 'version_check', 'interrupted', 'artifact')
            -- Scanners, bots and browsers look at every tag: that is no use of one.
            or (pulls.outcome in ('inspect', 'failed') and {{ is_wanted('pulls.client_category') }})
        )
)

select * from final
