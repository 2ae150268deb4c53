"""Cohorts against a count over the lines that knows no pseudonym; between the weeks are borders of epochs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from pipeline.loading.attributes import BORDER_DAYS
from tests.installs import traffic
from tests.installs.conftest import Built
from tests.installs.traffic import CROWD, INSTALLS, LAST, WITH_GAP, Line, day_of

WEEK = timedelta(weeks=1)
Weeks = dict[str, set[date]]


def monday(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(days=day.weekday())


LAST_WEEK = monday(LAST)


def weeks_of(lines: Iterable[Line]) -> Weeks:
    """The weeks of each address and client: these clients change neither."""
    found: Weeks = defaultdict(set)
    for line in lines:
        found[line["remote_addr"] + line["user_agent"]].add(monday(day_of(line)))
    return found


def truth(origins: Weeks) -> dict[date, tuple[int, ...]]:
    """New, returning, revived, lapsed and newly lapsed of each week, by the words of docs/behaviour.md."""
    first = min(min(weeks) for weeks in origins.values())
    counted: dict[date, tuple[int, ...]] = {}
    for number in range((LAST_WEEK - first).days // 7 + 1):
        week = first + number * WEEK
        before = {week - back * WEEK for back in range(1, 5)}
        states: Counter[str] = Counter()
        for weeks in origins.values():
            earlier = {one for one in weeks if one < week}
            if week in weeks:
                states["new" if not earlier else "returning" if earlier & before else "revived"] += 1
            elif earlier and not earlier & before and (week - max(earlier)) / WEEK <= 8:
                states["lapsed"] += 1
                states["newly"] += max(earlier) == week - 5 * WEEK
        counted[week] = tuple(states[name] for name in ("new", "returning", "revived", "lapsed", "newly"))
    return counted


def cohorts(built: Built, repository: str) -> dict[date, tuple[int, ...]]:
    """What the mart says of the same."""
    found = built.warehouse.query(
        "select week_start, new_origin_count, returning_origin_count, revived_origin_count,"
        " lapsed_origin_count, newly_lapsed_origin_count from origin_cohorts_weekly where repository = ?",
        [repository],
    )
    return {week: tuple(counts) for week, *counts in found}


@pytest.fixture
def installs() -> list[Line]:
    """Every line of it is a download or a version check."""
    return traffic.installs()


def test_who_comes_and_goes_over_two_borders(built: Built, installs: list[Line]) -> None:
    """Each origin of the crowd came in the days after each border: nothing is hidden."""
    assert cohorts(built, CROWD) == truth(weeks_of(built.crowd))
    assert cohorts(built, INSTALLS) == truth(weeks_of(installs))
    assert {state for counts in truth(weeks_of(built.crowd)).values() for state in counts if state}


def test_it_is_said_what_cannot_be_known(built: Built) -> None:
    """Seen in January and March only: new in March, as far as is known, and lapsed since January."""
    found = built.warehouse.query(
        "select week_start, new_origin_count, maybe_seen_before_count, lapsed_origin_count,"
        " maybe_returned_count from origin_cohorts_weekly where repository = ? and week_start >= ?"
        " order by 1",
        [WITH_GAP, date(2026, 2, 23)],
    )
    # 35 days after 1 February are 8 March, and the week of the 2nd ends on it.
    assert found == [
        (date(2026, 2, 23), 1, 1, 0, 0), (date(2026, 3, 2), 0, 0, 1, 1), (date(2026, 3, 9), 0, 0, 1, 1)
    ]  # fmt: skip
    crowd = built.warehouse.query(
        "select sum(maybe_seen_before_count) from origin_cohorts_weekly where repository = ?", [CROWD]
    )
    assert crowd == [(0,)]


def test_curves_of_the_crowd(built: Built) -> None:
    origins = weeks_of(built.crowd)
    expected = {}
    for cohort in {min(weeks) for weeks in origins.values()}:
        members = [weeks for weeks in origins.values() if min(weeks) == cohort]
        for number in range((LAST_WEEK - cohort).days // 7 + 1):
            came = sum(cohort + number * WEEK in weeks for weeks in members)
            expected[cohort, number] = (len(members), came, round(came / len(members), 4))
    found = built.warehouse.query(
        "select cohort_week, weeks_since, cohort_origin_count, unique_origin_count, retention"
        " from origin_cohort_curves where repository = ?",
        [CROWD],
    )
    assert {(cohort, number): tuple(counts) for cohort, number, *counts in found} == expected


def test_ignored_previous_ids_are_noticed(built: Built) -> None:
    """The planted defect: by the pseudonyms as they are, who stays over a border is gone, and is new."""
    untied: Weeks = defaultdict(set)
    for origin, day in built.warehouse.query(
        "select origin_id, pull_date from origin_days where repository = ?", [CROWD]
    ):
        untied[str(origin)].add(monday(day))
    assert cohorts(built, CROWD) != truth(untied)


def test_the_models_know_how_long_requests_carry_both(repo_root: Path) -> None:
    """Two numbers that must be one: the loader's, and the models'."""
    project = yaml.safe_load((repo_root / "dbt_project" / "dbt_project.yml").read_text("utf-8"))
    assert project["vars"]["linked_days"] == BORDER_DAYS
