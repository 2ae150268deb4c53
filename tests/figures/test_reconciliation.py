"""A registry's totals beside what was planned to go through the gateway (events.py)."""

from __future__ import annotations

from datetime import date, timedelta

from tests.figures import events
from tests.support.warehouse import Warehouse


def test_no_share_is_said_while_a_source_is_silent(figures: Warehouse) -> None:
    """From the 1st to the 7th of June 28 downloads are planned, and the total grew by 56; then it falls.

    Of the second source of these logs, `edge`, there is no line in June.
    """
    assert sum(events.downloads()[date(2026, 6, 1) + timedelta(days=day)] for day in range(7)) == 28
    found = figures.query(
        "select observed_on, gateway_pull_count, gateway_share, assessment from reconciliation_daily"
        " where registry = 'hub' order by observed_on"
    )
    assert found == [
        (date(2026, 6, 1), None, None, "first"),
        (date(2026, 6, 8), 28, None, "not_covered"),
        (date(2026, 6, 22), 57, None, "fell"),
    ]


def test_what_is_no_total_is_named(figures: Warehouse) -> None:
    found = figures.query(
        "select line_number, problem from own_file_problems where file = 'registry_totals.csv' order by 1"
    )
    assert found == [
        (4, "total is '<html>': write a whole number, without separators"),
        (6, "the same as line 3: it counts once"),
        (7, "there is no definition pulls_of_the_moon: docs/definitions.md has them"),
    ]
