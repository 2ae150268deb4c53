"""Real clients through the gateway, in every mode: what the registry saw, and what the marts say of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.live.lab.clients import Machine
from tests.live.lab.scenarios import Result, play, scenarios

pytestmark = pytest.mark.live

TWIN = "twin/"
Counts = dict[str, tuple[int, int]]


@dataclass
class Played:
    """All that was done, and what the marts say of every repository."""

    results: list[Result]
    marts: Counts


@pytest.fixture(scope="module")
def played(machine: Machine, repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("clients")
    results = list(play(machine, folder, scenarios()))
    logs = folder / "logs"
    logs.mkdir()
    for path in folder.glob("gateway-*/logs/*.log"):
        write_twin(Path(shutil.copy(path, logs / f"{path.parts[-3]}-{path.name}")))
    return Played(results, counted(repo_root, logs, folder / "data"))


def counted(repo_root: Path, logs: Path, data: Path) -> Counts:
    """Downloads and version checks by repository, after a run as a user starts it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULLHOUSE_")}
    environment |= {
        "PULLHOUSE_DATA": str(data),
        "PULLHOUSE_LOGS": str(logs),
        "PULLHOUSE_IDENTITY_EPOCH": "year",
    }
    command = [sys.executable, "-m", "pipeline", "run"]
    done = subprocess.run(
        command, cwd=repo_root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    with duckdb.connect(str(data / "pullhouse.duckdb"), read_only=True) as con:
        rows = con.execute(
            "select repository, sum(download_count), sum(version_check_count) from marts.pulls_daily"
            " group by repository"
        ).fetchall()
    return {repository: (int(downloads), int(checks)) for repository, downloads, checks in rows}


def differences(results: list[Result], marts: Counts) -> list[str]:
    """Where the marts say something else than the registry."""
    return [
        f"{result.scenario}: the registry saw {seen}, the marts say {said}"
        for result in results
        if (seen := (result.downloads, result.checks)) != (said := marts.get(result.repository, (0, 0)))
    ]


def test_no_pull_fails_because_of_the_gateway(played: Played) -> None:
    """Nor because a client was redirected that cannot be: that is what gateway/clients.csv says of each."""
    failed = [
        f"{result.scenario}: exit code {result.exit_code}: {result.output[-300:]}"
        for result in played.results
        if (result.exit_code == 0) == (result.scenario.action == "unknown")
    ]
    assert failed == []


def test_every_pull_was_a_pull(played: Played) -> None:
    """The witness saw layers: an image that was in the store already would prove nothing."""
    idle = [str(result.scenario) for result in played.results if not result.downloads]
    assert idle == [str(result.scenario) for result in played.results if result.scenario.action == "unknown"]


def test_the_marts_say_what_the_registry_saw(played: Played, capsys: pytest.CaptureFixture[str]) -> None:
    found = differences(played.results, played.marts)
    with capsys.disabled():
        print(table(played))
    assert len(played.results) >= 80
    assert len(found) <= len(played.results) * 0.03, "\n".join(found)


def test_a_client_whose_lines_are_missing_is_missed(played: Played) -> None:
    """The planted defect: the same log once more under other names, without the lines of one client."""
    marts = {
        name.removeprefix(TWIN): counts for name, counts in played.marts.items() if name.startswith(TWIN)
    }
    found = differences(played.results, marts)
    lost = [line for line in found if line.startswith("podman 4.3")]
    done = [
        result for result in played.results if result.scenario.client == "podman 4.3" and result.downloads
    ]
    assert len(lost) == len(done) > 5
    assert len(found) > len(played.results) * 0.03


def write_twin(log: Path) -> None:
    """Beside a log, the planted defect: other repositories, other request ids, no line of podman 4.3."""
    lines = [json.loads(line) for line in log.read_text("utf-8", "replace").splitlines()]
    for line in lines:
        line["request_uri"] = line["request_uri"].replace("/v2/", f"/v2/{TWIN}", 1)
        line["request_id"] = line["request_id"][::-1]
    kept = [json.dumps(line) + "\n" for line in lines if "/podman-4-3-" not in line["request_uri"]]
    log.with_name(f"twin-{log.name}").write_text("".join(kept), "utf-8")


def table(played: Played) -> str:
    """Client and action, and for each way what was seen and whether the marts say the same."""
    ways = [f"{kind} {mode}" for kind in ("free", "token") for mode in ("none", "blobs", "all")]
    ways += ["fallback none", "fallback blobs"]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for result in played.results:
        said = played.marts.get(result.repository, (0, 0))
        seen = (result.downloads, result.checks)
        text = f"{seen[0]}+{seen[1]} " + ("=" if said == seen else f"≠ {said[0]}+{said[1]}")
        row = cells.setdefault((result.scenario.client, result.scenario.action), {})
        row[f"{result.scenario.kind} {result.scenario.mode}"] = text
    lines = [f"{'downloads+checks':<40}" + "".join(f"{way:<15}" for way in ways)]
    for (client, action), row in cells.items():
        lines.append(f"{client + ', ' + action:<40}" + "".join(f"{row.get(way, ''):<15}" for way in ways))
    return "\n" + "\n".join(lines)
