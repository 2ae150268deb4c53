"""Load one log object: bytes → typed lines → attributes of the distinct values → lake, ledger."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import duckdb

from enrichers.identity import KeyRing
from enrichers.reference.reference_set import ReferenceSet
from ingest.bytepass import ObjectBytes, first_line, read_bytes
from ingest.errors import ObjectError
from ingest.quarantine import line_digest
from ingest.reader import ReadCounts, read_lines
from ingest.sources.model import LogObject, LogSource
from pipeline.lake import parquet
from pipeline.lake.ledger import Ledger, Load
from pipeline.loading import attributes
from pipeline.loading.hidden import hidden_lines
from pipeline.loading.pending import PendingObject
from pipeline.loading.refused import RefusedObjects, object_errors
from pipeline.loading.reverse_dns import ReverseDns, SystemResolver
from pipeline.loading.sources import open_source
from pipeline.process import underway
from pipeline.process.resources import confine, full_disk_errors, make_landing, spill_folder
from pipeline.settings import Settings
from pipeline.tasks import added

logger = logging.getLogger(__name__)


class Loader:
    """Loads objects into one data directory; opened once a task, used for each of its objects."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ledger = Ledger(settings.loads)
        self.ring = KeyRing(settings.keys, settings.identity_epoch)
        self.line_key = self.ring.secret("quarantine")
        self.reference = ReferenceSet.open(settings.reference, settings.maxmind)
        self.names = (
            ReverseDns(SystemResolver(), settings.reverse_dns_limit, settings.reverse_dns_seconds)
            if settings.reverse_dns
            else None
        )
        self.configured = {source.name: source for source in settings.all_sources}
        self.sources: dict[str, LogSource] = {}
        self.opted_out = [ip_network(text) for text in settings.opted_out_networks]
        make_landing(settings.landing)

    def load(self, pending: PendingObject) -> Load | None:
        """Load one object; None where the ledger holds these very bytes already.

        Raises ObjectError when the object as a whole cannot be read; nothing of it is then kept.
        """
        item = self._fetched(pending)
        older = self.ledger.shorter_with(line_digest(first_line(item), self.line_key))
        checkpoints = tuple(sorted({load.byte_count for load in older}))
        with (
            underway.noted(self.settings.landing, pending.size) as note,
            read_bytes(item, self.settings.landing, checkpoints=checkpoints) as data,
        ):
            if data.load_id in self.ledger.loads:
                self.ledger.remember(data.load_id, (item.source, item.name, item.size, item.modified_ns))
                return None
            grown_from = [load for load in older if _is_prefix(load, data)]
            supersedes = max(grown_from, key=lambda load: load.byte_count, default=None)
            load = self._load_bytes(pending, data, supersedes, note)
        self.ledger.commit(load)
        return load

    def rewritten(self, loads: list[Load]) -> list[str]:
        """Names of the remote objects among these that were loaded with other content under the same name,
        which is no beginning of theirs. (A local log has its name from those before it: that is rotation.)

        For a group at once: it takes a walk through the whole ledger.
        """
        remote = {(load.source, load.object_name): load for load in loads if "://" in load.object_name}
        states: dict[tuple[str, str], list[str]] = {key: [] for key in remote}
        for other in self.ledger.current if remote else []:
            # An hour without events, of CloudWatch, is a remark: events that come late are no rewriting.
            has_lines = other.line_count > other.skipped_count
            if has_lines and (other.source, other.object_name) in states:
                states[other.source, other.object_name].append(other.load_id)
        return [name for (source, name), load in remote.items() if set(states[source, name]) - {load.load_id}]

    def load_again(self, pending: PendingObject, before: Load) -> Load:
        """Load an object that the ledger holds already, with the reference data of now.

        Its files in the lake and its entry are replaced. Raises ObjectError where it cannot be read, or is
        another one than was loaded (its bytes changed behind its name, size and time).
        """
        item = self._fetched(pending)
        with (
            underway.noted(self.settings.landing, pending.size) as note,
            read_bytes(item, self.settings.landing) as data,
        ):
            if data.load_id != before.load_id:
                raise ObjectError(item.name, "its content is not what was loaded", "It is left as it is.")
            supersedes = self.ledger.loads.get(before.supersedes or "")
            load = self._load_bytes(pending, data, supersedes, note)
        self.ledger.commit(load)
        return load

    def _fetched(self, pending: PendingObject) -> LogObject:
        """The object, whose bytes lie on this machine now. Raises ObjectError where they cannot be had."""
        item = pending.as_log_object()
        source = self.configured.get(pending.source)
        if source and source.name not in self.sources:
            self.sources[source.name] = open_source(self.settings, source)
        if source:
            self.sources[source.name].fetch(item)
        return item

    def _load_bytes(
        self, pending: PendingObject, data: ObjectBytes, supersedes: Load | None, note: underway.Note
    ) -> Load:
        """Write the object's rows to the lake; returns the entry that commits them."""
        landing = self.settings.landing
        with full_disk_errors(landing), spill_folder(landing) as spill, duckdb.connect() as con:
            confine(con, self.settings.memory_limit, spill)
            note.stage("read", data.line_count)
            counts = self._read(con, pending, data)
            note.stage("attributes", data.line_count)
            trusted = [ip_network(text) for text in self.settings.trusted_by(pending.source)]
            attributes.resolve_addresses(con, trusted)
            opted_out = attributes.drop_opted_out(con, self.settings.honour_do_not_track, self.opted_out)
            hidden = hidden_lines(con)
            without_address = attributes.count_without_address(con)
            attributes.attach(con, self.ring, self.reference, self.names, self.settings.file_paths)
            note.stage("write", data.line_count)
            facts = _facts_of_requests(con)
            files = parquet.write_requests(
                con, self.settings.requests, data.load_id, self.reference.id, facts["dates"]
            )
            files += parquet.write_quarantine(con, self.settings.quarantine, data.load_id)
            facts |= {
                "files": files,
                "without_address_count": without_address,
                "supersedes": supersedes.load_id if supersedes else None,
                **asdict(hidden),
            }
        return self._entry(pending, data, counts, opted_out, facts)

    def _read(self, con: duckdb.DuckDBPyConnection, pending: PendingObject, data: ObjectBytes) -> ReadCounts:
        """As `read_lines`. Raises ObjectError too where the object went away between the two readings."""
        try:
            return read_lines(
                con, data, name=pending.name, log_format=pending.log_format, quarantine_key=self.line_key
            )
        except duckdb.IOException:
            data.check_unchanged()
            raise

    def _entry(
        self,
        pending: PendingObject,
        data: ObjectBytes,
        counts: ReadCounts,
        opted_out: dict[str, int],
        facts: dict[str, Any],
    ) -> Load:
        opted_out_count = sum(opted_out.values())
        first_day = min(facts["dates"], default=None) or pending.modified_on.isoformat()
        return Load(
            load_id=data.load_id,
            source=pending.source,
            object_name=pending.name,
            size=pending.size,
            modified_ns=pending.modified_ns,
            byte_count=data.byte_count,
            first_line_digest=line_digest(data.first_line, self.line_key),
            is_ended=data.is_ended,
            log_format=counts.log_format,
            reader=counts.reader,
            line_count=counts.lines,
            staged_count=counts.staged - opted_out_count,
            quarantined_count=counts.quarantined,
            skipped_count=counts.skipped,
            opted_out_count=opted_out_count,
            opted_out_by_date=opted_out,
            reasons=counts.reasons,
            missing_fields=counts.missing_fields,
            formats=counts.formats,
            reference_set=self.reference.id,
            loaded_month=first_day[:7],
            **facts,
        )


def load_group(settings: Settings, group: list[dict[str, Any]]) -> dict[str, Any]:
    """Load a group of pending objects; one of which anything is wrong does not stop the others.

    It goes on the list of refused objects, and comes off that list when it is loaded. Returns counts, and for
    each refused object its name and the reason. Raises what is wrong with the machine (`object_errors`).
    """
    loader, on_list = Loader(settings), RefusedObjects(settings.refused)
    loads: list[Load] = []
    already, refused = 0, []
    for entry in group:
        pending = PendingObject(**entry)
        try:
            with full_disk_errors(settings.data), object_errors(pending.name):
                load = loader.load(pending)
        except ObjectError as error:
            logger.error("%s", error)
            refused.append(str(error))
            on_list.add(pending, error, datetime.now(UTC))
            continue
        on_list.forget(pending.source, pending.name)
        if load is None:
            already += 1
        else:
            loads.append(load)
    summary = {
        "objects": len(loads),
        "already_loaded": already,
        "refused": refused,
        "rewritten": loader.rewritten(loads),
        "lines": sum(load.line_count for load in loads),
        "staged": sum(load.staged_count for load in loads),
        "quarantined": sum(load.quarantined_count for load in loads),
        "skipped": sum(load.skipped_count for load in loads),
        "opted_out": sum(load.opted_out_count for load in loads),
        "without_address": sum(load.without_address_count for load in loads),
        "reasons": added(load.reasons for load in loads),
        "missing_fields": added(load.missing_fields for load in loads),
        "load_ids": [load.load_id for load in loads],
        "warnings": list(loader.reference.warnings),
    }
    logger.info("loaded %d objects, %d lines", len(loads), summary["lines"])
    return summary


def _is_prefix(load: Load, data: ObjectBytes) -> bool:
    sha256 = data.prefix_sha256.get(load.byte_count)
    return load.byte_count < data.byte_count and sha256 is not None and sha256[:32] == load.load_id


def _facts_of_requests(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """What a ledger entry says of the requests: days with their rows, bounds, nodes and epochs."""
    days = con.execute("select date, count(*) from numbered_lines group by date order by date").fetchall()
    begin, end, nodes, epochs = con.execute(
        "select min(requested_at), max(logged_at), list_sort(list(distinct node) filter (node is not null)),"
        " (select list_sort(list(distinct identity_epoch)) from origins) from numbered_lines"
    ).fetchall()[0]
    return {
        "dates": {str(day): rows for day, rows in days},
        "first_requested_at": str(begin) if begin else None,
        "last_logged_at": str(end) if end else None,
        "nodes": nodes or [],
        "identity_epochs": epochs or [],
    }
