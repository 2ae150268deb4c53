"""Requests that an object holds twice: distribution logs each one as `response completed` and as `combined`."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ingest.formats.model import AnyFormat

_TELLING = {"distribution", "distribution-json"}
_SHORT = {"combined", "common"}


def drop(con: duckdb.DuckDBPyConnection, formats: Sequence[AnyFormat]) -> int:
    """Remove the shorter twins from `lines`; returns how many.

    Where an object holds `response completed`, its `combined` lines are the same requests, with less to say.
    But for those that were refused for want of a token (401): distribution says nothing else of them.
    """
    telling = [number for number, item in enumerate(formats) if item.name in _TELLING]
    short = [number for number, item in enumerate(formats) if item.name in _SHORT]
    if not telling or not short:
        return 0
    found = con.execute("select count(*) from lines where format_number in ?", [telling]).fetchall()[0][0]
    if not found:
        return 0
    return len(
        con.execute(
            "delete from lines where format_number in ? and status <> 401 returning line_number", [short]
        ).fetchall()
    )
