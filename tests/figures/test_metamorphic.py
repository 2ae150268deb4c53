"""What must not change a figure, and what must double it: one traffic in several guises, in one warehouse.

Each guise is a repository of its own with clients of its own: the same lines under another name; from ten
objects that each hold every tenth line; from twice as many clients; six weeks earlier, over New Year and the
border of a key.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest

from tests.installs import traffic
from tests.support.layouts import Line, write
from tests.support.warehouse import Warehouse, make

SHIFT = timedelta(weeks=6)
FIRST, LAST = date(2026, 2, 1), date(2026, 3, 5)
# Mart, its day (none where it has none), what says which row it is, and counts.
MARTS = {
    "pulls_daily": (
        "period_start", "1",
        "download_count, version_check_count, session_count, request_count, unique_origin_count,"
        " unique_endpoint_count, docker_pull_count, invocation_count_lower_bound, bytes_sent, body_bytes_sent",
    ),
    "pull_definitions_daily": ("period_start", "definition_id", "pull_count"),
    "active_installs_daily": (
        "install_date", "1",
        "active_install_count, confirmed_current_count, inferred_current_count, stale_count, unknown_count,"
        " install_count_lower_bound, install_count_upper_bound",
    ),
    "version_adoption_daily": (
        "adoption_date", "version",
        "active_install_count, confirmed_install_count, upgrade_count, downgrade_count",
    ),
    "origin_cohorts_weekly": (
        "week_start", "1",
        "unique_origin_count, new_origin_count, returning_origin_count, revived_origin_count",
    ),
    "upgrade_lag_curves": (None, "version, lag_days", "at_risk_count, upgraded_count, censored_count"),
    "pinning_monthly": (
        None, "period_start, pinning", "unique_origin_count, download_count, version_check_count"
    ),
    "tag_usage": (None, "tag, verdict", "pull_count, active_install_count"),
    "unmet_demand_daily": (None, "demand_date, reason, reference", "session_count"),
}  # fmt: skip


def guise(name: str, network: str, earlier: timedelta = timedelta()) -> list[Line]:
    """The traffic of installs.traffic for another repository, from clients of this network."""
    lines = [*traffic.installs(), *traffic.unmet()]
    changed = []
    for number, line in enumerate(lines):
        host = line["remote_addr"].rsplit(".", 1)[1]
        path = line["request_uri"].replace(traffic.INSTALLS, name).replace("unmet/", f"{name}-")
        identity = hashlib.sha256(f"{name} {network} {number}".encode()).hexdigest()[:32]
        changed.append(
            line
            | {
                "remote_addr": f"{network}.{host}",
                "request_uri": path,
                "request_id": identity,
                "msec": f"{float(line['msec']) - earlier.total_seconds():.3f}",
            }
        )
    return changed


@pytest.fixture(scope="module")
def guises(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("guises")
    split = guise("split/app", "198.18.2")
    for number in range(10):
        write(split[number::10], folder / "logs" / f"split-{number}.jsonl")
    write(guise("base/app", "198.18.0") + guise("renamed/thing", "198.18.1"), folder / "logs" / "a.jsonl")
    write(guise("doubled/app", "198.18.3") + guise("doubled/app", "198.18.4"), folder / "logs" / "b.jsonl")
    write(guise("shifted/app", "198.18.5", SHIFT), folder / "logs" / "c.jsonl")
    return make(folder / "data", folder / "logs", only=tuple(MARTS))


def rows(guises: Warehouse, mart: str, repository: str, earlier: timedelta = timedelta()) -> list[Any]:
    """The rows of a mart: which, and their counts; of a mart by day, those of the traffic's days."""
    day, keys, counts = MARTS[mart]
    within = f"{day} between ? and ?" if day else "? < ?"
    wanted = f"{day} + {earlier.days}, {keys}" if day else keys
    found = guises.query(
        f"select {wanted}, {counts} from {mart} where repository in (?, ?) and {within} order by all",
        [repository, f"{repository}-app", FIRST - earlier, LAST - earlier],
    )
    number = len(counts.split(","))
    return [(row[:-number], row[-number:]) for row in found]


@pytest.mark.parametrize("mart", MARTS)
@pytest.mark.parametrize("repository", ["renamed/thing", "split/app"])
def test_names_and_objects_change_nothing(guises: Warehouse, mart: str, repository: str) -> None:
    assert rows(guises, mart, repository) == rows(guises, mart, "base/app") != []


@pytest.mark.parametrize("mart", MARTS)
def test_twice_as_many_clients_double_every_count(guises: Warehouse, mart: str) -> None:
    doubled = [(key, tuple(2 * count for count in counts)) for key, counts in rows(guises, mart, "base/app")]
    assert sorted(rows(guises, mart, "doubled/app")) == sorted(doubled)


@pytest.mark.parametrize("mart", [mart for mart, (day, *_) in MARTS.items() if day])
def test_another_season_changes_nothing(guises: Warehouse, mart: str) -> None:
    """21 December to 22 January: over New Year, the border of ISO years and that of the keys."""
    assert rows(guises, mart, "shifted/app", SHIFT) == rows(guises, mart, "base/app")


def test_a_line_less_is_noticed(guises: Warehouse) -> None:
    """The planted defect: of one guise more than the others has, another figure."""
    assert rows(guises, "pulls_daily", "doubled/app") != rows(guises, "pulls_daily", "base/app")
