{% set window = var('active_window_days') | int - 1 %}
{% set reads_back = window + var('pattern_days') | int - 1 %}
-- What each origin ran on each planned day, as its traffic of the window up to that day tells.
with logged_days as (
    select * from {{ ref('stg_load_days') }}
),

versions as (
    select * from {{ ref('origin_versions') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

-- A day without any log has no figure, however long the window before it is.
days as (
    select distinct requested_on as install_date
    from logged_days
    where requested_on in {{ planned('day', reads_back) }}
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
    where versions.is_install
),

sightings as (
    select
        days.install_date,
        installs.repository,
        installs.origin_key,
        installs.tag,
        installs.digest,
        min(installs.endpoint_key) as endpoint_key,
        min(installs.first_seen_at) as first_seen_at,
        max(installs.last_seen_at) as last_seen_at,
        max(installs.last_checked_at) as last_checked_at,
        max(installs.last_downloaded_at) as last_downloaded_at,
        sum(installs.session_count) as session_count,
        max(installs.machine_estimate) as machine_estimate,
        coalesce(bool_and(installs.is_updater), false) as is_updater
    from days
    inner join installs
        on installs.pull_date between days.install_date - {{ window }} and days.install_date
    group by days.install_date, installs.repository, installs.origin_key, installs.tag, installs.digest
),

engines as (
    select distinct install_date, repository, endpoint_key
    from sightings
    where not is_updater
),

-- An updater stands for the engine beside it, which takes what is new: where that one is seen, they are one install.
seen as (
    select sightings.*
    from sightings
    left join engines
        on
            sightings.is_updater
            and sightings.install_date = engines.install_date
            and sightings.repository = engines.repository
            and sightings.endpoint_key = engines.endpoint_key
    where engines.endpoint_key is null
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
        tag,
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
    group by install_date, repository, origin_key, tag
),

-- An origin that uses several tags of a repository is judged by the one it used last.
last_used as (
    select *
    from origins
    qualify row_number() over (
        partition by install_date, repository, origin_key
        order by last_seen_at desc, tag asc nulls last
    ) = 1
),

-- What a tag meant when an origin first asked, for answers that the gateway did not see.
unanswered as (
    select
        last_used.install_date,
        last_used.repository,
        last_used.origin_key,
        tag_days.digest
    from last_used
    asof inner join tag_days
        on
            last_used.install_date = tag_days.install_date
            and last_used.repository = tag_days.repository
            and last_used.tag = tag_days.tag
            and last_used.first_seen_at >= tag_days.first_seen_at
    where last_used.downloaded_digest is null and last_used.first_answered_digest is null
),

meant as (
    select
        last_used.*,
        tags.current_digest,
        unanswered.digest as meant_digest
    from last_used
    left join tags using (install_date, repository, tag)
    left join unanswered using (install_date, repository, origin_key)
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
    group by held.install_date, held.repository, held.origin_key
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
    left join moves using (install_date, repository, origin_key)
),

final as (
    select
        install_date,
        repository,
        origin_key,
        endpoint_key,
        tag,
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
