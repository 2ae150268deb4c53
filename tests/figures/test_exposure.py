"""Who runs what is bad, how images are named and used together: by hand from the table in exposure.py."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

from tests.figures import exposure
from tests.figures.exposure import FIRST_IMAGE, REPOSITORY, SECOND_IMAGE
from tests.support.warehouse import Warehouse


def exposed(figures: Warehouse, day: date) -> list[tuple[Any, ...]]:
    """Of a day: exposed and active installs, the part that remains, and the median, by tag and by digest."""
    return figures.query(
        "select exposed_install_count, active_install_count, remaining_share, median_leave_days"
        " from exposure_daily where repository = ? and exposure_date = ? order by reference",
        [REPOSITORY, day],
    )


def test_who_still_runs_it(figures: Warehouse) -> None:
    """On the 30th of June machines 4 and 6; 5 has not been active for 28 days."""
    assert exposed(figures, exposure.PUBLISHED) == [(6, 6, 1.0, None)] * 2
    assert exposed(figures, date(2026, 6, 15)) == [(4, 6, 0.666667, None)] * 2
    assert exposed(figures, date(2026, 6, 30)) == [(2, 5, 0.5, 10)] * 2
    assert exposed(figures, date(2026, 6, 9)) == []


def test_how_fast_they_leave(figures: Warehouse) -> None:
    """5/6, 4/6, 3/6; 5 is lost 28 days after the 1st; the logs end on 12 July, 32 days after 10 June."""
    found = figures.query(
        "select lag_days, at_risk_count, left_count, censored_count, remaining_share from exposure_curves"
        " where repository = ? and reference = '1.0.0' order by lag_days",
        [REPOSITORY],
    )
    assert found == [
        (2, 6, 1, 0, 0.833333), (5, 5, 1, 0, 0.666667), (10, 4, 1, 0, 0.5), (19, 3, 0, 1, 0.5),
        (32, 2, 0, 2, 0.5),
    ]  # fmt: skip


def test_wrong_advisories_are_named(figures: Warehouse) -> None:
    found = figures.query(
        "select line_number, problem from own_file_problems where file = 'advisories.csv' order by 1"
    )
    assert found == [
        (
            4,
            "nobody has asked for a repository exposure/none: write it as in the column repository of"
            " pulls_daily",
        ),
        (5, "reference is empty"),
        (6, "published_on is '2026-06': write a day that there is, as YYYY-MM-DD"),
    ]


def test_how_the_image_is_named(figures: Warehouse) -> None:
    """Five by 1.0.0 and 1.0.1, one by its digest."""
    found = figures.query(
        "select pinning, unique_origin_count, origin_share from pinning_monthly where repository = ?"
        " and period_start = date '2026-06-01' order by 2 desc, 1",
        [REPOSITORY],
    )
    assert found == [("exact", 5, 0.8333), ("digest", 1, 0.1667), ("floating", 0, 0.0), ("latest", 0, 0.0)]


def test_images_that_are_used_together(figures: Warehouse) -> None:
    """Twelve use both: of the first one's fifteen four fifths. What fewer than ten do is not told."""
    found = figures.query(
        "select repository, other_repository, unique_origin_count, together_share"
        " from images_together_monthly where together_share >= 0 order by repository"
    )
    assert found == [(FIRST_IMAGE, SECOND_IMAGE, 12, 0.8), (SECOND_IMAGE, FIRST_IMAGE, 12, 1.0)]


def test_the_query_of_the_documentation(figures: Warehouse, repo_root: Path) -> None:
    """It runs as it is printed, and finds the two advisories."""
    page = (repo_root / "docs" / "installs.md").read_text("utf-8")
    (query,) = [sql for sql in re.findall(r"```sql\n(.*?)```", page, re.DOTALL) if "exposure_daily" in sql]
    assert len(figures.query(query)) == 2
