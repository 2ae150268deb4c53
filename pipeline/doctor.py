"""Read a sample of a user's logs and say what they can answer, and what to change in the gateway."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from ingest.addresses import resolve
from ingest.bytepass import read_bytes
from ingest.errors import ObjectError, SourceError
from ingest.objects import LogObject, list_objects, open_lines
from ingest.paths import parse
from ingest.reader import read_lines
from pipeline import expected
from pipeline.settings import Settings, Source

SAMPLED_OBJECTS = 5
SAMPLED_LINES = 20_000
# Lines that are asked which fields they name: a log_format names the same on every line.
NAMED_LINES = 100
# What the counts stand on besides the required fields: JSON without one of them says no more than `combined`.
COUNTED_BY = {"resp_digest", "body_bytes_sent", "request_time", "request_completion"}
# Of the optional fields the one that no variable of nginx has.
NOT_OF_NGINX = {"session_token_hash"}

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
    "session_token_hash": "clients behind one address can only be told apart by time",
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
    named_fields: set[str]
    registry_request_share: float
    global_address_share: float
    accuracy: str | None = None
    knows_manifests: bool = True
    refused: list[str] = field(default_factory=list)


def diagnose(settings: Settings) -> Diagnosis:
    """Read the first lines of some objects of each source.

    A source that is missing or empty is refused like an object that is no log. Raises SourceError when that
    is true of every source, ObjectError when none of their objects is a log.
    """
    objects, refused = _objects(settings)
    with duckdb.connect() as con, tempfile.TemporaryDirectory() as folder:
        con.execute("set timezone = 'UTC'")
        con.execute("create table seen (reason varchar, n bigint)")
        formats: list[str] = []
        named: set[str] = set()
        lines, quarantined = 0, 0
        for item, log_format in objects:
            try:
                counts = _read_head(con, item, Path(folder), log_format)
            except ObjectError as error:
                refused.append(str(error))
                continue
            formats.append(counts[0])
            lines += counts[1]
            quarantined += counts[2]
            named |= counts[3]
        if not formats:
            raise ObjectError(
                objects[0][0].name, f"none of {len(objects)} objects could be read", refused[-1]
            )
        mode, log_format = _mode(con), " and ".join(sorted(set(formats)))
        return Diagnosis(
            objects=len(formats),
            lines=lines,
            quarantined=quarantined,
            reasons=dict(
                con.execute("select reason, sum(n)::bigint from seen group by 1 order by 1").fetchall()
            ),
            log_format=log_format,
            gateway_mode=mode,
            field_shares=_field_shares(con),
            named_fields=named,
            registry_request_share=_registry_share(con),
            global_address_share=_global_share(con, settings),
            accuracy=expected.figure(
                mode, log_format if named >= COUNTED_BY else "combined", has_catalogue(settings)
            ),
            knows_manifests=has_catalogue(settings),
            refused=refused,
        )


def has_catalogue(settings: Settings) -> bool:
    """Whether somebody is configured who knows what a digest is."""
    return bool(settings.catalogue or settings.registry)


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
    console.print(
        "Expected accuracy: not measured for logs like these; docs/counting.md has what was."
        if diagnosis.accuracy is None
        else f"Expected accuracy: of scenarios recorded with logs like these {diagnosis.accuracy} are counted"
        " exactly (docs/counting.md)."
    )
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
    missing = [name for name in OPTIONAL_FIELDS if name not in diagnosis.named_fields | NOT_OF_NGINX]
    if missing and "combined" not in diagnosis.log_format:
        advice.append(
            f"Add to the log_format: {', '.join(missing)}. gateway/log_format.conf has it ready to copy."
        )
    if diagnosis.gateway_mode == "redirects":
        advice.append(
            "A redirecting gateway cannot know whether a layer arrived: completeness is 'requested'."
        )
    if not diagnosis.knows_manifests:
        advice.append(
            "Name your registry (setting `registry`; docs/catalogue.md) or a CATALOGUE: without one platforms"
            " are unknown, and two tags that one client pulls at once cannot be told apart."
        )
    return advice or ["Nothing needs to change. Next: `make run` with the same LOGS."]


def _objects(settings: Settings) -> tuple[list[tuple[LogObject, str]], list[str]]:
    """A few objects of each source, each with the log format of its source; and what is wrong with others."""
    found: list[tuple[LogObject, str]] = []
    problems: list[SourceError] = []
    for source in settings.all_sources:
        try:
            found += [(item, source.log_format) for item in _spread(_listed(source))]
        except SourceError as error:
            problems.append(error)
    if not found:
        raise problems[0]
    return found, [str(problem) for problem in problems]


def _listed(source: Source) -> list[LogObject]:
    return list_objects(source.location, source=source.name)


def _spread(objects: list[LogObject]) -> list[LogObject]:
    """A few objects, evenly spread over the listing: old and new ones."""
    step = max(1, len(objects) // SAMPLED_OBJECTS)
    return objects[::step][:SAMPLED_OBJECTS]


def _read_head(
    con: duckdb.DuckDBPyConnection, item: LogObject, folder: Path, log_format: str
) -> tuple[str, int, int, set[str]]:
    """Its log format, how many lines were read and would be quarantined, and the fields that they name."""
    head = folder / "head.log"
    with head.open("wb") as file:
        file.writelines(_head(item))
    sample = LogObject(
        name=item.name, path=head, source=item.source, size=head.stat().st_size, modified_ns=item.modified_ns
    )
    with read_bytes(sample, folder) as data:
        counts = read_lines(con, data, name=item.name, log_format=log_format, quarantine_key=b"doctor")
    exists = con.execute(
        "select count(*) from information_schema.tables where table_name = 'sampled'"
    ).fetchall()
    verb = "insert into sampled" if exists[0][0] else "create table sampled as"
    con.execute(f"{verb} select * from lines")
    con.executemany("insert into seen values (?, ?)", [*counts.reasons.items()] or [("none", 0)])
    con.execute("delete from seen where n = 0")
    con.execute("drop table lines; drop table rejected_lines")
    named = _named_fields(head) if counts.log_format == "json" else set()
    head.unlink()
    return counts.log_format, counts.lines, counts.quarantined, named


def _named_fields(head: Path) -> set[str]:
    """Fields of the first lines, whether empty or not: no client may have sent a Range, but it was logged."""
    named: set[str] = set()
    with head.open("rb") as lines:
        for line in itertools.islice(lines, NAMED_LINES):
            # A line that is no JSON is counted elsewhere.
            with suppress(ValueError, RecursionError):
                content = json.loads(line)
                named |= content.keys() if isinstance(content, dict) else set()
    return named


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
    """Share of manifest and blob requests that carry each optional field."""
    shares = ", ".join(f"coalesce(avg(cast({name} is not null as integer)), 0)" for name in OPTIONAL_FIELDS)
    values = con.execute(f"select {shares} from sampled").fetchall()[0]
    return dict(zip(OPTIONAL_FIELDS, values, strict=True))


def _registry_share(con: duckdb.DuckDBPyConnection) -> float:
    paths = parse(con.execute("select request_uri, args from sampled").df())
    return float((paths["request_kind"] != "other").mean()) if len(paths) else 0.0


def _global_share(con: duckdb.DuckDBPyConnection, settings: Settings) -> float:
    from ipaddress import ip_address

    trusted = [ip_network(text) for text in settings.trusted_proxies]
    pairs = con.execute("select distinct remote_addr, x_forwarded_for from sampled").df()
    addresses = resolve(pairs, trusted)["address"].dropna().unique()
    return sum(ip_address(text).is_global for text in addresses) / len(addresses) if len(addresses) else 0.0


def _field_table(diagnosis: Diagnosis) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in ("field", "found", "without it"):
        table.add_column(name)
    for name, meaning in OPTIONAL_FIELDS.items():
        table.add_row(name, _found(name, diagnosis), meaning)
    return table


def _found(name: str, diagnosis: Diagnosis) -> str:
    share = diagnosis.field_shares[name]
    if share:
        return f"{share:.0%} of lines" if share >= 0.01 else "under 1% of lines"
    return "empty" if name in diagnosis.named_fields else "missing"
