"""Read a sample of a user's logs: which fields they have, and what can be known from them."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import duckdb
import pandas as pd

from ingest import documents
from ingest.addresses import resolve
from ingest.bytepass import read_bytes
from ingest.errors import ObjectError, SourceError
from ingest.formats import FORMATS
from ingest.formats.choice import declared_format
from ingest.formats.model import AnyFormat
from ingest.paths import parse
from ingest.rawlines import open_lines
from ingest.reader import ReadCounts, read_lines
from ingest.sample import lacks_zone
from ingest.sources.model import LogObject
from ingest.texts import tidy
from pipeline.loading import pending
from pipeline.loading.refused import object_errors
from pipeline.loading.sources import open_source
from pipeline.process.resources import confine, make_landing
from pipeline.screens import expected, tiers
from pipeline.screens.losses import Losses
from pipeline.settings import Settings, make_data_directory
from pipeline.tasks import added

SAMPLED_OBJECTS = 5
SAMPLED_LINES = 20_000
# Lines that are asked which fields they name: a log_format names the same on every line.
NAMED_LINES = 100
# What the counts stand on besides the required fields: JSON without one of them says no more than `combined`.
COUNTED_BY = {"resp_digest", "body_bytes_sent", "request_time", "request_completion"}

# Field of contract A → what is lost without it.
OPTIONAL_FIELDS = {
    "user_agent": "clients, updaters and CI are unknown, and one address is one origin",
    "request_id": "duplicates cannot be told from repeats, and logs must not be split or merged",
    "x_forwarded_for": "behind a proxy or balancer every client looks like that proxy",
    "resp_digest": "tags are joined to digests by time alone",
    "resp_content_type": "an index cannot be told from an image without a manifest catalogue",
    "body_bytes_sent": "layers cannot be told by size, and egress is unknown",
    "bytes_sent": "egress is that of bodies, without headers",
    "request_time": "slow requests are ordered by their end, not their start",
    "request_completion": "a broken-off layer looks like a whole one",
    "range": "a resumed layer looks like a new one",
    "node": "gaps of one gateway among several cannot be seen",
    "dnt": "an opt-out by DNT cannot be honoured",
    "gpc": "an opt-out by Sec-GPC cannot be honoured",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a sample of logs shows.

    `has_hex_bytes`: JSON that nginx wrote without `escape=json`. `lacks_zone`: times for which UTC is taken.
    """

    objects: int
    lines: int
    losses: Losses
    log_format: str
    gateway_mode: str
    formats: dict[str, int]
    envelopes: dict[str, int]
    field_shares: dict[str, float]
    named_fields: set[str]
    registry_request_share: float
    global_address_share: float
    accuracy: str | None = None
    knows_manifests: bool = True
    refused: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    double_share: float = 0.0
    warning_share: float = 0.01
    has_hex_bytes: bool = False
    lacks_zone: bool = False


@dataclass(slots=True)
class _Raw:
    """What only the raw lines show."""

    named: set[str] = field(default_factory=set)
    has_hex_bytes: bool = False
    lacks_zone: bool = False


def diagnose(settings: Settings) -> Diagnosis:
    """Read the first lines of some objects of each source.

    A source that is missing or empty is refused like an object that is no log. Raises SourceError when that
    is true of every source, ObjectError when none of their objects is a log.
    """
    heads: list[ReadCounts] = []
    raw = _Raw()
    with duckdb.connect() as con, _folder(settings) as folder:
        confine(con, settings.memory_limit, folder)
        objects, refused = _objects(settings, folder)
        for number, (item, source_format) in enumerate(objects):
            try:
                with object_errors(item.name):
                    heads.append(_read_head(con, item, folder, source_format, raw, number))
            except ObjectError as error:
                refused.append(str(error))
        if not heads:
            raise ObjectError(
                objects[0][0].name, f"none of {len(objects)} objects could be read", refused[-1]
            )
        formats = sum((Counter(head.formats) for head in heads), Counter[str]())
        envelopes = sum((Counter(head.envelopes) for head in heads), Counter[str]())
        mode, log_format = _mode(con), " and ".join(sorted({head.log_format for head in heads}))
        shares = _field_shares(con)
        return Diagnosis(
            objects=len(heads),
            lines=sum(head.lines for head in heads),
            losses=_losses(con, heads, settings),
            log_format=log_format,
            gateway_mode=mode,
            formats=dict(formats.most_common()),
            envelopes=dict(envelopes.most_common()),
            field_shares=shares,
            named_fields=raw.named,
            has_hex_bytes=raw.has_hex_bytes,
            lacks_zone=raw.lacks_zone,
            registry_request_share=_registry_share(con),
            global_address_share=_global_share(con, settings),
            accuracy=expected.figure(
                mode,
                expected.measured_as(set(formats), raw.named >= COUNTED_BY, shares["user_agent"] > 0),
                has_catalogue(settings),
            ),
            knows_manifests=has_catalogue(settings),
            refused=refused,
            left_out=pending.left_out(settings),
            double_share=tiers.double_share(con),
            warning_share=settings.quarantine_warning_share,
        )


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    """A folder in landing: what is copied here, and what DuckDB spills, holds addresses.

    Directories that were not there before go again: a mistyped DATA must not come into being.
    """
    made = [path for path in (settings.landing, *settings.landing.parents) if not path.exists()]
    make_data_directory(settings.data)
    make_landing(settings.landing)
    try:
        with tempfile.TemporaryDirectory(dir=settings.landing) as folder:
            yield Path(folder)
    finally:
        for path in made:
            # Another run may have begun to use it.
            with suppress(OSError):
                path.rmdir()


def has_catalogue(settings: Settings) -> bool:
    """Whether a catalogue or registry is configured that can say what a digest is."""
    return bool(settings.catalogue or settings.registry)


def _objects(settings: Settings, folder: Path) -> tuple[list[tuple[LogObject, str]], list[str]]:
    """A few objects of each source, each with the log format of its source; and what is wrong with others.

    Those of a remote source are fetched into the folder.
    """
    found: list[tuple[LogObject, str]] = []
    problems: list[SourceError | ObjectError] = []
    for source in settings.all_sources:
        try:
            opened = open_source(settings, source, landing=folder)
            for item in _spread(opened.list()):
                opened.fetch(item)
                found.append((item, source.log_format))
        except (SourceError, ObjectError) as error:
            problems.append(error)
    if not found:
        raise problems[0]
    return found, [str(problem) for problem in problems]


def _spread(objects: list[LogObject]) -> list[LogObject]:
    """A few objects, evenly spread over the listing: old and new ones."""
    step = max(1, len(objects) // SAMPLED_OBJECTS)
    return objects[::step][:SAMPLED_OBJECTS]


def _read_head(
    con: duckdb.DuckDBPyConnection,
    item: LogObject,
    folder: Path,
    log_format: str,
    raw: _Raw,
    number: int,
) -> ReadCounts:
    """Add the first lines of an object to `sampled`, and what they show to `raw`. Raises ObjectError.

    `number` becomes the column `object_number`.
    """
    head = folder / "head.log"
    with head.open("wb") as file:
        file.writelines(_head(item))
    sample = replace(item, path=head, size=head.stat().st_size)
    with read_bytes(sample, folder) as data:
        counts = read_lines(con, data, name=item.name, log_format=log_format, quarantine_key=b"doctor")
    con.execute("create table if not exists sampled as select 0 as object_number, lines.* from lines limit 0")
    con.execute("insert into sampled select ?, lines.* from lines", [number])
    if counts.log_format == "json":
        raw.named |= _named_fields(head)
    raw.has_hex_bytes |= _has_hex_bytes(head)
    raw.lacks_zone |= _lacks_zone(head, declared_format(log_format, item.name))
    return counts


def _named_fields(head: Path) -> set[str]:
    """Fields of the first lines, whether empty or not: no client may have sent a Range, but it was logged."""
    named: set[str] = set()
    with head.open("rb") as lines:
        for line in itertools.islice(lines, NAMED_LINES):
            # A line that is no JSON is counted elsewhere.
            with suppress(ValueError, RecursionError):
                content = documents.load(tidy(line))
                named |= {key for key, _ in content} if isinstance(content, documents.Pairs) else set()
    return named


def _has_hex_bytes(head: Path) -> bool:
    """Whether a line is JSON only once its \\x22 are repaired."""
    with head.open("rb") as lines:
        return any(map(_is_json_after_repair, lines))


def _lacks_zone(head: Path, declared: AnyFormat | None) -> bool:
    with head.open("rb") as lines:
        texts = (tidy(line.rstrip(b"\n")) for line in itertools.islice(lines, NAMED_LINES))
        return lacks_zone(texts, (declared,) if declared else FORMATS)


def _is_json_after_repair(line: bytes) -> bool:
    if not line.startswith(b"{") or b"\\x" not in line:
        return False
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        with suppress(ValueError, RecursionError):
            return isinstance(documents.load(tidy(line)), documents.Pairs)
    return False


def _head(item: LogObject) -> Iterator[bytes]:
    with open_lines(item) as lines:
        yield from itertools.islice(lines, SAMPLED_LINES)


def _mode(con: duckdb.DuckDBPyConnection) -> str:
    asked = con.execute("select request_uri, args, status from sampled").df()
    status = asked["status"][parse(asked)["request_kind"].isin(("manifest", "blob")).to_numpy()]
    redirected = int((status.between(301, 308) & (status != 304)).sum())
    answered = int(status.between(200, 299).sum())
    if redirected == 0:
        return "proxies" if answered else "answered no registry request in this sample"
    return "redirects" if answered < redirected / 10 else "redirects some requests and proxies others"


def _field_shares(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Share of the lines that carry each optional field."""
    shares = ", ".join(f"coalesce(avg(cast({name} is not null as integer)), 0)" for name in OPTIONAL_FIELDS)
    values = con.execute(f"select {shares} from sampled").fetchall()[0]
    return dict(zip(OPTIONAL_FIELDS, values, strict=True))


def _registry_share(con: duckdb.DuckDBPyConnection) -> float:
    paths = parse(con.execute("select request_uri, args from sampled").df())
    return float((paths["request_kind"] != "other").mean()) if len(paths) else 0.0


def _losses(con: duckdb.DuckDBPyConnection, heads: list[ReadCounts], settings: Settings) -> Losses:
    counted = "select remote_addr, x_forwarded_for, count(*) as lines from sampled group by all"
    pairs = con.execute(counted).df()
    return Losses(
        lines=sum(head.lines - head.skipped for head in heads),
        requests=sum(head.staged for head in heads),
        quarantined=sum(head.quarantined for head in heads),
        without_address=int(pairs["lines"][_addresses(pairs, settings).isna()].sum()),
        reasons=added(head.reasons for head in heads),
        missing_fields=added(head.missing_fields for head in heads),
    )


def _addresses(pairs: pd.DataFrame, settings: Settings) -> pd.Series[str]:
    return resolve(pairs, [ip_network(text) for text in settings.trusted_proxies])["address"]


def _global_share(con: duckdb.DuckDBPyConnection, settings: Settings) -> float:
    pairs = con.execute("select distinct remote_addr, x_forwarded_for from sampled").df()
    addresses = _addresses(pairs, settings).dropna().unique()
    return sum(ip_address(text).is_global for text in addresses) / len(addresses) if len(addresses) else 0.0
