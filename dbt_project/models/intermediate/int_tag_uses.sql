-- Sessions that show that somebody uses a tag, or at least looks at it. A push and a failure show nothing of the kind.
with pulls as (
    select * from {{ ref('fct_pulls') }}
),

loads as (
    select * from {{ ref('stg_load_days') }}
),

last_days as (
    select max(requested_on) as last_day
    from loads
),

final as (
    select
        pulls.pull_id,
        pulls.repository,
        pulls.tag,
        pulls.digest,
        pulls.started_at,
        pulls.environment,
        pulls.company,
        pulls.identity_epoch,
        pulls.origin_id,
        pulls.previous_origin_id,
        pulls.is_origin_unlinkable,
        pulls.outcome <> 'inspect' as is_pull,
        pulls.pull_date > last_days.last_day - {{ var('tag_lookback_days') }} as is_in_lookback,
        pulls.pull_date > last_days.last_day - {{ var('active_window_days') }}
        and pulls.outcome in ('download', 'version_check')
        and pulls.environment not in ('ci', 'own')
        and coalesce(pulls.client_category, '') not in ('mirror', 'scanner')
        and pulls.access_pattern not in ('mirror', 'scanner')
        and not pulls.is_origin_unlinkable as is_active_install
    from pulls
    cross join last_days
    where
        pulls.outcome in ('download', 'version_check', 'interrupted', 'artifact')
        -- Who looks at everything wants nothing of it.
        or (pulls.outcome = 'inspect' and coalesce(pulls.client_category, '') not in ('scanner', 'bot', 'browser'))
)

select * from final
