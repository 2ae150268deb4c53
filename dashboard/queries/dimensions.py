"""What sessions can be broken down and filtered by."""

from __future__ import annotations

from dashboard.published import query
from pipeline.warehouse.marts import MARTS

# Name → expression over fct_pulls; those of macro pull_dimensions, which a test compares.
DIMENSIONS = {
    "repository": "repository",
    "tag": "tag",
    "platform": "platform",
    "client_name": "client_name",
    "client_version": (
        "client_name || ' ' || coalesce(nullif(regexp_extract(client_version, '^([0-9]+(\\.[0-9]+)?)',"
        " 1), ''),"
        " client_version)"
    ),
    "client_category": "client_category",
    "engine_os": "engine_os",
    "client_os": "client_os",
    "architecture": "architecture",
    "country_code": "country_code",
    "network_operator": "network_operator",
    "network_type": "network_type",
    "company": "company",
    "cloud_provider": "cloud_provider",
    "cloud_region": "cloud_region",
    "environment": "environment",
    "access_pattern": "access_pattern",
}
# One pseudonym: a filter only, since as a breakdown it would have as many values as there are origins.
ORIGIN = "origin"


def expression(dimension: str) -> str:
    """SQL over fct_pulls; what is not known reads 'unknown'. Raises KeyError for an unknown dimension."""
    if dimension == ORIGIN:
        return "cast(coalesce(previous_origin_id, origin_id) as varchar)"
    return f"coalesce({DIMENSIONS[dimension]}, 'unknown')"


def values(dimension: str) -> list[str]:
    """The values that any session has, those of most sessions first; at most 1,000."""
    frame = query(
        f"select {expression(dimension)} as value from {MARTS}.fct_pulls"
        " group by value order by count(*) desc, value limit 1000"
    )
    return [str(value) for value in frame["value"]]


def repositories() -> list[str]:
    """Every repository that somebody pulled, in alphabetical order."""
    frame = query(
        f"select distinct repository from {MARTS}.pulls_yearly where repository <> '*' order by repository"
    )
    return [str(value) for value in frame["repository"]]
