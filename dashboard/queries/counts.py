"""Where counts and uniques come from: the period marts where they can answer, else the sessions."""

from __future__ import annotations

from typing import cast

from dashboard.queries.dbt_macros import rendered, returned
from dashboard.queries.dimensions import expression
from dashboard.queries.selection import Selection
from pipeline.warehouse.marts import MARTS

# Measures that add up, by their names in the period marts.
MEASURES = tuple(
    name for name in cast("list[str]", returned("period_measure_names")) if not name.startswith("unique_")
)
# Above so many sessions, counting origins costs more than a second: it is done when somebody asks.
SESSIONS_COUNTED_AT_ONCE = 2_000_000
# Above so many, reading every session does: what no period mart knows is shown when somebody asks.
SESSIONS_READ_AT_ONCE = 300_000


def daily_counts(selection: Selection) -> str:
    """SQL: one row per day, with MEASURES and is_lower_bound. Its parameters: those of the sessions."""
    if selection.is_plain:
        return (
            f"select period_start as pull_date, {', '.join(MEASURES)}, is_lower_bound from"
            f" {MARTS}.pulls_daily where {_of_image(selection)} and {selection.days('period_start')}"
        )
    rows = f"from {MARTS}.fct_pulls where {selection.sessions()}"
    return f"select pull_date, {measured()} {rows} group by pull_date"


def daily_counts_by(selection: Selection, dimension: str) -> str:
    """SQL: one row per day and value of the dimension, otherwise as `daily_counts`."""
    columns = f"{', '.join(MEASURES)}, is_lower_bound"
    if not selection.is_plain:
        return (
            f"select pull_date, {expression(dimension)} as value, {measured()} from {MARTS}.fct_pulls"
            f" where {selection.sessions()} group by all"
        )
    if dimension == "repository":
        image = "repository <> '*'" if selection.repository is None else "repository = $repository"
        return (
            f"select period_start as pull_date, repository as value, {columns} from {MARTS}.pulls_daily"
            f" where {image} and {selection.days('period_start')}"
        )
    return (
        f"select period_start as pull_date, value, {columns} from {MARTS}.pulls_daily_by_dimension"
        f" where dimension = '{dimension}' and {_of_image(selection)} and {selection.days('period_start')}"
    )


def measured() -> str:
    """MEASURES and is_lower_bound as a SELECT list over fct_pulls."""
    sums = [
        f"cast(sum({rendered('measure_of_session', measure=name)}) as bigint) as {name}" for name in MEASURES
    ]
    return ", ".join([*sums, "bool_or(is_lower_bound) as is_lower_bound"])


def _of_image(selection: Selection) -> str:
    """Which rows of a period mart: those of the image, or those over all images."""
    return "repository = '*'" if selection.repository is None else "repository = $repository"


def origin_rows(selection: Selection) -> str:
    """SQL: rows of pull_date and unique_key, from which distinct origins are counted. Wants UNIQUE_KEYS
    before it."""
    if not selection.is_plain:
        rows = (
            f"select pull_date, origin_id from {MARTS}.fct_pulls where outcome in ('download',"
            f" 'version_check')"
            f" and not is_origin_unlinkable and {selection.sessions()}"
        )
    else:
        image = "" if selection.repository is None else " and repository = $repository"
        rows = (
            f"select pull_date, origin_id from {MARTS}.origin_days where {selection.days('pull_date')}{image}"
        )
    return (
        "select seen.pull_date, coalesce(unique_keys.unique_key, seen.origin_id) as unique_key"
        f" from ({rows}) as seen left join unique_keys on seen.origin_id = unique_keys.origin_id"
    )
