"""The only way to the published file: what the pages know, they asked here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd
import streamlit as st

from pipeline.settings import read_settings
from pipeline.warehouse.marts import MARTS, NotPublishedError, attach, why_nothing_is_there


def query(sql: str, parameters: Mapping[str, object] | None = None) -> pd.DataFrame:
    """The answer as a data frame; asked once a publication and set of parameters.

    Tables are named in full (`{MARTS}.pulls_daily`), values travel as `$name` parameters. A publication
    underneath is seen at the next call: the file is known by its inode and its time of change. Raises
    NotPublishedError when there is no file, or none that can be read.
    """
    settings = read_settings()
    path = settings.marts
    try:
        found = path.stat()
    except OSError:
        raise NotPublishedError(why_nothing_is_there(settings)) from None
    return _answer(str(path), found.st_ino, found.st_mtime_ns, sql, dict(parameters or {}))


def has_mart(name: str) -> bool:
    """Whether the published file, which may be of an older version, has this mart."""
    found = query(
        "select count(*) as n from duckdb_columns()"
        " where database_name || '.' || schema_name = $marts and table_name = $name",
        {"marts": MARTS, "name": name},
    )
    return bool(found["n"].iloc[0])


@st.cache_data(show_spinner=False, max_entries=500)
def _answer(path: str, inode: int, mtime_ns: int, sql: str, parameters: dict[str, object]) -> pd.DataFrame:
    # One cursor a question: sessions of several people run in threads of one process.
    with _database(path, inode, mtime_ns).cursor() as cursor:
        # The published macros ask the database in use; a cursor does not inherit `use`.
        cursor.execute(f"use {MARTS}")
        return cursor.execute(sql, parameters).df()


@st.cache_resource(show_spinner=False, max_entries=2)
def _database(path: str, inode: int, mtime_ns: int) -> duckdb.DuckDBPyConnection:
    """An in-memory database to which one publication is attached, read-only and locked down.

    `duckdb.connect(path)` would give the file's earlier content as long as any connection to it is open.
    """
    con = duckdb.connect()
    try:
        con.execute("set timezone = 'UTC'")
        attach(con, Path(path))
    except NotPublishedError:
        con.close()
        raise
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")
    return con
