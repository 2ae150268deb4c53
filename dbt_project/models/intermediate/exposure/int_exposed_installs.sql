-- Installs of what an advisory names on the day that it was published, and when each was seen to have left it for good.
with things as (
    select * from {{ ref('int_advisory_digests') }}
),

versions as (
    select * from {{ ref('origin_versions') }}
),

unique_keys as (
    select * from {{ ref('int_unique_keys') }}
),

repositories as (
    select distinct repository from things
),

uses as (
    select
        versions.pull_date,
        versions.repository,
        versions.tag,
        versions.digest,
        versions.last_seen_at,
        versions.last_downloaded_at,
        {{ unique_key('origin', 'versions') }} as origin_key
    from versions
    {{ join_unique_keys('versions', 'unique_keys') }}
    semi join repositories on versions.repository = repositories.repository
    where versions.is_install and versions.is_updater is not true
),

last_days as (
    select max(pull_date) as last_day from versions
),

advisories as (
    select distinct published_on, repository, reference, label from things
),

judged as (
    select
        advisories.published_on,
        advisories.repository,
        advisories.reference,
        advisories.label,
        uses.origin_key,
        uses.pull_date,
        uses.last_seen_at,
        uses.last_downloaded_at,
        things.repository is not null as is_bad
    from advisories
    inner join uses on advisories.repository = uses.repository
    left join things
        on
            advisories.published_on = things.published_on
            and advisories.repository = things.repository
            and advisories.reference = things.reference
            and advisories.label = things.label
            and (
                uses.digest = things.digest
                or (things.digest is null and uses.digest is null and uses.tag = things.reference)
            )
),

-- In the window up to the advisory it was seen with it, and has taken nothing else since.
exposed as (
    select published_on, repository, reference, label, origin_key
    from judged
    where pull_date between published_on - {{ var('active_window_days') | int - 1 }} and published_on
    group by published_on, repository, reference, label, origin_key
    having
        coalesce(
            max(case when is_bad then last_seen_at end) >= max(case when not is_bad then last_downloaded_at end),
            bool_or(is_bad)
        )
),

last_uses as (
    select
        judged.published_on,
        judged.repository,
        judged.reference,
        judged.label,
        judged.origin_key,
        max(case when judged.is_bad then judged.last_seen_at end) as last_bad_at,
        max(judged.pull_date) as last_seen_on
    from judged
    inner join exposed using (published_on, repository, reference, label, origin_key)
    group by judged.published_on, judged.repository, judged.reference, judged.label, judged.origin_key
),

departures as (
    select
        last_uses.published_on,
        last_uses.repository,
        last_uses.reference,
        last_uses.label,
        last_uses.origin_key,
        last_uses.last_seen_on,
        cast(min(judged.last_downloaded_at) as date) as left_on
    from last_uses
    left join judged
        on
            last_uses.published_on = judged.published_on
            and last_uses.repository = judged.repository
            and last_uses.reference = judged.reference
            and last_uses.label = judged.label
            and last_uses.origin_key = judged.origin_key
            and not judged.is_bad
            and last_uses.last_bad_at < judged.last_downloaded_at
    group by
        last_uses.published_on, last_uses.repository, last_uses.reference, last_uses.label, last_uses.origin_key,
        last_uses.last_seen_on
),

final as (
    select
        departures.published_on,
        departures.repository,
        departures.reference,
        departures.label,
        departures.origin_key,
        departures.left_on is not null as is_upgraded,
        cast(
            coalesce(
                departures.left_on,
                least(departures.last_seen_on + {{ var('active_window_days') }}, last_days.last_day)
            ) - departures.published_on as bigint
        ) as lag_days
    from departures
    cross join last_days
)

select * from final
