"""`public/pulls_weekly.csv`: counts by week for anybody to read: none says what few origins did.

Three rules keep a small cell from being worked out by subtraction:

1. A value of fewer than FEWEST_ORIGINS origins never stands alone. All small values of a table (a week, a
   repository, a dimension) are one row, together with the smallest of the large ones: with one at least,
   and with more as long as these add nothing to a measure, since a row that is 0 tells that each part is 0.
2. A repository whose row is not shown has no tables.
3. No dimension is a part of another (as versions are of a client), and values are not published over all
   repositories too: every small value stands in one sum only, that of its row.

Only final weeks are written: two editions of one week would tell what came in between.
"""

from __future__ import annotations

from collections.abc import Callable

FEWEST_ORIGINS = 10
DIMENSIONS = ("tag", "platform", "client_name", "country_code", "network_type", "environment")
_NAMES = ", ".join(f"'{name}'" for name in DIMENSIONS)
_MEASURES = ("download_count", "version_check_count", "unique_origin_count")


def grouped(table: str) -> str:
    """SQL over cells (week, repository, dimension, value and measures): the same with `is_rest`.

    Where a table has a small cell, the row of the rest has those, and large ones beside them. Its uniques
    are missing: origins of several values are not added up.
    """
    before = "over (partition by week, repository, dimension, is_small order by unique_origin_count, value"
    until_now = f"{before} rows between unbounded preceding and 1 preceding)"
    whole = "over (partition by week, repository, dimension)"
    return f"""
        select
            *,
            bool_or(is_small) {whole} and (
                is_small
                or count(*) {until_now} = 0
                or (coalesce(sum(download_count) {until_now}, 0) = 0 and sum(download_count) {whole} > 0)
                or (
                    coalesce(sum(version_check_count) {until_now}, 0) = 0
                    and sum(version_check_count) {whole} > 0
                )
            ) as is_rest
        from (select *, unique_origin_count < {FEWEST_ORIGINS} as is_small from {table})
    """


def _rows(table: str) -> str:
    return f"""
        select
            week, repository, dimension, case when not is_rest then value end as value,
            cast(is_rest as varchar) as is_rest,
            cast(sum(download_count) as bigint) as download_count,
            cast(sum(version_check_count) as bigint) as version_check_count,
            case when not is_rest then any_value(unique_origin_count) end as unique_origin_count
        from {table}
        group by week, repository, dimension, case when not is_rest then value end, is_rest
    """


def pulls_weekly(grouping: Callable[[str], str] = grouped) -> str:
    """SQL of the file, over the published marts in use; `grouping` keeps small cells from standing alone.

    week, repository, dimension, value, is_rest, download_count, version_check_count, unique_origin_count:
    a week's row over everything (`*`, all), its repositories, and the values of each of these.
    """
    return f"""
with weeks as (
    select period_start as week, {", ".join(_MEASURES)}
    from pulls_weekly
    where repository = '*' and is_final and unique_origin_count >= {FEWEST_ORIGINS}
),

repositories as (
    select
        pulls.period_start as week, '*' as repository, 'repository' as dimension, pulls.repository as value,
        {", ".join(f"pulls.{name}" for name in _MEASURES)}
    from pulls_weekly as pulls
    inner join weeks on pulls.period_start = weeks.week
    where pulls.repository <> '*' and pulls.pull_count > 0
),

grouped_repositories as ({grouping("repositories")}),

cells as (
    select
        pulls.period_start as week, pulls.repository, pulls.dimension, pulls.value,
        {", ".join(f"pulls.{name}" for name in _MEASURES)}
    from pulls_weekly_by_dimension as pulls
    inner join grouped_repositories as whole
        on pulls.period_start = whole.week and pulls.repository = whole.value and not whole.is_rest
    where pulls.dimension in ({_NAMES}) and pulls.pull_count > 0
),

grouped_cells as ({grouping("cells")}),

final as (
    select
        week, '*' as repository, 'all' as dimension, null as value, 'false' as is_rest,
        {", ".join(_MEASURES)}
    from weeks
    union all
    {_rows("grouped_repositories")}
    union all
    {_rows("grouped_cells")}
)

select * from final
order by week, repository, dimension, is_rest, download_count desc, version_check_count desc, value
"""
