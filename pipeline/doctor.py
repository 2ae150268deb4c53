"""Read a sample of a user's logs and say what they can answer, and what to change in the gateway."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from ingest.addresses import resolve
from ingest.bytepass import read_bytes
from ingest.errors import ObjectError
from ingest.objects import LogObject, list_objects, open_lines
from ingest.paths import parse
from ingest.reader import ReadCounts, read_lines
from pipeline.load import confine
from pipeline.settings import Settings

SAMPLED_OBJECTS = 5
SAMPLED_LINES = 20_000

# Field of contract A → what is lost without it.
OPTIONAL_FIELDS = {
    "request_id": "duplicates cannot be told from repeats, and logs must not be split or merged",
    "x_forwarded_for": "behind a proxy or balancer every client looks like that proxy",
    "resp_digest": "tags are joined to digests by time alone",
    "resp_content_type": "an index cannot be told from an image without a manifest catalogue",
    "body_bytes_sent": "layers cannot be told by size, and egress is unknown",
    "request_time": "slow requests are ordered by their end, not their start",
    "request_completion": "a broken-off layer looks like a whole one",
    "range": "a resumed layer looks like a new one",
    "node": "gaps of one gateway among several cannot be seen",
    "dnt": "an opt-out by DNT cannot be honoured",
    "gpc": "an opt-out by Sec-GPC cannot be honoured",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a sample of logs shows."""

    objects: int
    lines: int
    quarantined: int
    reasons: dict[str, int]
    log_format: str
    gateway_mode: str
    field_shares: dict[str, float]
    registry_request_share: float
    global_address_share: float
    refused: list[str] = field(default_factory=list)


def diagnose(settings: Settings) -> Diagnosis:
    """Read the first lines of some objects of each source.

    Raises SourceError when a source is missing or empty, ObjectError when none of its objects is a log.
    """
    objects = [
        item
        for source in settings.all_sources
        for item in _spread(list_objects(source.location, source=source.name))
    ]
    heads: list[ReadCounts] = []
    refused: list[str] = []
    # What is copied here, and what DuckDB spills, holds addresses: both may lie in landing only.
    settings.landing.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con, tempfile.TemporaryDirectory(dir=settings.landing) as folder:
        confine(con, Path(folder))
        for item in objects:
            try:
                heads.append(_read_head(con, item, Path(folder), settings.log_format))
            except ObjectError as error:
                refused.append(str(error))
        if not heads:
            raise ObjectError(objects[0].name, f"none of {len(objects)} objects could be read", refused[0])
        reasons = sum((Counter(head.reasons) for head in heads), Counter[str]())
        return Diagnosis(
            objects=len(heads),
            lines=sum(head.lines for head in heads),
            quarantined=reasons.total(),
            reasons=dict(sorted(reasons.items())),
            log_format=" and ".join(sorted({head.log_format for head in heads})),
            gateway_mode=_mode(con),
            field_shares=_field_shares(con),
            registry_request_share=_registry_share(con),
            global_address_share=_global_share(con, settings),
            refused=refused,
        )


def show(diagnosis: Diagnosis, console: Console) -> None:
    """Print the diagnosis for a person."""
    console.print(
        f"Read {diagnosis.lines:,} lines of {diagnosis.objects} objects: {diagnosis.log_format}, "
        f"a gateway that {diagnosis.gateway_mode}."
    )
    for text in diagnosis.refused:
        console.print(f"Refused: {text}")
    if diagnosis.quarantined:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in diagnosis.reasons.items())
        console.print(f"{diagnosis.quarantined:,} lines would go to the quarantine: {reasons}.")
    console.print(_field_table(diagnosis))
    for advice in advise(diagnosis):
        console.print(f"• {advice}")


def advise(diagnosis: Diagnosis) -> list[str]:
    """What to change in the gateway, most important first; one sentence when nothing needs to."""
    advice = []
    if diagnosis.registry_request_share < 0.5:
        advice.append(
            f"Only {diagnosis.registry_request_share:.0%} of the lines are registry requests (/v2/…):"
            " is this the gateway's log?"
        )
    if diagnosis.global_address_share < 0.5:
        advice.append(
            f"Only {diagnosis.global_address_share:.0%} of the client addresses are public: name your"
            " proxies in TRUSTED_PROXIES and log $http_x_forwarded_for, or all clients will look like one."
        )
    if "combined" in diagnosis.log_format:
        advice.append("`combined` text carries no request id, digest or completion: use the JSON log_format.")
    missing = [name for name, share in diagnosis.field_shares.items() if share == 0]
    if missing and "combined" not in diagnosis.log_format:
        advice.append(
            f"Add to the log_format: {', '.join(missing)}. docs/log-format.md has it ready to copy."
        )
    if diagnosis.gateway_mode == "redirects":
        advice.append(
            "A redirecting gateway cannot know whether a layer arrived: completeness is 'requested'."
        )
    return advice or ["Nothing needs to change. Next: `make run` with the same LOGS."]


def _spread(objects: list[LogObject]) -> list[LogObject]:
    """A few objects, evenly spread over the listing: old and new ones."""
    step = max(1, len(objects) // SAMPLED_OBJECTS)
    return objects[::step][:SAMPLED_OBJECTS]


def _read_head(con: duckdb.DuckDBPyConnection, item: LogObject, folder: Path, log_format: str) -> ReadCounts:
    """Add the first lines of an object to `sampled`. Raises ObjectError."""
    head = folder / "head.log"
    with head.open("wb") as file:
        file.writelines(_head(item))
    sample = replace(item, path=head, size=head.stat().st_size)
    with read_bytes(sample, folder) as data:
        counts = read_lines(con, data, name=item.name, log_format=log_format, quarantine_key=b"doctor")
    con.execute("create table if not exists sampled as select * from lines limit 0")
    con.execute("insert into sampled select * from lines")
    return counts


def _head(item: LogObject) -> Iterator[bytes]:
    with open_lines(item) as lines:
        yield from itertools.islice(lines, SAMPLED_LINES)


def _mode(con: duckdb.DuckDBPyConnection) -> str:
    redirected, answered = con.execute(
        "select count(*) filter (where status between 301 and 308 and status <> 304),"
        " count(*) filter (where status between 200 and 299) from sampled"
        " where request_uri like '/v2/%/manifests/%' or request_uri like '/v2/%/blobs/%'"
    ).fetchall()[0]
    if redirected == 0:
        return "proxies" if answered else "answered no registry request in this sample"
    return "redirects" if answered < redirected / 10 else "redirects some requests and proxies others"


def _field_shares(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """The share of the lines that carry each optional field."""
    shares = ", ".join(f"coalesce(avg(cast({name} is not null as integer)), 0)" for name in OPTIONAL_FIELDS)
    values = con.execute(f"select {shares} from sampled").fetchall()[0]
    return dict(zip(OPTIONAL_FIELDS, values, strict=True))


def _registry_share(con: duckdb.DuckDBPyConnection) -> float:
    paths = parse(con.execute("select request_uri, args from sampled").df())
    return float((paths["request_kind"] != "other").mean()) if len(paths) else 0.0


def _global_share(con: duckdb.DuckDBPyConnection, settings: Settings) -> float:
    trusted = [ip_network(text) for text in settings.trusted_proxies]
    pairs = con.execute("select distinct remote_addr, x_forwarded_for from sampled").df()
    addresses = resolve(pairs, trusted)["address"].dropna().unique()
    return sum(ip_address(text).is_global for text in addresses) / len(addresses) if len(addresses) else 0.0


def _field_table(diagnosis: Diagnosis) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in ("field", "found", "without it"):
        table.add_column(name)
    for name, meaning in OPTIONAL_FIELDS.items():
        share = diagnosis.field_shares[name]
        table.add_row(name, f"{share:.0%} of lines" if share else "missing", meaning)
    return table
