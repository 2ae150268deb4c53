-- A table of its own on every run: what is bad is learned after it was taken.
with things as (
    select * from {{ ref('int_advisory_digests') }}
),

installs as (
    select * from {{ ref('version_adoption_daily_base') }}
),

active as (
    select * from {{ ref('active_installs_daily_base') }}
),

curves as (
    select * from {{ ref('exposure_curves') }}
),

advisories as (
    select distinct published_on, repository, reference, label from things
),

days as (
    select
        active.install_date as exposure_date,
        advisories.*,
        active.active_install_count
    from advisories
    inner join active
        on advisories.repository = active.repository and advisories.published_on <= active.install_date
),

-- Installs that run one set of things are counted once, however many of these are bad.
exposed_sets as (
    select
        installs.adoption_date as exposure_date,
        things.published_on,
        things.repository,
        things.reference,
        things.label,
        installs.set_id,
        max(installs.active_install_count) as install_count,
        bool_or(installs.is_confirmed) as is_confirmed
    from things
    inner join installs
        on
            things.repository = installs.repository
            and things.published_on <= installs.adoption_date
            and (
                things.digest = installs.digest
                or (things.digest is null and installs.digest is null and things.reference = installs.version_tag)
            )
    group by
        installs.adoption_date, things.published_on, things.repository, things.reference, things.label,
        installs.set_id
),

exposed as (
    select
        exposure_date,
        published_on,
        repository,
        reference,
        label,
        sum(install_count) as exposed_install_count,
        coalesce(sum(install_count) filter (where is_confirmed), 0) as confirmed_install_count
    from exposed_sets
    group by exposure_date, published_on, repository, reference, label
),

unknown_sets as (
    select adoption_date as exposure_date, repository, set_id, max(active_install_count) as install_count
    from installs
    -- Neither a digest nor a version is known of what they run.
    where digest is null and version_tag is null
    group by adoption_date, repository, set_id
),

unknown as (
    select
        exposure_date,
        repository,
        sum(install_count) as install_count
    from unknown_sets
    group by exposure_date, repository
),

remaining as (
    select
        days.exposure_date,
        days.published_on,
        days.repository,
        days.reference,
        days.label,
        min(curves.remaining_share) as remaining_share
    from days
    inner join curves using (published_on, repository, reference, label)
    where curves.lag_days <= days.exposure_date - days.published_on
    group by days.exposure_date, days.published_on, days.repository, days.reference, days.label
),

halves as (
    select
        published_on,
        repository,
        reference,
        label,
        max(at_risk_count) as exposed_at_publication_count,
        min(lag_days) filter (where remaining_share <= 0.5) as median_leave_days
    from curves
    group by published_on, repository, reference, label
),

final as (
    select
        days.exposure_date,
        days.repository,
        days.reference,
        days.label,
        days.published_on,
        cast(coalesce(exposed.exposed_install_count, 0) as bigint) as exposed_install_count,
        cast(coalesce(exposed.confirmed_install_count, 0) as bigint) as confirmed_install_count,
        days.active_install_count,
        round(coalesce(exposed.exposed_install_count, 0) / days.active_install_count, 4) as exposed_share,
        cast(coalesce(unknown.install_count, 0) as bigint) as unknown_install_count,
        coalesce(halves.exposed_at_publication_count, 0) as exposed_at_publication_count,
        case when halves.exposed_at_publication_count > 0 then coalesce(remaining.remaining_share, 1) end
            as remaining_share,
        case
            when halves.median_leave_days <= days.exposure_date - days.published_on then halves.median_leave_days
        end as median_leave_days
    from days
    left join exposed using (exposure_date, published_on, repository, reference, label)
    left join unknown on days.exposure_date = unknown.exposure_date and days.repository = unknown.repository
    left join remaining using (exposure_date, published_on, repository, reference, label)
    left join halves using (published_on, repository, reference, label)
)

select * from final
