"""What must not change a figure, and what must double it: one traffic in several guises, in one warehouse.

Each guise is a repository of its own with clients of its own: the same lines under another name; from ten
objects that each hold every tenth line; from twice as many clients; six weeks earlier, over New Year and the
border of a key. And alone, without any of these other clients. (Three loads out of order are tried in
tests/e2e/test_laws.py, two keys in tests/e2e/test_two_keys.py.)
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.warehouse.marts import open_marts
from tests.installs import traffic
from tests.support.layouts import Line, write
from tests.support.warehouse import Warehouse, make

# How much was heard, and what was in no figure, is that of the log and not of a repository.
OF_THE_WHOLE_LOG = {
    "is_final", "covered_day_count", "expected_day_count", "window_covered_day_count", "covered_share",
    "hidden_line_count", "hidden_line_share",
}  # fmt: skip
SHIFT = timedelta(weeks=6)
FIRST, LAST = date(2026, 2, 1), date(2026, 3, 5)
# Mart, its day (none where it has none), what says which row it is, and counts.
MARTS = {
    "pulls_daily": (
        "period_start", "1",
        "download_count, version_check_count, session_count, request_count, unique_origin_count,"
        " unique_endpoint_count, docker_pull_count, invocation_count_lower_bound, bytes_sent,"
        " body_bytes_sent",
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


def base() -> list[Line]:
    """What all others are compared with."""
    return guise("base/app", "198.18.0")


@pytest.fixture(scope="module")
def guises(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("guises")
    split = guise("split/app", "198.18.2")
    for number in range(10):
        write(split[number::10], folder / "logs" / f"split-{number}.jsonl")
    write(base() + guise("renamed/thing", "198.18.1"), folder / "logs" / "a.jsonl")
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


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory, guises: Warehouse) -> Warehouse:
    """The base without any client of another repository, under the same keys."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(guises.settings.keys, folder / "data" / "keys")
    write(base(), folder / "logs" / "a.jsonl")
    return make(folder / "data", folder / "logs", only=tuple(MARTS))


def whole(warehouse: Warehouse, repository: str = "base/app") -> dict[str, list[tuple[Any, ...]]]:
    """All rows, with all columns, of all marts that have a repository, and that were built.

    Not: days of periods on which nobody but others was heard.
    """
    with open_marts(warehouse.settings) as con:
        names = con.execute(
            "select table_name, list(column_name order by ordinal_position) from information_schema.columns"
            " where table_schema = 'marts' group by table_name"
            " having list_contains(list(column_name), 'repository')"
        ).fetchall()
        found = {}
        for name, columns in sorted(names):
            wanted = ", ".join(column for column in columns if column not in OF_THE_WHOLE_LOG)
            found[name] = con.execute(
                f"select {wanted} from {name} where repository in (?, ?) order by all",
                [repository, f"{repository}-app"],
            ).fetchall()
    return found


def test_clients_of_other_repositories_change_nothing(guises: Warehouse, alone: Warehouse) -> None:
    among, apart = whole(guises), whole(alone)
    assert {name for name, found in apart.items() if found} >= set(MARTS)
    for name, expected in apart.items():
        assert among[name] == expected, name


def test_a_client_of_the_same_repository_is_noticed(guises: Warehouse, alone: Warehouse) -> None:
    """The planted defect: where twice as many came, no mart is the same."""
    double, apart = whole(guises, "doubled/app"), whole(alone)
    assert all(len(double[name]) != len(apart[name]) or double[name] != apart[name] for name in MARTS)


def test_a_line_less_is_noticed(guises: Warehouse) -> None:
    """The planted defect: of one guise more than the others has, another figure."""
    assert rows(guises, "pulls_daily", "doubled/app") != rows(guises, "pulls_daily", "base/app")
