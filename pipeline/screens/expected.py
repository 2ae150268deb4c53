"""How right the counts are on logs of a kind: what `make conformance` measured, from docs/counting.md."""

from __future__ import annotations

import re

from pipeline.paths import REPOSITORY_ROOT

PAGE = REPOSITORY_ROOT / "docs" / "counting.md"
# What doctor says of a gateway → the row of the table.
GATEWAYS = {
    "proxies": "proxies everything",
    "redirects": "redirects",
    "redirects some requests and proxies others": "proxies manifests, redirects blobs",
}
# Formats that the recorded scenarios were counted in, or that say the same as one of them.
MEASURED = {"json", "combined", "nginx-proxy", "ingress-nginx", "traefik"}
# The name of a format (ingest/formats) → the row of the table by format.
FORMATS = {
    "ingress-nginx": "ingress-nginx",
    "nginx-proxy-manager": "Nginx Proxy Manager",
    "traefik-json": "Traefik, JSON",
    "caddy": "Caddy",
    "envoy": "Envoy",
    "haproxy": "HAProxy",
    "alb": "AWS ALB",
    "json-fields": "JSON made by hand",
}


def measured_as(formats: set[str], has_all_fields: bool, has_user_agents: bool = True) -> str:
    """What was measured of logs like these: a format for `figure`; "other" was not measured.

    Lines of several formats together are taken for combined, which says the least of those in MEASURED; so is
    JSON without `has_all_fields`, the fields that the counts stand on besides the required ones. Lines
    without user agents were measured in HAProxy's format only, which has none.
    """
    if not has_user_agents:
        return "haproxy"
    only = next(iter(formats)) if len(formats) == 1 else None
    if only in FORMATS:
        return only
    if not formats <= MEASURED:
        return "other"
    return "json" if formats == {"json"} and has_all_fields else "combined"


def figure(gateway: str, log_format: str, has_catalogue: bool) -> str | None:
    """Recorded scenarios that are counted exactly ("57 of 57 (100.0%)"); None where it was not measured.

    `gateway`: a key of GATEWAYS. `log_format`: json; or combined or a key of FORMATS, which were all measured
    without a catalogue.
    """
    row = GATEWAYS.get(gateway)
    if row is None:
        return None
    if log_format in FORMATS:
        return _cell("log format", FORMATS[log_format], "scenarios apart, without a catalogue")
    if log_format == "combined":
        return _cell("gateway", row, "combined text, without a manifest catalogue")
    if log_format == "json":
        return _cell("gateway", row, f"JSON, {'with' if has_catalogue else 'without'} a manifest catalogue")
    return None


def _cell(table: str, row: str, column: str) -> str | None:
    header, *rows = _read(table)
    if column not in header:
        return None
    return next((cells[header.index(column)] for cells in rows if cells[0] == row), None)


def _read(table: str) -> list[list[str]]:
    """The rows of a table, its head first; `table`: the head of its first column.

    A container image comes without the page.
    """
    head = re.compile(rf"^\| {table} \|.*\n(?:\|.*\n)+", re.MULTILINE)
    found = head.search(PAGE.read_text(encoding="utf-8")) if PAGE.exists() else None
    lines = found.group().splitlines() if found else [""]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
