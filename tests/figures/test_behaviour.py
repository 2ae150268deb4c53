"""Lower bounds are lower bounds, and a pattern is what somebody does, not what one burst looks like."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.figures import behaviour
from tests.support.warehouse import Warehouse


def patterns(figures: Warehouse, repository: str) -> list[str]:
    """The pattern of each day, in order."""
    found = figures.query(
        "select access_pattern from access_patterns_daily where repository = ? order by pattern_date",
        [repository],
    )
    return [pattern for (pattern,) in found]


def invocations(figures: Warehouse, repository: str) -> tuple[int, int]:
    """Version checks, and how many operations are said to be invocations."""
    (found,) = figures.query(
        "select sum(version_check_count), sum(invocation_count_lower_bound) from pulls_daily"
        " where repository = ?",
        [repository],
    )
    return int(found[0]), int(found[1])


@pytest.mark.parametrize(
    ("repository", "checks"),
    [
        (behaviour.NAT, 6 * 288),
        (behaviour.JITTER_50, 2 * 56),
        (behaviour.JITTER_30, 56),
        (behaviour.JITTER_10, 56),
        (behaviour.OFFICE, 15),
        (behaviour.CLUSTER, 10),
        (behaviour.BURST, 9),
        (behaviour.AGAIN, 12),
        (behaviour.SUNDAYS_OFF, 18),
        *((name, len(phases) * turns) for name, (phases, _, turns, _) in behaviour.BEHIND_ONE.items()),
    ],
)
def test_what_may_be_a_timer_is_no_invocation(figures: Warehouse, repository: str, checks: int) -> None:
    assert invocations(figures, repository) == (checks, 0)


def test_a_person_invokes(figures: Warehouse) -> None:
    """First day: gaps of 60, 8940, 60 and 16,260 s. Mean 6330, deviation 6783: variation 1.07, above 1."""
    assert patterns(figures, behaviour.PERSON) == ["interactive", "interactive"]
    assert invocations(figures, behaviour.PERSON) == (10, 10)


def test_a_cluster_is_no_person(figures: Warehouse) -> None:
    """The same look-ups, by containerd."""
    assert patterns(figures, behaviour.CLUSTER) == ["unknown", "unknown"]


@pytest.mark.parametrize("repository", [behaviour.BURST, behaviour.TRIES])
def test_one_burst_is_one_visit(figures: Warehouse, repository: str) -> None:
    assert patterns(figures, repository) == ["unknown"]


def test_a_burst_on_three_days_is_no_loop(figures: Warehouse) -> None:
    assert patterns(figures, behaviour.AGAIN) == ["unknown"] * 3


@pytest.mark.parametrize(
    ("repository", "days"),
    [(behaviour.OFFICE, 15), (behaviour.SUNDAYS_OFF, 18), (behaviour.FRIDAYS_OFF, 15)],
)
def test_office_hours_are_no_timer(figures: Warehouse, repository: str, days: int) -> None:
    """Nor are three weeks of them, whatever the days off."""
    assert patterns(figures, repository) == ["unknown"] * days


def test_what_comes_on_every_weekday_is_a_timer(figures: Warehouse) -> None:
    """From the seventh day on: none is left out then."""
    assert patterns(figures, behaviour.NIGHTLY) == ["unknown"] * 6 + ["polling"] * 15


def test_a_jittery_timer_keeps_its_period(figures: Warehouse) -> None:
    """6 h are 21,600 s; with jitter of 10 % the mean of two weeks' gaps is within 1 %."""
    (period,) = figures.query(
        "select period_seconds from access_patterns_daily where repository = ? and access_pattern = 'polling'"
        " order by pattern_date desc limit 1",
        [behaviour.JITTER_10],
    )
    assert period[0] == pytest.approx(21_600, rel=0.01)


def test_steady_share_and_variation_by_their_formula(figures: Warehouse) -> None:
    """Recomputed for the jittery timer from its lines: gaps of the fourteen days up to the last."""
    times = [float(line["msec"]) for line in behaviour.jittery(behaviour.JITTER_30, 0.3, "")]
    gaps = [after - before for before, after in pairwise(times)]
    ((day, variation, share),) = figures.query(
        "select pattern_date, gap_variation, steady_gap_share from access_patterns_daily where repository = ?"
        " order by pattern_date desc limit 1",
        [behaviour.JITTER_30],
    )
    first = len([at for at in times if at < behaviour.MONDAY.timestamp() + (day.day - 14) * 86_400])
    gaps = gaps[first:]
    mean = sum(gaps) / len(gaps)
    deviation = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5
    ranked = sorted(gaps)
    median = (ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2
    near = sum(abs(gap - median) <= 0.1 * median for gap in gaps)
    assert variation == pytest.approx(deviation / mean, abs=0.001)
    assert share == pytest.approx(near / len(gaps), abs=0.02)


@pytest.mark.parametrize("repository", behaviour.ROLLOUTS)
def test_a_rollout_is_one_for_all_its_members(figures: Warehouse, repository: str) -> None:
    """Each follows the one before within ten minutes, and three are a roll-out: the first and last too."""
    minutes, pattern = behaviour.ROLLOUTS[repository]
    assert patterns(figures, repository) == [pattern] * len(minutes)
