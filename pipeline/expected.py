"""How right the counts are on logs of a kind: what `make conformance` measured, from docs/counting.md."""

from __future__ import annotations

import re

from pipeline.plan import REPOSITORY_ROOT

PAGE = REPOSITORY_ROOT / "docs" / "counting.md"
# What doctor says of a gateway → the row of the table.
GATEWAYS = {
    "proxies": "proxies everything",
    "redirects": "redirects",
    "redirects some requests and proxies others": "proxies manifests, redirects blobs",
}
_TABLE = re.compile(r"^\| gateway \|.*\n(?:\|.*\n)+", re.MULTILINE)


def figure(gateway: str, log_format: str, has_catalogue: bool) -> str | None:
    """Recorded scenarios that are counted exactly ("57 of 57 (100.0%)"); None where it was not measured.

    `gateway`: a key of GATEWAYS. `log_format`: json or combined (which was measured without a catalogue).
    """
    row = GATEWAYS.get(gateway) if log_format in ("json", "combined") else None
    header, *rows = _read()
    name = "combined text" if log_format == "combined" else "JSON"
    column = f"{name}, {'with' if has_catalogue and name == 'JSON' else 'without'} a manifest catalogue"
    if row is None or column not in header:
        return None
    return next((cells[header.index(column)] for cells in rows if cells[0] == row), None)


def _read() -> list[list[str]]:
    """The rows of the table by gateway, its head first; a container image comes without the page."""
    found = _TABLE.search(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else None
    lines = found.group().splitlines() if found else [""]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
