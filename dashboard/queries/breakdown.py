"""One dimension, or two crossed, over the sessions of a selection."""

from __future__ import annotations

import pandas as pd

from dashboard.published import query
from dashboard.queries.counts import daily_counts_by
from dashboard.queries.dimensions import expression
from dashboard.queries.selection import Selection
from dashboard.queries.unique_keys import UNIQUE_KEYS
from pipeline.warehouse.marts import MARTS


def crossed(
    selection: Selection, first: str, second: str | None, top: int, exact: bool = True
) -> pd.DataFrame:
    """One row per pair of values: the `top` values of each dimension, and all others together.

    first, second: the value; null for all others together (is_first_rest, is_second_rest are true then).
    download_count, version_check_count, unique_origin_count (distinct in the row; missing unless `exact`).
    `second` may be None: then its columns are null. Values with most downloads come first, then those
    with most version checks. Without `second` and `exact`, and without filters, period marts answer it.
    """
    if second is None and not exact:
        return _by_one(selection, first, top)
    return _over_sessions(selection, first, second, top, exact)


def _by_one(selection: Selection, dimension: str, top: int) -> pd.DataFrame:
    sums = _sums(selection, dimension)
    is_rest = sums.index >= top
    return (
        sums.assign(first=sums["value"].mask(is_rest), is_first_rest=is_rest)
        .groupby(["first", "is_first_rest"], sort=False, dropna=False, as_index=False)[
            ["download_count", "version_check_count"]
        ]
        .sum()
        .assign(second=None, is_second_rest=False, unique_origin_count=None)
    )


def _sums(selection: Selection, dimension: str) -> pd.DataFrame:
    """One row per value with a pull, most downloads first: value, download_count, version_check_count, pulls.

    What a page says of one dimension (its bars, what is unknown, the map) is made of this: it is read once.
    """
    return query(
        f"""
        select
            value, cast(sum(download_count) as bigint) as download_count,
            cast(sum(version_check_count) as bigint) as version_check_count,
            cast(sum(download_session_count + version_check_count) as bigint) as pulls
        from ({daily_counts_by(selection, dimension)})
        group by value
        having pulls > 0
        order by download_count desc, pulls desc, value
        """,
        selection.session_parameters(),
    )


def _over_sessions(
    selection: Selection, first: str, second: str | None, top: int, exact: bool
) -> pd.DataFrame:
    other = expression(second) if second else "cast(null as varchar)"
    uniques = (
        "count(distinct coalesce(unique_keys.unique_key, grouped.origin_id)) filter (where grouped.is_unique)"
    )
    return query(
        f"""
        with recursive {UNIQUE_KEYS},
        sessions as (
            select
                {expression(first)} as first, {other} as second, download_count, outcome, origin_id,
                outcome in ('download', 'version_check') and not is_origin_unlinkable as is_unique
            from {MARTS}.fct_pulls
            where {selection.sessions()} and outcome in ('download', 'version_check')
        ),
        firsts as ({_ranked("first")}),
        seconds as ({_ranked("second")}),
        grouped as (
            select
                case when firsts.place <= $top then sessions.first end as first,
                case when seconds.place <= $top then sessions.second end as second,
                firsts.place > $top as is_first_rest,
                {"seconds.place > $top" if second else "false"} as is_second_rest,
                least(firsts.place, $top + 1) as place, least(seconds.place, $top + 1) as second_place,
                sessions.download_count, sessions.outcome, sessions.origin_id, sessions.is_unique
            from sessions
            inner join firsts on sessions.first is not distinct from firsts.value
            inner join seconds on sessions.second is not distinct from seconds.value
        )
        select
            grouped.first, grouped.second, grouped.is_first_rest, grouped.is_second_rest,
            cast(sum(grouped.download_count) as bigint) as download_count,
            count(*) filter (where grouped.outcome = 'version_check') as version_check_count,
            {uniques if exact else "cast(null as bigint)"} as unique_origin_count
        from grouped left join unique_keys on grouped.origin_id = unique_keys.origin_id
        group by
            grouped.first, grouped.second, grouped.is_first_rest, grouped.is_second_rest, grouped.place,
            grouped.second_place
        order by grouped.place, grouped.second_place
        """,
        selection.session_parameters() | {"top": top},
    )


def unknown(selection: Selection, dimension: str) -> pd.Series:
    """How much of the selection has no known value.

    session_count (downloads and version checks), unknown_count, value_count (distinct known values).
    """
    sums = _sums(selection, dimension)
    is_unknown = sums["value"] == "unknown"
    return pd.Series(
        {
            "session_count": int(sums["pulls"].sum()),
            "unknown_count": int(sums.loc[is_unknown, "pulls"].sum()),
            "value_count": int((~is_unknown).sum()),
        }
    )


def _ranked(column: str) -> str:
    """Values by their place: most downloads, then most version checks, then the alphabet."""
    return (
        f"select {column} as value, row_number() over (order by sum(download_count) desc,"
        f" count(*) desc, {column}) as place from sessions group by {column}"
    )
