-- Lines of the look-back that are in no figure: somebody's use of any tag may be among them. One row for all lines that
-- name no repository (its digest is ''), one for each repository that is named.
with nodes as (
    select * from {{ ref('node_days_base') }}
),

loads as (
    select * from {{ ref('stg_loads') }}
),

opted_out as (
    select * from {{ ref('stg_opted_out_days') }}
),

quarantined_days as (
    select * from {{ ref('stg_quarantined_days') }}
),

named_lines as (
    select * from {{ ref('stg_hidden_lines') }}
),

last_days as (
    select
        max(logged_on) as last_day,
        max(logged_on) - {{ var('tag_lookback_days') }} as before_day
    from nodes
),

counted as (
    select
        coalesce(sum(nodes.line_count), 0) as line_count,
        coalesce(sum(nodes.turned_away_count), 0) as turned_away_count
    from nodes
    inner join last_days on nodes.logged_on > last_days.before_day
),

-- Where no line of an object had a time, or an older version loaded it, it may be of any day of the object.
undated as (
    select loads.load_id, loads.quarantined_count - coalesce(sum(quarantined_days.quarantined_count), 0) as line_count
    from loads
    cross join last_days
    left join quarantined_days on loads.load_id = quarantined_days.load_id
    where
        not loads.is_superseded
        and coalesce(cast(loads.last_logged_at as date) > last_days.before_day, true)
    group by loads.load_id, loads.quarantined_count
),

unread as (
    select line_count from undated
    union all
    select quarantined_days.quarantined_count as line_count
    from quarantined_days
    inner join last_days on quarantined_days.quarantined_on > last_days.before_day
    union all
    select opted_out.opted_out_count as line_count
    from opted_out
    inner join last_days on opted_out.opted_out_on > last_days.before_day
),

named as (
    select named_lines.repository_digest, sum(named_lines.line_count) as hidden_line_count
    from named_lines
    inner join last_days on named_lines.logged_on > last_days.before_day
    group by named_lines.repository_digest
),

sums as (
    select
        (select coalesce(sum(unread.line_count), 0) from unread) as unread_count,
        coalesce(sum(hidden_line_count) filter (where repository_digest <> ''), 0) as named_count,
        -- Their path was cut off before it named a repository.
        coalesce(sum(hidden_line_count) filter (where repository_digest = ''), 0) as cut_off_count
    from named
),

unnamed as (
    select
        '' as repository_digest,
        greatest(counted.turned_away_count + sums.unread_count - sums.named_count, 0)
        + sums.cut_off_count as hidden_line_count,
        counted.line_count + sums.unread_count as all_line_count
    from counted
    cross join sums
),

of_repositories as (
    select repository_digest, hidden_line_count from named
    where repository_digest <> ''
    union all
    select md5(nodes.repository) as repository_digest, nodes.unfollowed_token_count as hidden_line_count
    from nodes
    inner join last_days on nodes.logged_on > last_days.before_day
    where nodes.unfollowed_token_count > 0
),

final as (
    select repository_digest, hidden_line_count, all_line_count from unnamed
    union all
    select
        of_repositories.repository_digest,
        sum(of_repositories.hidden_line_count) as hidden_line_count,
        unnamed.all_line_count
    from of_repositories
    cross join unnamed
    group by of_repositories.repository_digest, unnamed.all_line_count
)

select * from final
