"""What sessions can be broken down and filtered by."""

from __future__ import annotations

from typing import cast

from dashboard.published import query
from dashboard.queries.dbt_macros import returned
from pipeline.warehouse.marts import MARTS

# Name → expression over fct_pulls.
DIMENSIONS = {"repository": "repository"} | cast("dict[str, str]", returned("pull_dimensions"))
# One pseudonym: a filter only, since as a breakdown it would have as many values as there are origins.
ORIGIN = "origin"


def expression(dimension: str) -> str:
    """SQL over fct_pulls; what is not known reads 'unknown'. Raises KeyError for an unknown dimension."""
    if dimension == ORIGIN:
        return "cast(coalesce(previous_origin_id, origin_id) as varchar)"
    return f"coalesce({DIMENSIONS[dimension]}, 'unknown')"


def values(dimension: str) -> list[str]:
    """The values that any session has, those of most sessions first; at most 1,000."""
    rows = f"select value, session_count from {MARTS}.pulls_yearly_by_dimension where repository = '*'"
    if dimension == "repository":
        rows = f"select repository as value, session_count from {MARTS}.pulls_yearly where repository <> '*'"
    else:
        rows += f" and dimension = '{dimension}'"
    frame = query(
        f"select value from ({rows}) group by value order by sum(session_count) desc, value limit 1000"
    )
    return [str(value) for value in frame["value"]]


def repositories() -> list[str]:
    """Every repository that somebody pulled, in alphabetical order."""
    frame = query(
        f"select distinct repository from {MARTS}.pulls_yearly where repository <> '*' order by repository"
    )
    return [str(value) for value in frame["repository"]]
