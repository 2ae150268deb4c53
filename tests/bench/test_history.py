"""What `make bench-history` prints, and how it delivers a history."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import history
from bench.history import Day
from bench.measure import Cost


def test_a_year_against_a_month() -> None:
    """20 s on day 30 and 25 on day 365: 1.25 times; the yearly mart grew by four, the daily one shrank."""
    early = Day(30, {"load": 5.0, "build": 15.0}, {"yearly": 1.0, "daily": 2.0}, {"parquet": 2**20})
    late = Day(365, {"load": 5.0, "build": 20.0}, {"yearly": 5.0, "daily": 1.5}, {"parquet": 3 * 2**20})
    printed = [line.split() for line in history.report(early, late)]
    assert ["build", "15.00", "20.00", "1.33"] in printed
    assert ["everything", "20.00", "25.00", "1.25"] in printed
    assert ["parquet,", "MiB", "1.0", "3.0", "3.00"] in printed
    assert ["ratio", "everything:", "day", "365", "costs", "1.25", "x", "day", "30"] in printed
    assert printed[-2:] == [["yearly", "1.00", "5.00"], ["daily", "2.00", "1.50"]]


def test_the_measured_days_come_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days 2 and 5 of five: what lies there when the pipeline runs, and which runs are measured."""
    seen: list[int] = []

    def steps(environment: dict[str, str]) -> dict[str, Cost]:
        seen.append(len(list((tmp_path / "logs").glob("*.jsonl"))))
        return {"build": Cost(float(len(seen)), 0)}

    monkeypatch.setattr(history, "_steps", steps)
    monkeypatch.setattr(history, "node_costs", lambda results, cost: {"all": cost.cpu_s})
    monkeypatch.setattr(history, "bytes_of", lambda data: {})
    found = history.measure(tmp_path, lines=1, days=[2, 5], seed=1)
    assert seen == [1, 2, 4, 5]
    assert [(day.number, day.steps) for day in found] == [(2, {"build": 2.0}), (5, {"build": 4.0})]
