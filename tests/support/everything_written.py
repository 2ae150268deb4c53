"""Search everything that a run wrote for addresses: bytes as they lie, and tables as they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import duckdb

# Where addresses may lie: fetched objects, for some days (design, "Data directory").
ALLOWED = "landing"


def find(data: Path, addresses: list[str]) -> list[str]:
    """Where an address was found: "file: form of the address"; an empty list when nowhere.

    Looks for each address as text (canonical, full-length IPv6), as an integer, and as packed bytes of IPv6,
    in the bytes of every file and in the decoded cells of every Parquet and DuckDB file.
    """
    needles = _Needles(addresses)
    found = []
    for path in sorted(item for item in data.rglob("*") if item.is_file()):
        if path.relative_to(data).parts[0] == ALLOWED:
            continue
        name = path.relative_to(data)
        found += [f"{name}: {needle}" for needle in needles.in_bytes(path.read_bytes())]
        found += [f"{name} (decoded): {needle}" for needle in needles.in_cells(_cells(path))]
    return found


class _Needles:
    def __init__(self, addresses: list[str]) -> None:
        parsed = [ip_address(text) for text in addresses]
        texts = {form for address in parsed for form in (str(address), address.exploded)}
        # Longer texts first; a boundary on both sides, or 1.2.3.4 would be found in 11.2.3.45.
        ordered = sorted(texts, key=lambda text: (-len(text), text))
        pattern = rb"(?<![0-9a-fA-F.:])(?:" + b"|".join(re.escape(text.encode()) for text in ordered)
        # What an address may stand in: few are different, and those are searched for hundreds of addresses.
        self._runs = re.compile(rb"[0-9a-fA-F.:]{%d,}" % min(map(len, texts)))
        self._pattern = re.compile(pattern + rb")(?![0-9a-fA-F:]|\.[0-9])")
        self._packed = {address.packed: str(address) for address in parsed if address.version == 6}
        self._integers = {int(address): str(address) for address in parsed}
        # A BIGINT column could hold the upper half of an IPv6 address.
        self._integers |= {int(address) >> 64: str(address) for address in parsed if address.version == 6}

    def in_bytes(self, content: bytes) -> list[str]:
        runs = b" ".join(run for run in set(self._runs.findall(content)) if b"." in run or b":" in run)
        texts = {found.decode() for found in self._pattern.findall(runs)}
        return sorted(texts | {text for packed, text in self._packed.items() if packed in content})

    def in_cells(self, cells: Iterator[object]) -> list[str]:
        integers, texts = set(), []
        for cell in cells:
            if isinstance(cell, bool):
                continue
            if isinstance(cell, int):
                integers.add(cell)
            else:
                texts.append(str(cell))
        found = {text for number, text in self._integers.items() if number in integers}
        return sorted(found | set(self.in_bytes("\n".join(texts).encode())))


def _cells(path: Path) -> Iterator[object]:
    """Distinct values of every text and integer column of a Parquet or DuckDB file."""
    with duckdb.connect() as con:
        if path.suffix == ".parquet":
            yield from _values(con, f"read_parquet('{path}')")
        elif path.suffix == ".duckdb":
            con.execute(f"attach '{path}' as searched (read_only)")
            tables = con.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 'searched'"
            ).fetchall()
            for schema, table in tables:
                yield from _values(con, f'searched."{schema}"."{table}"')


def _values(con: duckdb.DuckDBPyConnection, relation: str) -> Iterator[object]:
    for name, kind, *_ in con.execute(f"describe select * from {relation}").fetchall():
        if kind in ("BIGINT", "UBIGINT", "HUGEINT", "INTEGER") or "VARCHAR" in kind or "STRUCT" in kind:
            values = con.execute(f'select distinct "{name}" from {relation} where "{name}" is not null')
            yield from (row[0] for row in values.fetchall())
