"""Every published definition on the same traffic; the numbers are those of the field notes' table."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from pipeline.warehouse.marts import open_marts
from scripts.definitions import read
from tests.counting.rosetta import DEFINITIONS, scenarios
from tests.support.warehouse import Warehouse

SCENARIOS = scenarios()
# The table's last row, for the eight definitions that it shares with us.
TOTALS = (349, 348, 351, 640, 346, 695, 55, 10)


def found(warehouse: Warehouse, letter: str) -> dict[str, int]:
    """Pulls by definition on the repository of a scenario."""
    rows = warehouse.query(
        "select definition_id, cast(sum(pull_count) as bigint) from pull_definitions_daily"
        " where repository = ? group by definition_id",
        [f"rosetta/{letter}"],
    )
    return dict(rows)


@pytest.mark.parametrize("letter", SCENARIOS)
def test_scenario_counts_as_in_the_table(defined: Warehouse, letter: str) -> None:
    assert found(defined, letter) == SCENARIOS[letter].expected


@pytest.mark.parametrize("letter", SCENARIOS)
def test_scenario_has_the_requests_of_the_table(letter: str) -> None:
    assert len(SCENARIOS[letter].traffic.lines) == SCENARIOS[letter].requests


def test_totals_are_those_of_the_table(defined: Warehouse) -> None:
    """Twelve scenarios: with I in turn, as the table assumes it, and without I at once."""
    letters = [letter for letter in SCENARIOS if letter != "i-at-once"]
    assert len(letters) == 12
    counted = [found(defined, letter) for letter in letters]
    assert tuple(sum(counts[name] for counts in counted) for name in DEFINITIONS[:8]) == TOTALS


def test_all_repositories_are_the_sum(defined: Warehouse) -> None:
    sums = defined.query(
        "select period_start, definition_id, sum(pull_count) filter (where repository <> '*'),"
        " sum(pull_count) filter (where repository = '*') from pull_definitions_daily group by all"
    )
    assert sums
    assert all(parts == whole for _, _, parts, whole in sums)


def test_a_wrong_table_is_noticed(defined: Warehouse) -> None:
    """The planted defect: a table with one pull more everywhere agrees with no scenario."""
    wrong = {
        letter: {name: count + 1 for name, count in scenario.expected.items()}
        for letter, scenario in SCENARIOS.items()
    }
    assert not any(found(defined, letter) == counts for letter, counts in wrong.items())


def disagreements(warehouse: Warehouse, root: Path, inflated: str | None = None) -> int:
    """Rows that dbt's test of the invariants finds, here with one definition's counts a thousand too high."""
    text = (root / "dbt_project" / "tests" / "assert_definitions_agree.sql").read_text("utf-8")
    versions = {definition.id: definition.version for definition in read()}
    names = {"pull_definitions_daily": "changed", "pulls_daily_base": "base.pulls_daily_base"}
    query = jinja2.Template(text).render(ref=names.__getitem__, pull_definitions=lambda: versions)
    with open_marts(warehouse.settings) as con:
        con.execute(
            "create temp table changed as select * replace (pull_count"
            " + case when definition_id = ? then 1000 else 0 end as pull_count) from pull_definitions_daily",
            [inflated],
        )
        return len(con.execute(query).fetchall())


def test_definitions_agree(defined: Warehouse, repo_root: Path) -> None:
    assert disagreements(defined, repo_root) == 0


@pytest.mark.parametrize(
    "id", [name for name in DEFINITIONS if name not in ("dvp_trends", "kubernetes_complete")]
)
def test_a_wrong_count_breaks_an_invariant(defined: Warehouse, repo_root: Path, id: str) -> None:
    """The planted defect of dbt's test; an inflated dvp_trends breaks the test that compares it exactly."""
    assert disagreements(defined, repo_root, inflated=id) > 0
