"""Period marts, definitions, installs and survival once more, from the lines of the logs and nothing of ours.

Only the standard library and DuckDB are used here, and a reading of these logs that is simpler than that of
the models: every line was answered; a look-up or GET of a tag begins a pull; what one client asks within a
minute after it belongs to it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

DAY = timedelta(days=1)
LAYER_BYTES = 65_536
STARTS = {
    "daily": lambda day: day,
    "weekly": lambda day: day - DAY * day.weekday(),
    "monthly": lambda day: day.replace(day=1),
    "yearly": lambda day: day.replace(month=1, day=1),
}
# All of whose clients are able to pull, keep what they took, and behave like no mirror or scanner.
INSTALLS = ("events/talked", "events/released", "exposure/app", "covered/app")


class Manifest(NamedTuple):
    """A request for a manifest that was answered; `digest`: what the answer was."""

    method: str
    reference: str
    digest: str
    is_index: bool

    @property
    def is_tag(self) -> bool:
        """Asked for by a tag."""
        return not self.reference.startswith("sha256:")


@dataclass
class Pull:
    """What one client asked for at once."""

    repository: str
    origin: tuple[str, str]
    begun: datetime
    tag: str | None
    gets: int = 0
    layers: int = 0
    bytes_sent: int = 0
    body_bytes_sent: int = 0
    is_artifact: bool = False
    requests: list[str] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    blobs: int = 0

    @property
    def day(self) -> date:
        """UTC day on which it began."""
        return self.begun.date()


def described(folder: Path) -> tuple[set[str], set[str]]:
    """Digests of the catalogue file: layers of images, and manifests without a platform."""
    layers: set[str] = set()
    artifacts: set[str] = set()
    for repository in json.loads((folder / "catalogue.json").read_text("utf-8")).values():
        for digest, manifest in repository["manifests"].items():
            layers |= set(manifest["layers"])
            artifacts |= set() if "platform" in manifest else {digest}
    return layers, artifacts


def pulls_of(folder: Path) -> list[Pull]:
    """All pulls of the logs below this folder."""
    layers, artifacts = described(folder)
    lines = [json.loads(text) for path in folder.glob("*/*.jsonl") for text in path.open(encoding="utf-8")]
    open_pulls: dict[tuple[str, str, str], Pull] = {}
    found: list[Pull] = []
    for line in sorted(lines, key=lambda line: float(line["msec"]) - float(line["request_time"])):
        path = line["request_uri"].removeprefix("/v2/")
        repository, kind, reference = path.rsplit("/", 2)
        begun = datetime.fromtimestamp(float(line["msec"]) - float(line["request_time"]), UTC)
        key = (repository, line["remote_addr"], line["user_agent"])
        is_tag = kind == "manifests" and not reference.startswith("sha256:")
        last = open_pulls.get(key)
        if is_tag or last is None or begun - last.begun > timedelta(minutes=1):
            last = Pull(repository, key[1:], begun, reference if is_tag else None)
            open_pulls[key] = last
            found.append(last)
        last.requests.append(line["request_id"])
        last.bytes_sent += int(line.get("bytes_sent", line["body_bytes_sent"]))
        last.body_bytes_sent += int(line["body_bytes_sent"])
        if kind == "manifests":
            is_index = "index" in line["resp_content_type"]
            last.manifests.append(Manifest(line["method"], reference, line["resp_digest"], is_index))
        last.blobs += kind == "blobs"
        last.gets += kind == "manifests" and line["method"] == "GET"
        last.is_artifact |= kind == "manifests" and line["resp_digest"] in artifacts
        last.layers += kind == "blobs" and (
            int(line["body_bytes_sent"]) >= LAYER_BYTES or reference in layers
        )
    return found


@pytest.fixture(scope="module")
def pulls(figures: Any) -> list[Pull]:
    return pulls_of(figures.settings.data.parent)


@pytest.fixture(scope="module")
def marts(figures: Any) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"attach '{figures.settings.marts}' as pullhouse (read_only)")
    con.execute("use pullhouse.marts")
    return con


def counted(pulls: list[Pull], grain: str) -> dict[tuple[date, str], tuple[int, ...]]:
    """Downloads, version checks, artifacts, requests, distinct clients at addresses, distinct addresses,
    bytes with headers where the log has them, bytes of bodies."""
    groups: dict[tuple[date, str], list[Pull]] = defaultdict(list)
    for pull in pulls:
        for repository in (pull.repository, "*"):
            groups[STARTS[grain](pull.day), repository].append(pull)
    found = {}
    for key, members in groups.items():
        images = [pull for pull in members if not pull.is_artifact]
        origins = {pull.origin for pull in images}
        downloads = sum(pull.layers > 0 for pull in images)
        found[key] = (
            downloads,
            len(images) - downloads,
            len(members) - len(images),
            sum(len(pull.requests) for pull in members),
            len(origins),
            len({address for address, _ in origins}),
            sum(pull.bytes_sent for pull in members),
            sum(pull.body_bytes_sent for pull in members),
        )
    return found


@pytest.mark.parametrize("grain", STARTS)
def test_periods(pulls: list[Pull], marts: duckdb.DuckDBPyConnection, grain: str) -> None:
    found = marts.execute(
        "select period_start, repository, download_count, version_check_count, artifact_count, request_count,"
        " unique_origin_count, unique_endpoint_count, bytes_sent, body_bytes_sent"
        f" from pulls_{grain} where session_count > 0"
    ).fetchall()
    assert {(start, name): tuple(counts) for start, name, *counts in found} == counted(pulls, grain)


def dockers_actions(asked: list[Manifest]) -> list[str]:
    """Docker's table of actions: a HEAD, the GET of what it named, and a GET of another digest, as far as
    they are there, are one action.
    """
    actions, left = [], list(asked)
    while left:
        first = left.pop(0)
        is_named = first.method == "HEAD" and bool(left) and left[0].method == "GET"
        if is_named and (left[0].digest == first.digest or left[0].reference == first.reference):
            then = left.pop(0)
        elif first.method == "HEAD":
            actions.append("version check" if first.is_tag else "pull by digest")
            continue
        else:
            then = first
        if left and left[0].method == "GET" and not left[0].is_tag and left[0].digest != then.digest:
            left.pop(0)
        actions.append("pull by tag" if first.is_tag else "pull by digest")
    return actions


def test_dockers_actions() -> None:
    """The rows of Docker's table, read from its page."""
    head, get = Manifest("HEAD", "v1", "sha256:i", True), Manifest("GET", "v1", "sha256:i", True)
    index, child = (
        Manifest("GET", "sha256:i", "sha256:i", True),
        Manifest("GET", "sha256:c", "sha256:c", False),
    )
    pinned = Manifest("HEAD", "sha256:i", "sha256:i", True)
    for asked, action in (
        ([head], "version check"),
        ([get], "pull by tag"),
        ([get, child], "pull by tag"),
        ([head, index], "pull by tag"),
        ([head, index, child], "pull by tag"),
        ([index], "pull by digest"),
        ([pinned], "pull by digest"),
        ([index, child], "pull by digest"),
        ([pinned, index, child], "pull by digest"),
    ):
        assert dockers_actions(asked) == [action], asked


def test_definitions(pulls: list[Pull], figures: Any, marts: duckdb.DuckDBPyConnection) -> None:
    """All ten, each from the words in which it is published."""
    _, artifacts = described(figures.settings.data.parent)
    expected: dict[tuple[date, str, str], int] = defaultdict(int)
    listeners = set()
    for pull in pulls:
        actions = dockers_actions(pull.manifests)
        fetched = [asked for asked in pull.manifests if asked.method == "GET"]
        images = {asked.digest for asked in fetched if not asked.is_index and asked.digest not in artifacts}
        expected[pull.day, pull.repository, "docker_per_architecture"] += len(images)
        expected[pull.day, pull.repository, "dvp_action"] += len(actions) - actions.count("version check")
        expected[pull.day, pull.repository, "dvp_trends"] += len(actions)
        expected[pull.day, pull.repository, "kubernetes_complete"] += bool(pull.manifests and pull.blobs)
        expected[pull.day, pull.repository, "scarf"] += bool(fetched)
        if fetched:
            listeners.add((pull.day, pull.repository, pull.origin))
        is_download = pull.layers > 0 and not pull.is_artifact
        expected[pull.day, pull.repository, "each_get"] += pull.gets
        expected[pull.day, pull.repository, "docker_2022"] += ceil(pull.gets / 2)
        expected[pull.day, pull.repository, "pullhouse_downloads"] += is_download
        expected[pull.day, pull.repository, "pullhouse_pulls"] += not pull.is_artifact
    for day, repository, _ in listeners:
        expected[day, repository, "odl_day"] += 1
    found = marts.execute(
        "select period_start, repository, definition_id, pull_count from pull_definitions_daily"
        " where repository <> '*' and pull_count > 0"
    ).fetchall()
    assert {name for _, _, name, _ in found} == {name for *_, name in expected}
    assert {(day, repository, name): count for day, repository, name, count in found} == {
        key: count for key, count in expected.items() if count
    }


def test_installs(pulls: list[Pull], marts: duckdb.DuckDBPyConnection) -> None:
    """Distinct clients at addresses of the 28 days up to each day, be it logged or not."""
    logged = {pull.day for pull in pulls}
    days = [min(logged) + DAY * number for number in range((max(logged) - min(logged)).days + 1)]
    for repository in INSTALLS:
        seen = {(pull.day, pull.origin) for pull in pulls if pull.repository == repository}
        expected = {
            day: len(origins)
            for day in days
            if (origins := {origin for on, origin in seen if day - 28 * DAY < on <= day})
        }
        found = marts.execute(
            "select install_date, active_install_count from active_installs_daily"
            " where repository = ? and active_install_count > 0",
            [repository],
        ).fetchall()
        assert dict(found) == expected, repository


def test_survival(pulls: list[Pull], marts: duckdb.DuckDBPyConnection) -> None:
    """1.1.0 came out on 6 July: who had 1.0.0 before, and when each of them took it; by fractions."""
    mine = [pull for pull in pulls if pull.repository == "events/released"]
    last_day, released = (
        max(pull.day for pull in pulls),
        min(pull.day for pull in mine if pull.tag == "1.1.0"),
    )
    lags = []
    for origin in {pull.origin for pull in mine if pull.day < released}:
        days = [pull.day for pull in mine if pull.origin == origin]
        taken = [pull.day for pull in mine if pull.origin == origin and pull.tag == "1.1.0" and pull.layers]
        end = min(taken) if taken else min(max(days) + 28 * DAY, last_day)
        lags.append(((end - released).days, bool(taken)))
    survival, expected = Fraction(1), []
    for lag in sorted({lag for lag, _ in lags}):
        at_risk = sum(other >= lag for other, _ in lags)
        moved = sum(other == lag and is_moved for other, is_moved in lags)
        survival *= 1 - Fraction(moved, at_risk)
        expected.append((lag, at_risk, moved, round(float(survival), 6)))
    found = marts.execute(
        "select lag_days, at_risk_count, upgraded_count, survival from upgrade_lag_curves"
        " where repository = 'events/released' and version = '1.1.0' order by lag_days"
    ).fetchall()
    assert found == expected
    assert len(expected) > 3


def test_a_pull_more_is_noticed(pulls: list[Pull], marts: duckdb.DuckDBPyConnection) -> None:
    """The planted defect."""
    with pytest.raises(AssertionError):
        test_periods([*pulls, pulls[0]], marts, "yearly")
