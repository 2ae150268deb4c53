"""Installs, versions and unmet demand, from log lines to marts; expected values by hand (`traffic.py`)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.e2e.test_laws import contents
from tests.installs.conftest import Built
from tests.installs.traffic import INSTALLS, THROTTLED, TWO_TAGS, UNHEARD
from tests.support.warehouse import build_and_publish


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # A and C took 1.0.0 and are current, B is inferred to be.
        (date(2026, 2, 19), (3, 2, 1, 0, 0)),
        # A and D took 1.1.0, C's tag has not moved. B was told of 1.1.0 six hours after it came out.
        (date(2026, 2, 20), (4, 3, 0, 0, 1)),
        # 30 hours after: less than two of its days.
        (date(2026, 2, 21), (4, 3, 0, 0, 1)),
        # 54 hours after: stale.
        (date(2026, 2, 22), (4, 3, 0, 1, 0)),
        # 28 days that begin on 1 February, when C was there, in the epoch of this month.
        (date(2026, 2, 28), (4, 3, 0, 1, 0)),
        # Over the epoch's border: A, B and D count once; C is no longer active.
        (date(2026, 3, 1), (3, 2, 0, 1, 0)),
    ],
)
def test_active_installs(built: Built, day: date, expected: tuple[int, ...]) -> None:
    found = built.warehouse.query(
        "select active_install_count, confirmed_current_count, inferred_current_count, stale_count,"
        " unknown_count from active_installs_daily where install_date = ? and repository = ?",
        [day, INSTALLS],
    )
    assert found == [expected]


def test_versions_that_installs_run(built: Built) -> None:
    """19 February: A, B, C on 1.0.0. 22 February: B, C on it; A, D on 1.1.0, to which A moved on the 20th."""
    found = built.warehouse.query(
        "select adoption_date, version, active_install_count, install_share, days_since_first_seen"
        " from version_adoption_daily where repository = ? and adoption_date in ('2026-02-19', '2026-02-22')"
        " order by all",
        [INSTALLS],
    )
    assert found == [
        (date(2026, 2, 19), "1.0.0", 3, 1.0, 18),
        (date(2026, 2, 22), "1.0.0", 2, 0.5, 21),
        (date(2026, 2, 22), "1.1.0", 2, 0.5, 2),
    ]
    moved = built.warehouse.query(
        "select adoption_date, upgrade_count from version_adoption_daily"
        " where repository = ? and upgrade_count > 0",
        [INSTALLS],
    )
    assert moved == [(date(2026, 2, 20), 1)]


def test_two_tags_of_one_act_are_no_moves(built: Built) -> None:
    """Neither up nor down, on any of the sixteen days; the install counts under both, half of it each."""
    moved = built.warehouse.query(
        "select sum(upgrade_count), sum(downgrade_count) from version_adoption_daily where repository = ?",
        [TWO_TAGS],
    )
    assert moved == [(0, 0)]
    assert built.warehouse.query(
        "select version, active_install_count, install_share from version_adoption_daily"
        " where repository = ? and adoption_date = '2026-02-20' order by all",
        [TWO_TAGS],
    ) == [("1.0.0", 1, 0.5), ("1.1.0", 1, 0.5)]
    assert built.warehouse.query(
        "select active_install_count from active_installs_daily"
        " where repository = ? and install_date = '2026-02-20'",
        [TWO_TAGS],
    ) == [(1,)]


def test_a_client_that_was_refused_is_not_current(built: Built) -> None:
    """Fourteen look-ups, fourteen GETs answered 429: nothing runs there. The other install took the image."""
    found = built.warehouse.query(
        "select active_install_count, confirmed_current_count, inferred_current_count"
        " from active_installs_daily where repository = ? and install_date = '2026-02-23'",
        [THROTTLED],
    )
    assert found == [(1, 1, 0)]


def test_a_version_after_a_hole_is_no_release(built: Built) -> None:
    """1.1.0 came when the node was heard again after a week; 1.2.0 came on the day after."""
    found = built.warehouse.query(
        "select version, first_seen_on, is_release_seen from versions where repository = ? order by version",
        [UNHEARD],
    )
    assert found == [
        ("1.0.0", date(2026, 2, 6), False),
        ("1.1.0", date(2026, 2, 20), False),
        ("1.2.0", date(2026, 2, 21), True),
    ]


def test_tag_usage_counts_the_same_installs(built: Built) -> None:
    """
    As of 12 March, 28 days back: A and B used latest, D 1.1.0; C was last seen in early February. CI is none.
    By the same rules, active_installs_daily has three.
    """
    found = built.warehouse.query(
        "select tag, active_install_count from tag_usage where repository = ? order by tag", [INSTALLS]
    )
    assert found == [("1.0.0", 0), ("1.1.0", 1), ("latest", 2)]
    assert built.warehouse.query(
        "select active_install_count from active_installs_daily"
        " where repository = ? and install_date = '2026-03-12'",
        [INSTALLS],
    ) == [(3,)]


def test_a_median_lag_is_known_when_it_has_passed(built: Built) -> None:
    """No day of any version shows a median that lay ahead of it."""
    assert built.warehouse.query(
        "select count(*) from version_adoption_daily where median_upgrade_lag_days > days_since_first_seen"
    ) == [(0,)]


def test_upgrade_lag_counts_those_who_have_not_moved(built: Built) -> None:
    """1.1.0 of 20 February. A moved on day 0: 2/3 are left.

    C is lost on 1 March, day 9; B when the logs end, on day 20. The mean of those who moved would say 0 days;
    half of the installs have not moved at all.
    """
    curve = built.warehouse.query(
        "select lag_days, at_risk_count, upgraded_count, censored_count, survival from upgrade_lag_curves"
        " where repository = ? and version = '1.1.0' order by lag_days",
        [INSTALLS],
    )
    assert curve == [(0, 3, 1, 0, 0.666667), (9, 2, 0, 1, 0.666667), (20, 1, 0, 1, 0.666667)]
    assert built.warehouse.query(
        "select version, is_release_seen, eligible_install_count, median_upgrade_lag_days from versions"
        " where repository = ? order by version",
        [INSTALLS],
    ) == [("1.0.0", False, 0, None), ("1.1.0", True, 3, None)]


def test_unmet_demand(built: Built) -> None:
    """docker's two requests are one question, CRI's two as well: HEADs that failed are a retry."""
    found = built.warehouse.query(
        "select repository, reason, reference, session_count, unique_origin_count, is_reliable, nearest_tag"
        " from unmet_demand_daily where demand_date = '2026-03-10' order by all"
    )
    assert found == [
        ("unmet/app", "rate_limited", "latest", 1, 1, True, None),
        ("unmet/app", "refused", "latest", 2, 2, True, None),
        # "latest" shares no letter with "1.0": it is the only tag there, and no near one.
        ("unmet/app", "tag_not_found", "1.0", 1, 1, False, None),
        ("unmet/app", "tag_not_found", "lates", 2, 2, True, "latest"),
        ("unmet/nothing", "repository_not_found", "latest", 1, 1, True, None),
    ]


def test_a_late_object_changes_all_days_that_look_back_on_it(built: Built) -> None:
    """Otherwise the next test would compare nothing: the late object changes days four weeks after it."""
    after = built.warehouse.query("select * from active_installs_daily order by all")
    changed = {row[0] for row in set(after) ^ set(built.installs_before)}
    assert date(2026, 2, 28) in changed


def test_incremental_equals_rebuild(built: Built) -> None:
    """Law 3, for models that look back 28 and 90 days and over an epoch's border."""
    before = contents(built.warehouse.settings)
    build_and_publish(built.warehouse.settings, full=True)
    assert contents(built.warehouse.settings) == before
