-- Every active install of a repository runs one version, be it an unknown one.
with versions as (
    select adoption_date as install_date, repository, sum(install_count) as install_count, sum(install_share) as share
    from {{ ref('version_adoption_daily') }}
    group by adoption_date, repository
),

installs as (
    select * from {{ ref('active_installs_daily') }}
    where repository <> '*'
)

select install_date, repository
from installs
full join versions using (install_date, repository)
where
    installs.active_install_count is distinct from versions.install_count
    or abs(versions.share - 1) > 0.000001
