"""Read the published marts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from pipeline.lake.parquet import quoted
from pipeline.settings import Settings

# The marts by their full name, in a connection to which `attach` gave them.
MARTS = "pullhouse.marts"
# What the public views read. For our own exports only, where a view would join more than is asked for.
BASE = "pullhouse.base"


class NotPublishedError(RuntimeError):
    """There are no marts yet, or none that can be read; the text says how to make them."""


@contextmanager
def open_marts(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection in which the marts' names stand alone (`from pulls_weekly`).

    Attached and not opened: one process that opened the file before would get what was published then.
    Raises NotPublishedError when it is not there, no database, or of a version whose marts lack what is
    asked for.
    """
    if not settings.marts.exists():
        raise NotPublishedError(why_nothing_is_there(settings))
    with duckdb.connect() as con:
        attach(con, settings.marts)
        try:
            con.execute(f"use {MARTS}")
            yield con
        except (duckdb.BinderException, duckdb.CatalogException) as error:
            raise NotPublishedError(
                f"{settings.marts} was published by another version ({type(error).__name__}: it lacks a mart"
                f" or a column). Run `make run DATA={settings.data}`, with the LOGS of before: it builds the"
                " marts anew from the lake."
            ) from None


def attach(con: duckdb.DuckDBPyConnection, marts: Path) -> None:
    """Attach the published file read-only, as `pullhouse`. Raises NotPublishedError if it cannot be read."""
    try:
        con.execute(f"attach {quoted(str(marts))} as pullhouse (read_only)")
    except duckdb.Error as error:
        raise NotPublishedError(
            f"{marts} cannot be read ({type(error).__name__}). Mend its permissions; or if it is damaged,"
            f" delete it: the next `make run DATA={marts.parent}` makes it again from the lake."
        ) from None


def why_nothing_is_there(settings: Settings) -> str:
    """What to do where no marts are published."""
    if settings.former_marts.exists():
        return (
            f"{settings.former_marts} was published by an older version. Run `make run DATA={settings.data}`,"
            f" with the LOGS of before: it builds {settings.marts} from the lake and removes the old file."
        )
    return (
        f"Nothing has been published in {settings.data} yet. Run `make run`, or"
        f" `make run LOGS=<your logs> DATA={settings.data}`."
    )


def rows(
    con: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None = None
) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    return con.execute(query, parameters or []).fetchall()
