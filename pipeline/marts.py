"""Read the published marts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from pipeline.settings import Settings


class NotPublishedError(RuntimeError):
    """There are no marts yet, or none that can be read; the text says how to make them."""


@contextmanager
def open_marts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection in which the marts' names stand alone (`from pulls_weekly`).

    The file is called marts and its schema too, so `marts.x` would be ambiguous when it is opened by
    itself: it is attached under another name instead. Raises NotPublishedError when it is not there, or no
    database.
    """
    if not settings.marts.exists():
        raise NotPublishedError(
            f"Nothing has been published in {settings.data} yet. Run `make run`, or"
            f" `make run LOGS=<your logs> DATA={settings.data}`."
        )
    with duckdb.connect() as con:
        path = str(settings.marts).replace("'", "''")
        try:
            con.execute(f"attach '{path}' as published (read_only)")
        except duckdb.Error as error:
            raise NotPublishedError(
                f"{settings.marts} cannot be read ({type(error).__name__}). Mend its permissions; or if it is"
                f" damaged, delete it: the next `make run DATA={settings.data}` makes it again from the lake."
            ) from None
        con.execute("use published.marts")
        yield con


def rows(
    con: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return con.execute(query, parameters or []).fetchall()
