"""What clients do that a simple rule miscounts, from the lines to the marts."""

from __future__ import annotations

import pytest

from tests.counting.details import details
from tests.support.warehouse import Warehouse

DETAILS = {detail.name: detail for detail in details()}


@pytest.mark.parametrize("name", DETAILS)
def test_sessions_are_as_by_hand(defined: Warehouse, name: str) -> None:
    rows = defined.query("select outcome from fct_pulls where repository = ? order by started_at", [name])
    assert [outcome for (outcome,) in rows] == DETAILS[name].outcomes


@pytest.mark.parametrize("name", DETAILS)
def test_definitions_are_as_by_hand(defined: Warehouse, name: str) -> None:
    rows = defined.query(
        "select definition_id, cast(sum(pull_count) as bigint) from pull_definitions_daily"
        " where repository = ? group by definition_id",
        [name],
    )
    assert {key: count for key, count in rows if key in DETAILS[name].counts} == DETAILS[name].counts


@pytest.mark.parametrize("name", [name for name, detail in DETAILS.items() if detail.first_session])
def test_first_session_is_as_by_hand(defined: Warehouse, name: str) -> None:
    expected = DETAILS[name].first_session
    rows = defined.query(
        f"select {', '.join(expected)} from fct_pulls where repository = ? order by started_at limit 1",
        [name],
    )
    assert dict(zip(expected, rows[0], strict=True)) == expected
