"""Stages of one growing log: where one load begins with all lines of another, the longer one counts.

A log without request ids is loaded while it grows, and again when it is rotated, copied or fetched. The
loader knows an object that has grown since it was loaded by the digest of its beginning. It cannot know an
object that is a *shorter* stage of what was loaded before, nor one that another loader loads meanwhile. So
before each plan the loads are compared, by their rows in the lake: which of them count depends on the set of
loads alone, whatever the order in which they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb

from pipeline.lake.ledger import Ledger, Load
from pipeline.lake.parquet import ensure_empty_file, quoted

# What a line says, wherever and whenever it is loaded. Countries, networks and clouds depend on the reference
# data of the day; pseudonyms are compared only where neither is made with a throw-away key.
_COLUMNS = (
    *("requested_at", "host", "node", "method", "request_kind", "repository", "reference", "mirror_of"),
    *("status", "body_bytes_sent", "duration_s", "is_complete", "is_range", "response_digest"),
)
# The end of a half-written line may still come: of such a line only its beginning is compared.
_BEGINNING = ("requested_at", "method", "request_kind", "repository", "reference", "status")


def settle(ledger: Ledger, lake: Path, published: set[str]) -> int:
    """Note which loads are stages of a longer one; returns how many were found.

    `published`: loads whose pairs were compared before the last publication. Call it under the warehouse's
    lock.
    """
    found = 0
    with duckdb.connect() as con:
        for shorter, longer in _candidates(ledger, published):
            if shorter.load_id not in ledger.superseded and _begins_with(con, lake, longer, shorter):
                ledger.note_stage(shorter.load_id, longer.load_id)
                found += 1
    return found


def _candidates(ledger: Ledger, published: set[str]) -> Iterator[tuple[Load, Load]]:
    """Pairs that begin with the same line, at least one of them new; the longest first."""
    alike: dict[str, list[Load]] = defaultdict(list)
    for load in ledger.current:
        if load.staged_count:
            alike[load.first_line_digest].append(load)
    for loads in alike.values():
        by_length = sorted(loads, key=lambda load: (-load.byte_count, load.load_id))
        for position, shorter in enumerate(by_length):
            for longer in by_length[:position]:
                is_new = not {shorter.load_id, longer.load_id} <= published
                if is_new and shorter.byte_count < longer.byte_count and _may_hold(longer, shorter):
                    yield shorter, longer


def _may_hold(longer: Load, shorter: Load) -> bool:
    """Each day has at least as many rows; the last line of an unfinished stage may be of another day."""
    spare = 0 if shorter.is_ended else 1
    return all(longer.dates.get(day, 0) + spare >= rows for day, rows in shorter.dates.items())


def _begins_with(con: duckdb.DuckDBPyConnection, lake: Path, longer: Load, shorter: Load) -> bool:
    """Whether the first lines of the one are the lines of the other, row by row."""
    whole = " and ".join(f"s.{name} is not distinct from l.{name}" for name in _COLUMNS)
    begun = " and ".join(f"s.{name} is not distinct from l.{name}" for name in _BEGINNING)
    is_open = "false" if shorter.is_ended else f"line_number = {shorter.line_count}"
    differing = con.execute(f"""
        select count(*)
        from (select * from {_rows(lake, shorter)}) s
        full join (select * from {_rows(lake, longer)} where line_number <= {shorter.line_count}) l
            using (line_number)
        where not coalesce(
            case when {is_open} then s.line_number is null or ({begun})
            else s.line_number is not null and l.line_number is not null and {whole}
                and (
                    s.endpoint_id is not distinct from l.endpoint_id
                    or s.origin_unlinkable or l.origin_unlinkable
                ) end, false)
    """).fetchall()[0][0]
    return bool(differing == 0)


def _rows(lake: Path, load: Load) -> str:
    """Read by name: one of the two may have been loaded by a version whose files had fewer columns."""
    files = [lake / name for name in load.files if name.startswith("requests/")]
    names = ", ".join(quoted(str(path)) for path in [*files, ensure_empty_file(lake / "requests")])
    rows = f"read_parquet([{names}], hive_partitioning = false, union_by_name = true)"
    # What was loaded before form 3 of the lake knows the bodies as `bytes_sent`.
    return f"(select * replace (coalesce(body_bytes_sent, bytes_sent) as body_bytes_sent) from {rows})"
