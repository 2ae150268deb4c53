-- Each time an install left one version for another. What it goes on using, or takes turns with, it did not leave.
with version_days as (
    select * from {{ ref('int_origin_version_days') }}
),

versions as (
    select * from {{ ref('int_versions') }}
),

uses as (
    select
        version_days.*,
        versions.version_order
    from version_days
    inner join versions using (repository, version)
    where version_days.is_install
),

act_starts as (
    select * from {{ act_starts('uses', 'version') }}
),

acts as (
    select
        *,
        count(*) filter (where is_act_start) over (
            partition by repository, origin_key
            order by pull_date, first_seen_at, last_seen_at, version
            rows between unbounded preceding and current row
        ) as act_number,
        last_downloaded_at is not null as is_download
    from act_starts
),

download_acts as (
    select
        repository,
        origin_key,
        act_number,
        lag(act_number) over (partition by repository, origin_key order by act_number) as before_act_number
    from acts
    where is_download
    group by repository, origin_key, act_number
),

last_acts as (
    select repository, origin_key, max(act_number) as last_act_number
    from acts
    group by repository, origin_key
),

-- Taken now, and not when the origin took something before.
entered as (
    select
        acts.repository,
        acts.origin_key,
        acts.act_number,
        download_acts.before_act_number,
        max_by(acts.version, (acts.version_order, acts.version)) as version,
        max(acts.version_order) as version_order,
        max(acts.pull_date) as pull_date,
        max(acts.last_downloaded_at) as last_downloaded_at
    from acts
    inner join download_acts using (repository, origin_key, act_number)
    left join acts as before
        on
            acts.repository = before.repository
            and acts.origin_key = before.origin_key
            and acts.version = before.version
            and download_acts.before_act_number = before.act_number
            and before.is_download
    where acts.is_download and download_acts.before_act_number is not null and before.version is null
    group by acts.repository, acts.origin_key, acts.act_number, download_acts.before_act_number
),

-- Taken then, and let go: not used now, nor looked up next time; or used now for the last time.
left_behind as (
    select
        entered.repository,
        entered.origin_key,
        entered.act_number,
        max_by(acts.version, (acts.version_order, acts.version)) as version,
        max(acts.version_order) as version_order
    from entered
    inner join acts
        on
            entered.repository = acts.repository
            and entered.origin_key = acts.origin_key
            and entered.before_act_number = acts.act_number
            and acts.is_download
    inner join last_acts on entered.repository = last_acts.repository and entered.origin_key = last_acts.origin_key
    left join acts as now
        on
            entered.repository = now.repository
            and entered.origin_key = now.origin_key
            and entered.act_number = now.act_number
            and acts.version = now.version
    left join acts as afterwards
        on
            entered.repository = afterwards.repository
            and entered.origin_key = afterwards.origin_key
            and entered.act_number + 1 = afterwards.act_number
            and acts.version = afterwards.version
    where
        (now.version is null and coalesce(afterwards.is_download, true))
        or (now.version is not null and afterwards.version is null and last_acts.last_act_number > entered.act_number)
    group by entered.repository, entered.origin_key, entered.act_number
),

moves as (
    select
        entered.*,
        left_behind.version as previous_version,
        left_behind.version_order as previous_order
    from entered
    inner join left_behind using (repository, origin_key, act_number)
),

-- There and back and there again within the window is no decision: both are in use.
counted as (
    select
        *,
        count(*) over (
            partition by
                repository, origin_key, least(version, previous_version), greatest(version, previous_version)
            order by pull_date
            range between interval '{{ var("active_window_days") }} days' preceding
            and interval '{{ var("active_window_days") }} days' following
        ) as turn_count
    from moves
),

final as (
    select
        pull_date,
        repository,
        origin_key,
        last_downloaded_at,
        version,
        previous_version,
        case when version_order < previous_order then 'downgrade' else 'upgrade' end as direction
    from counted
    -- Two variants of one version are neither.
    where version_order <> previous_order and turn_count < 3
)

select * from final
