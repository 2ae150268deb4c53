"""Who moved, who runs something, and who passes images on: the other members of each kind in `others.py`."""

from __future__ import annotations

from datetime import date

import pytest

from tests.installs import others
from tests.installs.conftest import Built


@pytest.mark.parametrize("repository", others.MOVES)
def test_moves_and_what_runs(built: Built, repository: str) -> None:
    """What runs: on the last day on which anything was taken."""
    takes, up, down, running = others.MOVES[repository]
    last = (others.MONDAY + max(since for since, _ in takes)).date()
    name = f"moves/{repository}"
    assert built.warehouse.query(
        "select sum(upgrade_count), sum(downgrade_count) from version_adoption_daily where repository = ?",
        [name],
    ) == [(up, down)]
    found = built.warehouse.query(
        "select version, active_install_count, round(install_share, 4) from version_adoption_daily"
        " where repository = ? and adoption_date = ? order by version",
        [name, last],
    )
    assert found == [(version, 1, round(1 / len(running), 4)) for version in sorted(running)]


@pytest.mark.parametrize("repository", others.REFUSED)
def test_whoever_is_refused_is_no_install(built: Built, repository: str) -> None:
    """The one that was served is the only one, and nobody is taken to be current without a download."""
    found = built.warehouse.query(
        "select active_install_count, confirmed_current_count, inferred_current_count"
        " from active_installs_daily where repository = ? and install_date = '2026-02-23'",
        [f"refused/{repository}"],
    )
    assert found == [(1, 1, 0)]
    missed = built.warehouse.query(
        "select count(distinct demand_date) from unmet_demand_daily where repository = ?",
        [f"refused/{repository}"],
    )
    assert missed == [(len(others.REFUSED_DAYS),)]


@pytest.mark.parametrize("repository", [*others.MIRRORS, others.SCANNED])
def test_whoever_passes_on_is_no_install(built: Built, repository: str) -> None:
    """Nor for what it took before its second copy, once that was seen; adoption says the same."""
    name = f"mirrors/{repository}"
    day = date(2026, 2, 11)
    assert built.warehouse.query(
        "select active_install_count, install_count_lower_bound, install_count_upper_bound"
        " from active_installs_daily where repository = ? and install_date = ?",
        [name, day],
    ) == [(1, 1, 1)]
    assert built.warehouse.query(
        "select version, active_install_count, confirmed_install_count from version_adoption_daily"
        " where repository = ? and adoption_date = ?",
        [name, day],
    ) == [(others.OLD, 1, 1)]
    assert built.warehouse.query(
        "select count(distinct origin_id) from origin_versions where repository = ? and is_install", [name]
    ) == [(1,)]


@pytest.mark.parametrize("silent", others.HOLES)
def test_a_version_after_a_hole_of_any_length_is_no_release(built: Built, silent: int) -> None:
    found = built.warehouse.query(
        "select version, is_release_seen from versions where repository = ? order by version",
        [f"holes/{silent}"],
    )
    assert found == [(others.OLD, False), (others.NEW, False), (others.THIRD, True)]


def test_a_tag_is_near_or_there_is_none(built: Built) -> None:
    found = built.warehouse.query(
        "select reference, nearest_tag from unmet_demand_daily where repository = 'nearest/app'"
    )
    assert dict(found) == others.NEAREST


def test_a_refusal_is_no_fault_of_the_log(built: Built) -> None:
    """The log has the digest of every manifest that was answered; 401, 403, 404, 429 and 503 have none."""
    first, last = (date(2026, 2, 2 + day) for day in (others.REFUSED_DAYS[0], others.REFUSED_DAYS[-1]))
    (found,) = built.warehouse.query(
        "select sum(unknown_digest_count), sum(distinct_count) > 200 from data_quality_daily"
        " where quality_date between ? and ?",
        [first, last],
    )
    assert found == (0, True)
