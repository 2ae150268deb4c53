"""Writes the sample: one gzip'd object a gateway node and day, the catalogue, and what was replayed."""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from samples.corpus import CORPUS, Scenario, read_scenarios
from samples.origins import make_origins, scenario_ids
from samples.replay import Act, Line, acts_of, replay
from samples.span import FIRST_DAY, LAST_DAY, SEED, WEEKS
from samples.strays import BROKEN_LINES, stray_addresses, stray_lines, stray_scenarios

# Names in the output directory. The logs have a folder of their own: it can be given as a source as it is.
LOGS = "logs"
CATALOGUE = "catalogue.json"
TRUTH = "truth.json"
EVENTS = "events.csv"

# A calendar, so that the page of events has something to show; nothing in the replayed traffic answers to it.
CALENDAR = """date,repository,kind,label
2026-11-02,acme/app,example,made up
2026-11-09,*,example,made up
"""

NOTE = (
    "A replay of recorded traffic of real clients, not measured traffic. Downloads and checks are what the"
    " recording's truth.json says of each scenario; `replays` is how often that origin (a number: no address"
    " is kept) did it on that UTC day."
)


@dataclass(frozen=True, slots=True)
class SampleInfo:
    """What was written. `downloads`, `checks`: what a counter should find over the whole span."""

    logs: Path
    catalogue: Path
    truth: Path
    events: Path
    first_day: date
    last_day: date
    objects: int
    lines: int
    broken_lines: int
    scenarios: int
    origins: int
    addresses: int
    downloads: int
    checks: int

    @property
    def description(self) -> str:
        """What the sample is, for people; its caller prints it."""
        return (
            f"The sample is a replay of recorded traffic of real clients: {self.scenarios} scenarios over"
            f" {WEEKS} weeks ({self.first_day} to {self.last_day}), {self.origins} made-up origins in real"
            f" networks, {self.lines:,} log lines in {self.objects} objects. It measures nobody's production."
        )


def write(directory: Path, corpus: Path = CORPUS) -> SampleInfo:
    """Write logs, `catalogue.json`, `truth.json` and `events.csv` into the directory; make it if need be.

    The lines are the same every time and everywhere; so are the bytes, as far as zlib is the same. Files of
    an earlier run are replaced, each in one step, where they differ. Raises SampleError when the corpus
    cannot be read, OSError when the directory cannot be written.
    """
    scenarios = read_scenarios(corpus, scenario_ids() | stray_scenarios())
    origins = make_origins()
    acts = [act for origin in origins for act in acts_of(origin)]
    objects = _objects(acts, scenarios)
    logs, catalogue, truth, events = (directory / name for name in (LOGS, CATALOGUE, TRUTH, EVENTS))
    logs.mkdir(parents=True, exist_ok=True)
    for name, lines in objects.items():
        _replace(logs / name, gzip.compress("".join(f"{line.text}\n" for line in lines).encode(), 6, mtime=0))
    _replace(catalogue, (corpus / "catalogue.json").read_bytes())
    _replace(truth, json.dumps(truth_of(acts, scenarios), indent=1).encode())
    _replace(events, CALENDAR.encode())
    return SampleInfo(
        logs=logs,
        catalogue=catalogue,
        truth=truth,
        events=events,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        objects=len(objects),
        lines=sum(map(len, objects.values())),
        broken_lines=BROKEN_LINES,
        scenarios=len(scenario_ids()),
        origins=len(origins),
        addresses=len(client_addresses()),
        downloads=sum(scenarios[act.scenario].downloads for act in acts),
        checks=sum(scenarios[act.scenario].checks for act in acts),
    )


def client_addresses() -> list[str]:
    """Every client address in the sample's logs, sorted: what must be found nowhere else."""
    return sorted({origin.address for origin in make_origins()} | set(stray_addresses()))


def truth_of(acts: list[Act], scenarios: dict[str, Scenario]) -> dict[str, Any]:
    """What was replayed: `note`, `seed`, and `days`: day → one entry an origin and scenario.

    An entry: `origin` (number), `client` (who the origin plays), `scenario`, `label`, `replays`, and the
    `downloads` and `checks` of all its replays together.
    """
    replays = Counter((act.day, act.origin.number, act.scenario) for act in acts)
    names = {act.origin.number: act.origin.role.client.name for act in acts}
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (day, number, name), count in sorted(replays.items()):
        scenario = scenarios[name]
        days[day.isoformat()].append(
            {
                "origin": number,
                "client": names[number],
                "scenario": name,
                "label": scenario.label,
                "replays": count,
                "downloads": count * scenario.downloads,
                "checks": count * scenario.checks,
            }
        )
    return {"note": NOTE, "seed": SEED, "days": days}


def _objects(acts: list[Act], scenarios: dict[str, Scenario]) -> dict[str, list[Line]]:
    """Name of the object → its lines, in the order in which they were written."""
    objects: dict[str, list[Line]] = defaultdict(list)
    lines = [line for act in acts for line in replay(act, scenarios[act.scenario])]
    lines += stray_lines(scenarios)
    for line in sorted(lines, key=lambda line: line.written_ms):
        day = datetime.fromtimestamp(line.written_ms / 1000, UTC).date()
        objects[f"{line.node}.{day}.jsonl.gz"].append(line)
    return objects


def _replace(path: Path, content: bytes) -> None:
    """A reader sees the old file or the new one, never a part. The same content leaves the file untouched."""
    if path.exists() and path.read_bytes() == content:
        return
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
