-- The states add up to the installs, and the bounds lie around them in this order.
select install_date, repository
from {{ ref('active_installs_daily_base') }}
where
    active_install_count <> confirmed_current_count + inferred_current_count + stale_count + unknown_count
    or not (
        1 <= install_count_lower_bound
        and install_count_lower_bound <= unique_endpoint_count
        and unique_endpoint_count <= active_install_count
        and active_install_count <= install_count_upper_bound
    )
