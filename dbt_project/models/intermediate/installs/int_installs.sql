{% set window = var('active_window_days') | int - 1 %}
{% set reads_back = window + var('pattern_days') | int - 1 %}
-- What each origin ran on each planned day, as its traffic of the window up to that day tells: one row a tag (or
-- digest) that it goes on using.
with logged_days as (
    select * from {{ ref('stg_load_days') }}
),

versions as (
    select * from {{ ref('origin_versions') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

-- A day without any log among them: its window holds what was heard before it.
days as (
    select planned_days.period_start as install_date
    from {{ planned('day', reads_back) }} as planned_days
    where
        planned_days.period_start between (select min(requested_on) from logged_days)
        and (select max(requested_on) from logged_days)
),

-- By tag alone first: few rows, where origins are many.
tag_sightings as (
    select
        pull_date,
        repository,
        tag,
        digest,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at
    from versions
    where tag is not null and digest is not null
    group by pull_date, repository, tag, digest
),

tag_days as (
    select
        days.install_date,
        tag_sightings.*
    from days
    inner join tag_sightings
        on tag_sightings.pull_date between days.install_date - {{ window }} and days.install_date
),

tags as (
    select
        install_date,
        repository,
        tag,
        max_by(digest, (last_seen_at, digest)) as current_digest
    from tag_days
    group by install_date, repository, tag
),

installs as (
    select
        versions.*,
        {{ unique_key('origin', 'versions') }} as origin_key,
        {{ unique_key('endpoint', 'versions') }} as endpoint_key
    from versions
    {{ join_unique_keys('versions', 'unique_keys') }}
    where
        -- A day knows only what had been seen up to it.
        (versions.is_install or versions.left_out_on is not null)
        and versions.pull_date >= (select min(days.install_date) - {{ window }} from days)
),

act_starts as (
    select * from {{ act_starts('installs', 'tag, digest') }}
),

acts as (
    select
        *,
        -- What is pinned has no tag.
        coalesce(tag, digest, '') as reference,
        max(case when is_act_start then first_seen_at end) over (
            partition by repository, origin_key, pull_date
            order by first_seen_at, last_seen_at, tag, digest
            rows between unbounded preceding and current row
        ) as acted_at
    from act_starts
),

sightings as (
    select
        days.install_date,
        installs.repository,
        installs.origin_key,
        installs.reference,
        installs.tag,
        installs.digest,
        min(installs.acted_at) as first_acted_at,
        list_reverse_sort(list(distinct installs.acted_at))[:2] as last_acts,
        min(installs.endpoint_key) as endpoint_key,
        min(installs.first_seen_at) as first_seen_at,
        max(installs.last_seen_at) as last_seen_at,
        max(installs.last_checked_at) as last_checked_at,
        max(installs.last_downloaded_at) as last_downloaded_at,
        sum(installs.session_count) as session_count,
        max(installs.machine_estimate) as machine_estimate,
        coalesce(bool_and(installs.is_updater), false) as is_updater
    from days
    inner join acts as installs
        on
            installs.pull_date between days.install_date - {{ window }} and days.install_date
            and coalesce(days.install_date < installs.left_out_on, true)
    group by
        days.install_date,
        installs.repository,
        installs.origin_key,
        installs.reference,
        installs.tag,
        installs.digest
),

seen as (
    select * from {{ without_seconds('sightings', ['install_date', 'repository']) }}
),

-- Under whatever tag it came: the client keeps one store.
downloaded as (
    select distinct install_date, repository, origin_key, digest
    from seen
    where digest is not null and last_downloaded_at is not null
),

with_downloads as (
    select
        seen.*,
        downloaded.digest is not null as is_downloaded
    from seen
    left join downloaded using (install_date, repository, origin_key, digest)
),

origins as (
    select
        install_date,
        repository,
        origin_key,
        reference,
        tag,
        min(first_acted_at) as first_acted_at,
        max(last_acts[1]) as last_acted_at,
        min(endpoint_key) as endpoint_key,
        min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at,
        max(last_checked_at) as last_checked_at,
        sum(session_count) as session_count,
        max(machine_estimate) as machine_estimate,
        max_by(digest, (last_seen_at, digest)) filter (where is_downloaded) as downloaded_digest,
        max(last_seen_at) filter (where is_downloaded) as downloaded_seen_at,
        min_by(digest, (first_seen_at, digest)) filter (where digest is not null) as first_answered_digest
    from with_downloads
    group by install_date, repository, origin_key, reference, tag
),

last_acts as (
    select
        install_date,
        repository,
        origin_key,
        max(last_acts[1]) as last_act_at,
        list_reverse_sort(list_distinct(flatten(list(last_acts))))[2] as before_act_at
    from seen
    group by install_date, repository, origin_key
),

-- Whether what was used in the last act had been used before the act before it: then the origin takes turns.
turns as (
    select
        install_date,
        repository,
        origin_key,
        last_acts.last_act_at,
        last_acts.before_act_at,
        bool_or(
            origins.last_acted_at = last_acts.last_act_at
            and coalesce(origins.first_acted_at < last_acts.before_act_at, false)
        ) as is_taking_turns
    from origins
    inner join last_acts using (install_date, repository, origin_key)
    group by install_date, repository, origin_key, last_acts.last_act_at, last_acts.before_act_at
),

-- What it used in its last act, or in the one before where it takes turns. The state of an install is that of the tag
-- that it used last.
running as (
    select
        origins.*,
        row_number() over (
            partition by install_date, repository, origin_key
            order by origins.last_seen_at desc, origins.tag asc nulls last, origins.reference asc
        ) = 1 as is_used_last
    from origins
    inner join turns using (install_date, repository, origin_key)
    where
        origins.last_acted_at = turns.last_act_at
        or (turns.is_taking_turns and origins.last_acted_at = turns.before_act_at)
),

-- What a tag meant when an origin first asked, for answers that the gateway did not see.
never_answered as (
    select install_date, repository, origin_key, reference, tag, first_seen_at
    from running
    where downloaded_digest is null and first_answered_digest is null
),

-- Of two meanings that were seen first at one moment always the same one is taken.
meanings as (
    select install_date, repository, tag, first_seen_at, max(digest) as digest
    from tag_days
    group by install_date, repository, tag, first_seen_at
),

unanswered as (
    select * from {{ as_of(
        'never_answered', 'meanings', ['install_date', 'repository', 'tag'], 'first_seen_at', {'digest': 'digest'}
    ) }}
),

meant as (
    select
        running.*,
        tags.current_digest,
        unanswered.digest as meant_digest
    from running
    left join tags using (install_date, repository, tag)
    left join unanswered using (install_date, repository, origin_key, reference)
),

held as (
    select
        *,
        coalesce(downloaded_digest, first_answered_digest, meant_digest, current_digest) as held_digest,
        coalesce(downloaded_seen_at, first_seen_at) as held_at,
        downloaded_digest is not null as is_confirmed,
        (last_seen_at - first_seen_at) / nullif(session_count - 1, 0) as period
    from meant
),

moves as (
    select
        held.install_date,
        held.repository,
        held.origin_key,
        held.reference,
        min(greatest(tag_days.first_seen_at, held.held_at)) as moved_at
    from held
    inner join tag_days
        on
            held.install_date = tag_days.install_date
            and held.repository = tag_days.repository
            and held.tag = tag_days.tag
    where
        held.held_digest <> held.current_digest
        and tag_days.digest <> held.held_digest
        and tag_days.last_seen_at > held.held_at
    group by held.install_date, held.repository, held.origin_key, held.reference
),

judged as (
    select
        held.*,
        case
            when held.tag is null then 'pinned'
            when held.current_digest is null then 'digest_unknown'
            when held.held_digest = held.current_digest and held.is_confirmed then 'downloaded'
            when held.held_digest = held.current_digest then 'head_no_get'
            when
                held.last_checked_at - moves.moved_at > held.period * {{ var('stale_after_periods') }}
                then 'stale_alive'
            else 'tag_moved'
        end as reason
    from held
    left join moves using (install_date, repository, origin_key, reference)
),

final as (
    select
        install_date,
        repository,
        origin_key,
        endpoint_key,
        reference,
        tag,
        is_used_last,
        held_digest,
        last_seen_at,
        case
            when reason in ('downloaded', 'head_no_get') then 'current'
            when reason = 'stale_alive' then 'stale'
            else 'unknown'
        end as state,
        reason,
        case
            when reason = 'digest_unknown' then null
            when is_confirmed then {{ var('confirmed_confidence') }}
            else {{ var('inferred_confidence') }}
        end as confidence,
        machine_estimate
    from judged
)

select * from final
