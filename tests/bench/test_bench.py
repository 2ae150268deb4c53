"""The benchmark's arithmetic, its measuring of processes, and the mix of its traffic."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from bench.__main__ import ancestors, lines_of, node_costs
from bench.measure import CommandError, Cost, line_through, run
from bench.traffic import World, combined, write

# A child of the command that is measured works for a fifth of a second of CPU time, however long that takes.
GRANDCHILD = "import time\nwhile time.process_time() < 0.2: pass"
CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GRANDCHILD!r}], check=True)"


def test_a_line_through_two_sizes() -> None:
    """Ten more seconds for half a million more lines: twenty a million, and one for no line at all."""
    line = line_through((500_000, 11.0), (1_000_000, 21.0))
    assert (line.intercept_s, line.marginal_s) == (pytest.approx(1), pytest.approx(20))


def test_ratios_are_of_marginal_costs() -> None:
    """The yardstick reads its log ten times: one second more for ten more logs of 100,000 lines."""
    small = {"yardstick": 1.5, "load": 3.0, "plan": 1.0, "build": 30.0, "publish": 1.0}
    large = {"yardstick": 2.5, "load": 5.0, "plan": 1.0, "build": 48.0, "publish": 1.0}
    found = lines_of([100_000, 200_000], {100_000: small, 200_000: large})
    assert found["yardstick"].marginal_s == pytest.approx(1)
    assert found["load"].marginal_s == pytest.approx(20)
    assert found["everything"].marginal_s == pytest.approx(200)
    assert found["everything"].intercept_s == pytest.approx(15)


def test_a_node_costs_what_passed_while_it_ran(tmp_path: Path) -> None:
    """CPU seconds grow by one a second from 12:00:00, so that two nodes of 2 s and 3 s cost 2 and 3."""
    noon = 1_773_662_400.0
    build = Cost(10, 100, [(noon + second, float(second)) for second in range(11)])
    results = tmp_path / "run_results.json"
    results.write_text(json.dumps({"results": [
        {"unique_id": "model.pullhouse.fct_pulls", "timing": [_timing(1, 3)]},
        {"unique_id": "test.pullhouse.unique.1a", "timing": [_timing(4, 7)]},
    ]}))  # fmt: skip
    assert node_costs(results, build) == {"fct_pulls": pytest.approx(2), "(tests)": pytest.approx(3)}


def test_the_headline_needs_what_its_models_are_made_of(tmp_path: Path) -> None:
    """A seed is no model, and what is made of the headline is not needed for it."""
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"parent_map": {
        "model.pullhouse.fct_pulls": ["model.pullhouse.int_sessions", "seed.pullhouse.clients"],
        "model.pullhouse.int_sessions": ["model.pullhouse.stg_requests"],
        "model.pullhouse.stg_requests": ["source.pullhouse.pullhouse.requests"],
        "model.pullhouse.tag_usage": ["model.pullhouse.fct_pulls"],
    }}))  # fmt: skip
    assert ancestors(manifest, ["fct_pulls"]) == {"fct_pulls", "int_sessions", "stg_requests"}


def _timing(start: int, end: int) -> dict[str, str]:
    return {
        "started_at": f"2026-03-16T12:00:{start:02}.000000Z",
        "completed_at": f"2026-03-16T12:00:{end:02}.000000Z",
    }


def test_what_a_command_starts_is_measured_too() -> None:
    cost = run([sys.executable, "-c", CHILD])
    assert cost.cpu_s >= 0.2
    assert cost.between(0, time.time()) == cost.cpu_s


def test_a_failed_step_is_an_error_that_says_what_it_printed() -> None:
    with pytest.raises(CommandError, match="no logs here"):
        run([sys.executable, "-c", "raise SystemExit('no logs here')"])


def test_the_traffic_has_every_act_that_costs() -> None:
    requests = World(20_000, seed=1).day(date(2026, 3, 16), 20_000)
    manifests = [each for each in requests if "/manifests/" in each.path]
    seen = {
        "challenge": sum(each.status == 401 for each in requests),
        "sent back": sum(each.status == 307 for each in manifests),
        "push": sum(each.method == "PUT" for each in manifests),
        "retry": sum(each.status in (502, 503) for each in requests),
        "check": sum(each.method == "HEAD" for each in manifests),
        "twins": sum(each.client.twins > 1 for each in requests),
    }
    assert len(requests) == 20_000
    assert {act: count for act, count in seen.items() if not 20 < count < 10_000} == {}


def test_the_same_seed_writes_the_same_log(tmp_path: Path) -> None:
    for folder, seed in (("a", 7), ("b", 7), ("c", 8)):
        write(tmp_path / folder, lines=301, days=2, seed=seed)
    logs = {folder: (tmp_path / folder / "2026-03-16.jsonl").read_bytes() for folder in "abc"}
    assert logs["a"] == logs["b"] != logs["c"]
    assert len(logs["a"].splitlines()) == 151
    assert len((tmp_path / "a" / "combined.log").read_bytes().splitlines()) == 301


def test_a_line_has_one_request_and_one_line_of_the_combined_log() -> None:
    world = World(100, seed=3)
    request = world.day(date(2026, 3, 16), 100)[0]
    line = json.loads(world.line(0, request))
    assert line["request_uri"] in combined(request)
    assert combined(request).startswith(f"{line['remote_addr']} - - [16/Mar/2026:")
