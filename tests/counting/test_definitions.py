"""Every published definition on the same traffic; the numbers are those of the field notes' table."""

from __future__ import annotations

import pytest

from tests.counting.rosetta import DEFINITIONS, scenarios
from tests.warehouse import Warehouse

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
