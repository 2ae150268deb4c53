-- Every active install of a repository runs a version, be it an unknown one, or several: the shares add up to one.
with versions as (
    select
        adoption_date as install_date,
        repository,
        sum(active_install_count) as active_install_count,
        max(active_install_count) as largest_count,
        sum(install_share) as share
    from {{ ref('version_adoption_daily') }}
    group by adoption_date, repository
),

installs as (
    select * from {{ ref('active_installs_daily_base') }}
    where repository <> '*'
)

select install_date, repository
from installs
full join versions using (install_date, repository)
where
    coalesce(installs.active_install_count not between versions.largest_count and versions.active_install_count, true)
    or abs(versions.share - 1) > 0.000001
