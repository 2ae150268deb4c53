"""Complete is not final: how many days of a period were seen, by hand from the table in coverage.py."""

from __future__ import annotations

from datetime import date

from tests.figures import coverage
from tests.support.warehouse import Warehouse

COLUMNS = "covered_day_count, expected_day_count"


def test_days_on_which_every_source_was_heard(figures: Warehouse) -> None:
    """On the 1st and 2nd `edge` had not begun; on the 7th it is missing."""
    covered = figures.query(
        "select period_start from dim_periods where grain = 'day' and covered_day_count = 1"
        " and period_start < date '2025-02-01' order by 1"
    )
    assert [day.day for (day,) in covered] == [1, 2, 3, 8]


def test_a_week_and_a_month(figures: Warehouse) -> None:
    """The week of 30 December: the 1st to 3rd. January: 31 days less 5; 29 since edge began, less 2."""
    found = figures.query(
        f"select grain, {COLUMNS}, uncovered_by_source from dim_periods"
        " where (grain, period_start) in (('week', date '2024-12-30'), ('month', date '2025-01-01'))"
        " order by grain"
    )
    assert found == [("month", 4, 31, "edge 27, main 26"), ("week", 3, 7, "edge 2, main 2")]


def test_every_public_view_says_so(figures: Warehouse) -> None:
    for name, start, covered, days in (
        ("daily", "2025-01-08", 1, 1),
        ("weekly", "2024-12-30", 3, 7),
        ("monthly", "2025-01-01", 4, 31),
        ("yearly", "2025-01-01", 4, 365),
    ):
        for mart in (f"pulls_{name}", f"pulls_{name}_by_dimension"):
            found = figures.query(
                f"select distinct {COLUMNS} from {mart} where period_start = date '{start}'"
                f" and repository = '{coverage.REPOSITORY}'"
            )
            assert found == [(covered, days)], mart


def test_a_day_without_lines_has_a_row(figures: Warehouse) -> None:
    """The 4th to 6th; and of a repository that nobody asked for, there is none."""
    found = figures.query(
        "select period_start, repository, download_count, version_check_count, unique_origin_count,"
        f" bytes_sent, body_bytes_sent, is_lower_bound, {COLUMNS} from pulls_daily"
        " where period_start between date '2025-01-04' and date '2025-01-06' order by 1"
    )
    assert found == [(date(2025, 1, day), "*", 0, 0, 0, 0, 0, False, 0, 1) for day in (4, 5, 6)]


def test_a_day_without_lines_has_a_row_of_quality(figures: Warehouse) -> None:
    """Nothing was logged on the 4th to 6th: 0 lines is a fact."""
    found = figures.query(
        f"select quality_date, load_count, staged_count, distinct_count, {COLUMNS} from data_quality_daily"
        " where quality_date between date '2025-01-03' and date '2025-01-07' and load_count = 0 order by 1"
    )
    assert found == [(date(2025, 1, day), 0, 0, 0, 0, 1) for day in (4, 5, 6)]


def test_installs_of_a_day_without_lines_are_those_of_its_window(figures: Warehouse) -> None:
    """
    Both clients were heard up to the 3rd, and again until the 8th. Covered are the 1st to 3rd and the 8th: of
    the 28 days up to 28 January four, up to the 30th two, up to 4 February one. Then nothing is known.
    """
    found = figures.query(
        "select install_date, active_install_count, install_count_lower_bound, install_count_upper_bound,"
        f" {COLUMNS}, window_covered_day_count from active_installs_daily where repository = ?"
        " and install_date in ('2025-01-04', '2025-01-06', '2025-01-28', '2025-01-30', '2025-02-04')"
        " order by 1",
        [coverage.REPOSITORY],
    )
    assert found == [
        (date(2025, 1, 4), 2, 2, 2, 0, 1, 3),
        (date(2025, 1, 6), 2, 2, 2, 0, 1, 3),
        (date(2025, 1, 28), 2, 2, 2, 0, 1, 4),
        (date(2025, 1, 30), 2, 2, 2, 0, 1, 2),
        (date(2025, 2, 4), 2, 2, 2, 0, 1, 1),
    ]
    unknown = figures.query(
        "select repository, active_install_count, install_count_upper_bound, window_covered_day_count"
        " from active_installs_daily where install_date = '2025-02-05'"
    )
    assert unknown == [("*", None, None, 0)]


def test_final_is_not_complete(figures: Warehouse) -> None:
    """`edge` delivered until noon of the 8th: the 6th is final, though nobody was heard on it."""
    (found,) = figures.query(
        f"select is_final, {COLUMNS} from pulls_daily where period_start = date '2025-01-06'"
    )
    assert found == (True, 0, 1)
