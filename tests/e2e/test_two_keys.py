"""Same input, same marts: the random keys of two data directories change the ids, and no figure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from pipeline.lake import parquet
from pipeline.settings import Settings
from tests.installs import traffic
from tests.support.factories import CONTAINERD, CRIO, DOCKER, IMAGE, Traffic, digest
from tests.support.layouts import Line, write
from tests.support.warehouse import make

IDS = {"origin_id", "endpoint_id", "previous_origin_id", "previous_endpoint_id"}
FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ties() -> list[Line]:
    """Thirteen origins with seven pulls each on ten repositories: the n-th downloads n times, at most six.

    All do so at the same hours, so that whatever is last, first or most is so of several.
    """
    lines: list[Line] = []
    for repository in (f"ties/app{number}" for number in range(10)):
        for number in range(13):
            client = Traffic(repository, f"198.51.100.{number + 1}", (DOCKER, CONTAINERD, CRIO)[number % 3])
            for turn in range(7):
                at = FIRST + 6 * HOUR * turn
                if turn < number % 7:
                    client.cold_pull(at, "latest", name=f"{repository} {turn}")
                else:
                    client.manifest(at, "HEAD", "latest")
            lines += client.lines
    return lines


def several_versions() -> list[Line]:
    """Two tags at the same moment, again and again: neither was used last."""
    lines: list[Line] = []
    for number in range(6):
        client = Traffic("ties/versions", f"198.51.100.{100 + number}", CONTAINERD)
        for day in range(3):
            for tag in ("1.0.0", "1.1.0"):
                at = FIRST + timedelta(days=day)
                client.manifest(at, "HEAD", tag, IMAGE)
                client.manifest(at, "GET", digest(f"ties/versions:{tag}"), IMAGE)
                client.layers(at, tag)
        lines += client.lines
    return lines


def figures(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each mart without ids, in order; not of the ledger of loads."""
    with duckdb.connect() as con:
        con.execute(f"attach {parquet.quoted(str(settings.marts))} as published (read_only)")
        columns: dict[str, list[str]] = {}
        for table, column in con.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns()"
            " where database_name = 'published' order by schema_name, table_name, column_index"
        ).fetchall():
            columns.setdefault(table, []).append(column)
        kept = {table: [f'"{name}"' for name in names if name not in IDS] for table, names in columns.items()}
        return {
            table: con.execute(f"select {', '.join(names)} from published.{table} order by all").fetchall()
            for table, names in kept.items()
            if table != "marts.load_ledger"
        }


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Settings]:
    """The same log in two data directories, each with keys of its own."""
    folder = tmp_path_factory.mktemp("two-keys")
    lines = [*ties(), *several_versions(), *traffic.installs(), *traffic.unmet(), *traffic.crowd()]
    write(sorted(lines, key=lambda line: float(line["msec"])), folder / "logs" / "access.jsonl")
    first, second = (make(folder / name, folder / "logs").settings for name in ("one", "two"))
    return first, second


def test_no_figure_depends_on_the_key(two: tuple[Settings, Settings]) -> None:
    first, second = map(figures, two)
    assert first.keys() == second.keys()
    assert [table for table in first if first[table] != second[table]] == []


def test_the_keys_are_different(two: tuple[Settings, Settings]) -> None:
    """Otherwise the test above compares a warehouse with itself."""
    ids = []
    for settings in two:
        with duckdb.connect() as con:
            con.execute(f"attach {parquet.quoted(str(settings.marts))} as published (read_only)")
            ids.append(con.execute("select distinct origin_id from published.base.fct_pulls_base").fetchall())
    assert not set(ids[0]) & set(ids[1])


def test_what_ties_is_left_out_with_the_most_downloads(two: tuple[Settings, Settings]) -> None:
    """
    Of thirteen with seven pulls each, twice with 0 to 5 downloads and once with 6: without the ten with most,
    the three with fewest are left, and these have 0, 0 and 1.
    """
    with duckdb.connect() as con:
        con.execute(f"attach {parquet.quoted(str(two[0].marts))} as published (read_only)")
        found = con.execute(
            "select distinct pull_count, download_count, download_count_without_top_1,"
            " download_count_without_top_10 from published.marts.origin_concentration_monthly"
            " where starts_with(repository, 'ties/app') and period_start = ?",
            [date(2026, 3, 1)],
        ).fetchall()
    assert found == [(91, 36, 30, 1)]
