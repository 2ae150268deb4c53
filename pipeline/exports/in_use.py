"""`in_use.json`: what a clean-up job must keep (docs/exports.md)."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.exports.files import rows

SAFE = "safe to retire"

TAGS = """
select
    repository, tag, digest, as_of_date, last_pulled_at, pull_count, tool_look_up_count, active_install_count,
    pinned_pull_count, pinned_look_up_count, unmet_demand_count, shared_with_tags, covered_share, verdict,
    verdict_reason
from tag_usage
order by repository, tag
"""


def in_use(tags: pd.DataFrame) -> dict[str, Any]:
    """The keep list: one entry a repository and tag of `tag_usage`.

    `safe` is true for what `tag_usage` calls safe to retire and for nothing else, so a program that deletes
    only what is safe keeps whatever is in use, unknown or badly covered.
    """
    repositories = [
        {
            "repository": repository,
            "covered_share": round(float(group["covered_share"].min()), 4),
            "tags": [_tag(row) for row in rows(group)],
        }
        for repository, group in tags.groupby("repository")
    ]
    as_of = None if tags.empty else str(pd.Timestamp(tags["as_of_date"].max()).date())
    return {"schema_version": 1, "as_of": as_of, "repositories": repositories}


def _tag(row: dict[str, Any]) -> dict[str, Any]:
    counts = (
        "pull_count",
        "tool_look_up_count",
        "active_install_count",
        "pinned_pull_count",
        "pinned_look_up_count",
        "unmet_demand_count",
    )
    pulled = row["last_pulled_at"]
    return {
        "tag": row["tag"],
        "digest": None if pd.isna(row["digest"]) else row["digest"],
        "last_pulled_at": None if pd.isna(pulled) else f"{pd.Timestamp(pulled):%Y-%m-%dT%H:%M:%SZ}",
        **{name: int(row[name]) for name in counts},
        "shared_with_tags": None if pd.isna(row["shared_with_tags"]) else row["shared_with_tags"],
        "verdict": row["verdict"],
        "reason": row["verdict_reason"],
        "safe": row["verdict"] == SAFE,
    }
