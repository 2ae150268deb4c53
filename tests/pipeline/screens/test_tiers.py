"""Doctor notices two tiers that log the same requests, and takes no crowd for them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipeline.screens import doctor, doctor_screen
from pipeline.settings import Settings
from tests.support.factories import Traffic

START = datetime(2026, 5, 1, 10, tzinfo=UTC)
ADDRESSES = ["8.8.8.8", "9.9.9.9", "1.1.1.1", "8.8.4.4"]


def pulls() -> list[dict[str, Any]]:
    """Each address pulls another tag, a minute after the one before."""
    lines: list[dict[str, Any]] = []
    for number, address in enumerate(ADDRESSES):
        traffic = Traffic("acme/app", address)
        traffic.cold_pull(START + timedelta(minutes=number), f"{number}.0")
        lines += traffic.lines
    return lines


def again(lines: list[dict[str, Any]], ms: float = 2, **changes: Any) -> list[dict[str, Any]]:
    """The same requests as another gateway logs them: a little later, under ids of its own."""
    return [
        line | {"msec": f"{float(line['msec']) + ms / 1000:.3f}", "request_id": f"{number:032x}"} | changes
        for number, line in enumerate(lines)
    ]


def share(tmp_path: Path, *logs: list[dict[str, Any]]) -> float:
    """What doctor finds in these objects."""
    (tmp_path / "logs").mkdir(exist_ok=True)
    for number, lines in enumerate(logs):
        path = tmp_path / "logs" / f"{number}.log"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
    found = doctor.diagnose(settings)
    console = Console(width=300)
    with console.capture() as capture:
        doctor_screen.show(found, console)
    assert ("Two tiers log the same requests" in capture.get()) is (found.double_share > 0.5)
    return found.double_share


def test_an_edge_and_what_lies_behind_it(tmp_path: Path) -> None:
    assert share(tmp_path, pulls(), again(pulls())) == 1.0


def test_the_inner_one_knows_the_edge_only(tmp_path: Path) -> None:
    assert share(tmp_path, pulls(), again(pulls(), remote_addr="10.0.0.1", x_forwarded_for="")) == 1.0


def test_the_inner_one_is_told_the_client(tmp_path: Path) -> None:
    inner = [
        line | {"remote_addr": "10.0.0.1", "x_forwarded_for": line["remote_addr"]} for line in again(pulls())
    ]
    assert share(tmp_path, pulls(), inner) == 1.0


def test_both_in_one_object(tmp_path: Path) -> None:
    lines = sorted([*pulls(), *again(pulls(), node="inner")], key=lambda line: float(line["msec"]))
    assert share(tmp_path, lines) == 1.0


def test_without_ids(tmp_path: Path) -> None:
    outer = [line | {"request_id": ""} for line in pulls()]
    assert share(tmp_path, outer, again(pulls(), request_id="")) == 1.0


def test_two_logs_of_one_nginx(tmp_path: Path) -> None:
    """Without ids, at the same moments: one log has what the other one has, and more in front of it."""
    lines = [line | {"request_id": ""} for line in pulls()]
    assert share(tmp_path, lines, [line | {"request_uri": "/"} for line in lines[:3]] + lines) == 1.0


@pytest.mark.parametrize(("ms", "found"), [(50, 1.0), (51, 0.0), (-50, 1.0)])
def test_fifty_milliseconds(tmp_path: Path, ms: float, found: float) -> None:
    assert share(tmp_path, pulls(), again(pulls(), ms)) == found


def test_half_of_the_smaller_log(tmp_path: Path) -> None:
    """An edge that answers much itself: the inner log is the smaller one, and all of it is double."""
    inner = again(pulls())[:6]
    assert share(tmp_path, pulls(), inner) == 1.0
    own = again([line | {"request_uri": "/v2/other/manifests/1"} for line in pulls()], ms=900)
    assert share(tmp_path, pulls(), [*inner, *own[:6]]) == 0.5


def test_copies_are_no_tiers(tmp_path: Path) -> None:
    """The same lines twice (a copied file): the same ids, or the same moments. They count once."""
    assert share(tmp_path, pulls(), [*pulls(), *again(pulls(), ms=3_600_000)]) == 0.0
    without = [line | {"request_id": ""} for line in pulls()]
    assert share(tmp_path, without, without[:-1]) == 0.0


def test_a_crowd_at_two_gateways_is_no_tier(tmp_path: Path) -> None:
    """Machines that start together ask for the same at once, each at its own gateway."""
    crowd = pulls()
    others = [
        line | {"remote_addr": f"9.9.8.{number % 50}"} for number, line in enumerate(again(crowd, ms=5))
    ]
    assert share(tmp_path, crowd, others) == 0.0


def test_the_tried_case(repo_root: Path, tmp_path: Path) -> None:
    log = repo_root / "tests" / "data" / "cases" / "behaviour" / "080-two-tiers-log" / "case.log"
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert share(tmp_path, lines) == 1.0
    nodes = {node: [line for line in lines if line["node"] == node] for node in ("gw1", "inner")}
    assert share(tmp_path, *nodes.values()) == 1.0
