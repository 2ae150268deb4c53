"""`safe to retire` is said only where it cannot hurt: logs made by hand, judged by what happens in them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.retirement import hidden_logs, logs, more_logs, odd_logs
from tests.retirement.logs import DAY, STOPPED, Client, Line, T, digests, named
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, make

SAFE_VERDICT = "safe to retire"
ROUNDS = (logs, more_logs, odd_logs, hidden_logs)
DANGEROUS = {name: log for one in ROUNDS for name, log in one.DANGEROUS.items()}
SAFE = {name: log for one in ROUNDS for name, log in one.SAFE.items()}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """All logs in one warehouse, as one gateway wrote them."""
    return built(tmp_path_factory.mktemp("retirement"), logs.together(DANGEROUS, SAFE))


def built(folder: Path, lines: list[Line], **others: Any) -> Warehouse:
    write(lines, folder / "logs" / "access.jsonl")
    return make(folder / "data", folder / "logs", only=("tag_usage",), **others)


def verdicts(warehouse: Warehouse, kind: str) -> dict[str, tuple[str, str]]:
    rows = warehouse.query(
        "select repository, verdict, verdict_reason from tag_usage"
        " where tag = ? and starts_with(repository, ?)",
        [T, f"{kind}/"],
    )
    return {repository: (verdict, reason) for repository, verdict, reason in rows}


def test_there_are_enough_of_each() -> None:
    """And no name stands in two rounds: the later log would take the place of the earlier."""
    assert len(DANGEROUS) == sum(len(one.DANGEROUS) for one in ROUNDS) >= 100
    assert len(SAFE) == sum(len(one.SAFE) for one in ROUNDS) >= 80


def test_no_dangerous_log_is_called_safe(everything: Warehouse) -> None:
    found = verdicts(everything, "dangerous")
    assert found.keys() == {named("dangerous", name) for name in DANGEROUS}
    assert {name: reason for name, (verdict, reason) in found.items() if verdict == SAFE_VERDICT} == {}


def test_most_safe_logs_are_called_safe(everything: Warehouse) -> None:
    found = verdicts(everything, "safe")
    assert found.keys() == {named("safe", name) for name in SAFE}
    missed = {name: reason for name, (verdict, reason) in found.items() if verdict != SAFE_VERDICT}
    assert len(missed) <= 3, missed


def one_user(**changed: str) -> list[Line]:
    """`v1` was pulled until September; since then the same user's lines change. Heartbeats: eight a day."""
    client, beat = Client("alone/app"), Client("beat/app")
    pair = digests("alone")
    for at in logs.days(STOPPED - 5 * DAY):
        client.docker(at, T, *pair)
        if at.date() > STOPPED:
            for line in client.lines[-6:]:
                line |= changed
        for hour in range(8):
            beat.asks(at + hour * logs.DAY / 24, "HEAD", "latest", pair[0])
    return client.lines + beat.lines


# What becomes of the daily user's lines, which name no repository then.
HIDDEN = {
    "opted out": {"dnt": "1", "request_uri": "/v2/"},
    "quarantined": {"status": "two hundred", "request_uri": "/v2/"},
    "no token": {"request_uri": "/token?service=registry", "status": "503"},
    "cut in the name": {"request_uri": "/v2/alone/ap"},
    "cut behind the name": {"request_uri": "/v2/alone/app/manif", "status": "307"},
}


@pytest.mark.parametrize("changed", HIDDEN.values(), ids=HIDDEN.keys())
def test_lines_that_name_no_image_may_hide_a_user(tmp_path: Path, changed: dict[str, str]) -> None:
    """More than a quarter of the lines are the user's; one in a thousand would be enough."""
    warehouse = built(tmp_path, one_user(**changed))
    ((verdict, reason, share),) = warehouse.query(
        "select verdict, verdict_reason, hidden_line_share from tag_usage where repository = 'alone/app'"
    )
    assert verdict == "unknown"
    assert "do not say what they asked for" in reason
    assert share > 0.2


def test_a_source_that_stops_hides_its_users(tmp_path: Path) -> None:
    """Two sources without node names: one ends in September, and with it the only user of `v1`."""
    lines = one_user()
    users = [line | {"node": ""} for line in lines if "alone/app" in line["request_uri"]]
    write([line for line in users if logs_day(line) <= STOPPED], tmp_path / "east" / "access.jsonl")
    write(
        [line | {"node": ""} for line in lines if "beat/app" in line["request_uri"]],
        tmp_path / "west" / "access.jsonl",
    )
    warehouse = make(
        tmp_path / "data",
        tmp_path / "west",
        only=("tag_usage",),
        sources=[{"name": "east", "location": str(tmp_path / "east")}],
    )
    assert warehouse.query("select verdict, silent_node from tag_usage where repository = 'alone/app'") == [
        ("unknown", "east")
    ]


def logs_day(line: Line) -> date:
    """UTC day of a line."""
    return datetime.fromtimestamp(float(line["msec"]), UTC).date()


def test_without_the_hidden_user_it_is_safe(tmp_path: Path) -> None:
    """The harness itself: the same log without the user's later lines. So it is they that made it unknown."""
    lines = [line for line in one_user() if "beat/app" in line["request_uri"] or logs_day(line) <= STOPPED]
    warehouse = built(tmp_path, lines)
    assert warehouse.query("select verdict from tag_usage where repository = 'alone/app'") == [
        (SAFE_VERDICT,)
    ]
