"""Scenarios, renamed and laid out in time: what the counting rules are judged by.

Request ids, repositories, tags and digests get other names by a seed, so that no rule can know them. Gaps
inside a scenario stay as they are. The truth is what stands beside the scenarios (`truth.json`) alone:
nothing here runs code of Pullhouse.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

Line = dict[str, Any]
# A tag may carry a digest: of a signature (`sha256-….sig`), or of the fallback for referrers.
DIGEST = re.compile(r"sha256(:|%3A|-)([0-9a-f]{64})")
# `acme` in the first corpus and the written scenarios, `initech` in the second corpus.
REPOSITORY = re.compile(r"(?:acme|initech)/(?:charts/)?[a-z0-9-]+")
WORDS = ("north", "amber", "river", "lattice", "quartz", "manifests", "harbour", "blobs", "delta", "fern")


@dataclass(frozen=True, slots=True)
class Placed:
    """One scenario at its place in time: sessions that start in [starts_at, ends_at) are its own.

    `names`: where scenarios overlap in time, the tags and digests by which its sessions are told.
    """

    scenario: str
    downloads: int | None
    checks: int | None
    starts_at: datetime
    ends_at: datetime
    names: frozenset[str] = frozenset()
    renaming: Renaming | None = None


@dataclass(slots=True)
class Layout:
    """Lines in the order in which a gateway would write them, and what they are made of."""

    name: str
    seed: int
    placed: list[Placed] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    catalogue: dict[str, Any] = field(default_factory=dict)


class Renaming:
    """Other names for repositories, tags, digests and request ids; the same seed gives the same names."""

    def __init__(self, seed: int, repositories_of: int | None = None) -> None:
        self.seed = seed
        self._repository_seed = seed if repositories_of is None else repositories_of
        self._random = random.Random(seed)
        self._repositories: dict[str, str] = {}
        self._tags: dict[str, str] = {}

    def digest(self, hexadecimal: str) -> str:
        """Another digest, as long."""
        return hashlib.sha256(f"{self.seed}:{hexadecimal}".encode()).hexdigest()

    def repository(self, name: str) -> str:
        """Another repository: one to three parts, which may be called `manifests` or `blobs`."""
        if name not in self._repositories:
            chance = random.Random(f"{self._repository_seed}:{name}")
            parts = chance.sample(WORDS, chance.randint(1, 3))
            self._repositories[name] = "/".join([*parts, f"image{chance.randint(0, 999)}"])
        return self._repositories[name]

    def tag(self, name: str) -> str:
        """Another tag."""
        if name not in self._tags:
            self._tags[name] = f"{self._random.choice(WORDS)}-{self.seed}.{len(self._tags)}"
        return self._tags[name]

    def text(self, text: str) -> str:
        """A path or other text with the digests and repositories in it renamed."""
        text = DIGEST.sub(lambda found: f"sha256{found[1]}{self.digest(found[2])}", text)
        return REPOSITORY.sub(lambda found: self.repository(found[0]), text)

    def path(self, text: str) -> str:
        """A request path; its reference is a tag unless it is a digest."""
        head, separator, rest = text.partition("/manifests/")
        reference, mark, query = rest.partition("?")
        if separator and not DIGEST.search(reference):
            return f"{self.text(head)}{separator}{self.tag(reference)}{mark}{query}"
        return self.text(text)

    def line(self, line: Line, occurrence: str) -> Line:
        """A log line under other names; `occurrence` tells repeated uses of one line apart."""
        changed = dict(line)
        for name in ("uri", "request_uri"):
            if name in line:
                changed[name] = self.path(line[name])
        for name in ("args", "resp_digest", "up_digest", "resp_location"):
            if name in line:
                changed[name] = self.text(line[name])
        identity = f"{self.seed}:{occurrence}:{line['request_id']}"
        changed["request_id"] = hashlib.sha256(identity.encode()).hexdigest()[:32]
        return changed

    def catalogue(self, catalogue: dict[str, Any]) -> dict[str, Any]:
        """A catalogue file under the same other names."""
        return {
            self.repository(repository): {
                "tags": {self.tag(tag): self.text(digest) for tag, digest in entry["tags"].items()},
                "manifests": json.loads(self.text(json.dumps(entry["manifests"]))),
            }
            for repository, entry in catalogue.items()
        }


class Scenarios(Protocol):
    """Scenarios with their truth and a catalogue: recorded, or written (`tests.support.written`)."""

    truth: list[dict[str, Any]]
    catalogue: dict[str, Any]

    def lines(self, scenario: str) -> list[Line]:
        """The lines of one scenario."""


class Corpus:
    """The recorded scenarios and their truth."""

    def __init__(self, directory: Path) -> None:
        self.truth: list[dict[str, Any]] = json.loads((directory / "truth.json").read_text("utf-8"))
        self.catalogue: dict[str, Any] = json.loads((directory / "catalogue.json").read_text("utf-8"))
        self._directory = directory

    def lines(self, scenario: str) -> list[Line]:
        """The lines of one scenario, as recorded."""
        path = self._directory / "scenarios" / f"{scenario}.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def separate(corpus: Scenarios, seed: int, first: datetime, every: timedelta = timedelta(hours=1)) -> Layout:
    """Each scenario by its own origin, in its own hour (or day)."""
    renaming = Renaming(seed)
    layout = Layout("separate", seed, catalogue=renaming.catalogue(corpus.catalogue))
    for number, truth in enumerate(corpus.truth):
        starts_at = first + every * number
        address = f"198.18.{number // 200}.{number % 200 + 1}"
        _place(layout, corpus, truth, renaming, starts_at, address, starts_at + timedelta(hours=1))
    return _in_log_order(layout)


def packed(
    corpus: Scenarios, seed: int, first_midnight: datetime, pause: timedelta = timedelta(seconds=20)
) -> Layout:
    """One origin a client, its scenarios `pause` apart, across a midnight; each client around its own one.

    Clients follow each other with days between them, so that no two are there at the same time.
    """
    renaming = Renaming(seed)
    name = f"packed, {pause.total_seconds():.0f} s apart"
    layout = Layout(name, seed, catalogue=renaming.catalogue(corpus.catalogue))
    clients = sorted({truth["client"] for truth in corpus.truth})
    midnight = first_midnight
    for number, client in enumerate(clients):
        scenarios = [truth for truth in corpus.truth if truth["client"] == client]
        lengths = [_length(corpus.lines(truth["id"])) + pause for truth in scenarios]
        # Half of the scenarios lie before midnight.
        moment = midnight - sum(lengths[: len(lengths) // 2], timedelta())
        midnight += timedelta(days=1 + sum(lengths, timedelta()).days * 2)
        for truth, length in zip(scenarios, lengths, strict=True):
            _place(layout, corpus, truth, renaming, moment, f"198.19.0.{number + 1}", moment + length)
            moment += length
    return _in_log_order(layout)


def midnight(corpus: Scenarios, seed: int, first_midnight: datetime) -> Layout:
    """Each scenario by its own origin, half of it before a midnight of its own."""
    renaming = Renaming(seed)
    layout = Layout("across midnight", seed, catalogue=renaming.catalogue(corpus.catalogue))
    for number, truth in enumerate(corpus.truth):
        length = _length(corpus.lines(truth["id"]))
        starts_at = first_midnight + timedelta(days=number) - length / 2
        address = f"198.18.{8 + number // 200}.{number % 200 + 1}"
        _place(layout, corpus, truth, renaming, starts_at, address, starts_at + timedelta(hours=1))
    return _in_log_order(layout)


def interleaved(corpus: Scenarios, seed: int, first: datetime) -> Layout:
    """One origin a client; two scenarios at a time begin 100 ms apart, on other tags of one repository."""
    layout = Layout("interleaved", seed)
    for number, client in enumerate(sorted({truth["client"] for truth in corpus.truth})):
        scenarios = [truth for truth in corpus.truth if truth["client"] == client]
        for position, truth in enumerate(scenarios):
            renaming = Renaming(seed + len(layout.placed), repositories_of=seed)
            pair, second = divmod(position, 2)
            starts_at = first + timedelta(days=number, hours=pair, milliseconds=100 * second)
            address = f"198.19.1.{number + 1}"
            _place(layout, corpus, truth, renaming, starts_at, address, starts_at + timedelta(minutes=30))
            names = frozenset(_names(corpus.lines(truth["id"]), renaming))
            layout.placed[-1] = replace(layout.placed[-1], names=names)
            for repository, entry in renaming.catalogue(corpus.catalogue).items():
                known = layout.catalogue.setdefault(repository, {"tags": {}, "manifests": {}})
                known["tags"] |= entry["tags"]
                known["manifests"] |= entry["manifests"]
    return _in_log_order(layout)


def _names(lines: list[Line], renaming: Renaming) -> Iterator[str]:
    for line in lines:
        path, separator, reference = line["request_uri"].partition("?")[0].rpartition("/manifests/")
        if separator:
            reference = renaming.path(f"{path}{separator}{reference}").rpartition("/")[2]
            yield reference.replace("%3A", ":")


def write(lines: Iterable[Line], path: Path) -> None:
    """Write lines as one log object."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def write_text(lines: Iterable[str], path: Path) -> None:
    """Write lines of text as one log object."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def as_combined(line: Line) -> str:
    """The line as nginx's `combined` format would have it: no request id, no digest, whole seconds."""
    moment = datetime.fromtimestamp(float(line["msec"]), UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    request = f"{line['method']} {line['request_uri']} {line['protocol']}".strip()
    agent = line["user_agent"].replace("\\", "\\x5C").replace('"', "\\x22") or "-"
    answer = f"{line['status']} {line['body_bytes_sent']}"
    return f'{line["remote_addr"]} - - [{moment}] "{request}" {answer} "-" "{agent}"'


def started_at(line: Line) -> datetime:
    """When a request was started: it is logged when it ends."""
    return datetime.fromtimestamp(float(line["msec"]), UTC) - timedelta(seconds=float(line["request_time"]))


def moved(line: Line, by: timedelta, address: str) -> Line:
    """The same line at another time, from another address that spoke to the gateway itself."""
    logged_at = datetime.fromtimestamp(float(line["msec"]), UTC) + by
    return line | {
        "msec": f"{logged_at.timestamp():.3f}",
        "ts": logged_at.isoformat(),
        "remote_addr": address,
        "x_forwarded_for": "",
    }


def _length(lines: list[Line]) -> timedelta:
    begun = min(started_at(line) for line in lines)
    return datetime.fromtimestamp(max(float(line["msec"]) for line in lines), UTC) - begun


def _place(
    layout: Layout,
    corpus: Scenarios,
    truth: dict[str, Any],
    renaming: Renaming,
    starts_at: datetime,
    address: str,
    ends_at: datetime,
) -> None:
    lines = corpus.lines(truth["id"])
    by = starts_at - min(started_at(line) for line in lines)
    occurrence = f"{layout.seed}:{truth['id']}"
    layout.lines += [moved(renaming.line(line, occurrence), by, address) for line in lines]
    # Times are rounded, in combined text to whole seconds; nothing begins in the last one of a pause.
    slack = timedelta(seconds=1)
    layout.placed.append(
        Placed(
            truth["id"],
            truth["downloads"],
            truth["checks"],
            starts_at - slack,
            ends_at - slack,
            renaming=renaming,
        )
    )


def _in_log_order(layout: Layout) -> Layout:
    layout.lines.sort(key=lambda line: float(line["msec"]))
    return layout
