"""Where counts and uniques come from: the period marts where they can answer, else the sessions."""

from __future__ import annotations

from dashboard.queries.selection import Selection
from pipeline.warehouse.marts import MARTS

# Measures that add up → expression over fct_pulls, as in macro additive_measures; a test compares them.
MEASURES = {
    "download_count": "sum(download_count)",
    "version_check_count": "count(*) filter (where outcome = 'version_check')",
    "pull_count": "sum(case when outcome = 'version_check' then 1 else download_count end)",
    "interrupted_count": "count(*) filter (where outcome = 'interrupted')",
    "failed_count": "count(*) filter (where outcome = 'failed')",
    "session_count": "count(*)",
    "docker_pull_count": "sum(ceil(manifest_get_count / 2))",
    "invocation_count_lower_bound": (
        "coalesce(sum(case when outcome = 'version_check' then 1 else download_count end) filter (where"
        " (access_pattern in ('interactive', 'ci_like')"
        " or access_pattern = 'deployment' and outcome <> 'version_check') and client_category in"
        " ('runtime', 'runtime_k8s', 'runtime_api', 'runtime_orch', 'runtime_hpc', 'dev_runtime')), 0)"
    ),
    "bytes_sent": "sum(bytes_sent)",
}
# Above so many sessions, exact uniques cost more than a second: they are counted when somebody asks.
SESSIONS_COUNTED_AT_ONCE = 3_000_000


def daily_counts(selection: Selection) -> str:
    """SQL: one row per day, with MEASURES and is_lower_bound. Its parameters: those of the sessions."""
    if selection.is_plain:
        one = "$repository" if selection.repository is not None else "'*'"
        return (
            f"select period_start as pull_date, {', '.join(MEASURES)}, is_lower_bound from"
            f" {MARTS}.pulls_daily"
            f" where repository = {one} and {selection.days('period_start')}"
        )
    return (
        f"select pull_date, {measured()}, bool_or(is_lower_bound) as is_lower_bound"
        f" from {MARTS}.fct_pulls where {selection.sessions()} group by pull_date"
    )


def measured() -> str:
    """The measures as a SELECT list over fct_pulls."""
    return ", ".join(f"cast({sql} as bigint) as {name}" for name, sql in MEASURES.items())


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
