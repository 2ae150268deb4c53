"""Small logs made after public bug reports of people who run registries, and what must come out of them.

`tests/data/cases/behaviour.json`: what clients do; `formats.json`: the same three pulls in the log formats of
other software. `right` was written down before any of them was loaded.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.warehouse import Warehouse

COLUMNS = (
    "tag",
    "client_name",
    "client_version",
    "client_category",
    "engine_os",
    "client_os",
    "architecture",
    "completeness",
    "access_pattern",
)
OPERATIONS = ("download", "version_check", "interrupted")


@dataclass(frozen=True, slots=True)
class Tried:
    """One case: all its lines are about one repository."""

    id: str
    repository: str
    right: dict[str, Any]
    logs: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """What the marts say of one session."""

    outcome: str
    download_count: int
    endpoint_id: int | None
    attributes: dict[str, Any]


def behaviour(folder: Path) -> list[Tried]:
    """The cases of `behaviour.json`, as they are."""
    return [_tried(folder / "behaviour", entry, entry["right"]) for entry in _entries(folder, "behaviour")]


def formats(folder: Path) -> list[Tried]:
    """The cases of `formats.json`; their sentences ("3 downloads, 3 addresses") as numbers."""
    return [
        _tried(folder / "formats", entry, _numbers(entry["right"])) for entry in _entries(folder, "formats")
    ]


def place(cases: list[Tried], folder: Path) -> None:
    """Copy the logs of all cases into one folder, each under the name of its case."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in cases:
        for log in case.logs:
            shutil.copy(log, folder / f"{case.id}.{log.name}")


def sessions_of(warehouse: Warehouse) -> dict[str, list[Session]]:
    """All sessions by repository."""
    found = warehouse.query(
        f"select repository, outcome, download_count, endpoint_id, {', '.join(COLUMNS)} from fct_pulls"
        " order by started_at, pull_id"
    )
    sessions: dict[str, list[Session]] = {}
    for repository, outcome, downloads, endpoint, *values in found:
        attributes = dict(zip(COLUMNS, values, strict=True))
        sessions.setdefault(repository, []).append(Session(outcome, downloads or 0, endpoint, attributes))
    return sessions


def misses(case: Tried, sessions: list[Session]) -> list[str]:
    """What is not as it must be, in words; nothing where the case is right."""
    right = case.right
    counts = Counter(session.outcome for session in sessions)
    downloads = sum(session.download_count for session in sessions)
    endpoints = {session.endpoint_id for session in sessions} - {None}
    wrong = [f"{outcome} {counts[outcome]}, not {n}" for outcome, n in _exact(right) if counts[outcome] != n]
    wrong += [
        f"{outcome} {counts[outcome]}, at least {n}" for outcome, n in _at_least(right) if counts[outcome] < n
    ]
    for name in ("downloads_total", "download_count"):
        if name in right and downloads != right[name]:
            wrong.append(f"downloads {downloads}, not {right[name]}")
    if "addresses" in right and len(endpoints) != right["addresses"]:
        wrong.append(f"addresses {len(endpoints)}, not {right['addresses']}")
    return wrong + _wrong_attributes(right, sessions)


def _exact(right: dict[str, Any]) -> list[tuple[str, int]]:
    return [*right.get("outcomes", {}).items(), *((outcome, 0) for outcome in right.get("zero", []))]


def _at_least(right: dict[str, Any]) -> list[tuple[str, int]]:
    return [*right.get("outcomes_min", {}).items(), *((outcome, 1) for outcome in right.get("has", []))]


def _wrong_attributes(right: dict[str, Any], sessions: list[Session]) -> list[str]:
    """Of what a client wanted: a push beside it, or a failure, need not say what client it was."""
    wanted = [session for session in sessions if session.outcome in OPERATIONS] or sessions
    wrong = []
    for name in COLUMNS:
        seen = {session.attributes[name] or "unknown" for session in wanted}
        if name in right and seen != {right[name]}:
            wrong.append(f"{name} {sorted(map(str, seen))}, not {right[name]}")
    return wrong


def _entries(folder: Path, name: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return entries


def _tried(folder: Path, entry: dict[str, Any], right: dict[str, Any]) -> Tried:
    logs = tuple(sorted((folder / entry["id"]).iterdir()))
    return Tried(entry["id"], entry["repository"], right, logs)


def _numbers(sentence: str) -> dict[str, Any]:
    found = {name: int(n) for n, name in re.findall(r"(\d+) (download|address|endpoint)", sentence)}
    right: dict[str, Any] = {}
    if "download" in found:
        right["downloads_total"] = found["download"]
    for name in {"address", "endpoint"} & found.keys():
        right["addresses"] = found[name]
    if "no version check" in sentence:
        right["zero"] = ["version_check"]
    if "downloads are counted" in sentence:
        right["downloads_total"] = 3
    if "client unknown" in sentence:
        right["client_name"] = "unknown"
    return right
