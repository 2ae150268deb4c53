"""The public roll-up of made-up traffic, attacked by subtraction; and that of the sample, added up."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from pipeline.exports import public
from tests.dashboard.conftest import sample_marts

__all__ = ["sample_marts"]

KEYS = ["week", "repository", "dimension"]
SIZES = {"acme/large": 300, "acme/middle": 60, "acme/small": 12, "acme/tiny": 4}
COUNTRIES = ["DE"] * 40 + ["US"] * 30 + ["FR"] * 12 + ["IN"] * 12 + ["MT", "SG", "HK"]


@pytest.fixture(scope="module", params=range(3))
def traffic(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    """Three weeks of sessions by few and by many origins, and the two marts that they make."""
    choice = random.Random(request.param)
    origins = [
        (name, number, {
            "tag": choice.choice(["latest"] * 20 + ["1.0"] * 8 + ["0.9"]),
            "platform": choice.choice(["linux/amd64"] * 9 + ["linux/arm64"]),
            "client_name": choice.choice(["docker"] * 6 + ["containerd"] * 3 + ["podman"]),
            "country_code": choice.choice(COUNTRIES),
            "network_type": choice.choice(["isp"] * 5 + ["hosting"] * 3 + ["education"]),
            "environment": choice.choice(["ci"] * 4 + ["unknown"]),
        })
        for name, size in SIZES.items() for number in range(size)
    ]  # fmt: skip
    rows = []
    for week in (date(2026, 9, 7), date(2026, 9, 14), date(2026, 9, 21)):
        for name, number, attributes in origins:
            for _ in range(choice.choice([0, 1, 1, 2, 5])):
                # Who checks only, downloads nothing: there are rows with a zero.
                is_download = number % 3 > 0
                named = {"week": week, "repository": name, "origin": f"{name}{number}"}
                rows.append(
                    named | {"download": int(is_download), "check": int(not is_download)} | attributes
                )
    con = duckdb.connect()
    con.register("rows", pd.DataFrame(rows))
    con.execute("create table sessions as select * replace (cast(week as date) as week) from rows")
    counts = (
        'sum(download)::bigint as download_count, sum("check")::bigint as version_check_count,'
        " count(*) as pull_count, count(distinct origin) as unique_origin_count,"
        " week < date '2026-09-21' as is_final"
    )
    con.execute(
        f"create table pulls_weekly as select week as period_start, coalesce(repository, '*') as repository,"
        f" {counts} from sessions group by grouping sets ((week, repository), (week))"
    )
    con.execute(
        "create table pulls_weekly_by_dimension as "
        + " union all ".join(
            f"select week as period_start, repository, '{name}' as dimension, {name} as value, {counts}"
            " from sessions group by week, repository, value"
            for name in public.DIMENSIONS
        )
    )
    yield con
    con.close()


def cells(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], int]:
    """What an attacker is after: downloads by week, repository, dimension and value, every one of them."""
    found = con.execute(
        "select cast(period_start as varchar), repository, dimension, value, download_count"
        " from pulls_weekly_by_dimension where is_final union all"
        " select cast(period_start as varchar), '*', 'repository', repository, download_count"
        " from pulls_weekly where is_final and repository <> '*'"
    ).fetchall()
    return {tuple(row[:4]): row[4] for row in found}


def recovered(con: duckdb.DuckDBPyConnection, grouping: Callable[[str], str]) -> dict[tuple[str, ...], int]:
    """The cells that are in no row, and follow from the rows all the same.

    The attacker knows which values there are, that the values of a table add up to the repository's count,
    and that no count is below zero.
    """
    truth = cells(con)
    published = con.execute(public.pulls_weekly(grouping)).df()
    published["week"] = published["week"].astype(str)
    whole = {
        key[0]: n
        for *key, n in published.loc[
            published["dimension"] == "all", ["week", "download_count"]
        ].values.tolist()
    }
    shown = {
        (*row[:4],): int(row[4])
        for row in published.loc[published["is_rest"] == "false", [*KEYS, "value", "download_count"]].values
        if row[2] != "all"
    }
    hidden = [cell for cell in truth if cell not in shown]
    place = {cell: number for number, cell in enumerate(hidden)}
    equations, right = [], []
    for table in {cell[:3] for cell in truth}:
        line, rest = np.zeros(len(hidden)), 0
        for cell in (one for one in truth if one[:3] == table):
            if cell in shown:
                rest -= shown[cell]
            else:
                line[place[cell]] = 1
        total = (table[0], "*", "repository", table[1])
        if table[1] == "*":
            rest += whole[table[0]]
        elif total in shown:
            rest += shown[total]
        else:
            line[place[total]] = -1
        equations.append(line)
        right.append(rest)
    matrix, sums = np.array(equations), np.array(right)
    solution, *_ = np.linalg.lstsq(matrix, sums, rcond=None)
    _, values, rows = np.linalg.svd(matrix)
    free = rows[np.sum(values > 1e-9) :]
    known = {cell for cell in hidden if np.all(np.abs(free[:, place[cell]]) < 1e-9)}
    for line, total in zip(matrix, sums, strict=True):
        # A sum of zero tells each part, unless it is known of the whole table.
        parts = [cell for cell in hidden if line[place[cell]] == 1]
        if parts and total == 0 and np.all(line >= 0):
            known |= {cell for cell in parts if any(truth[one] for one in truth if one[:3] == cell[:3])}
    assert all(round(solution[place[cell]]) == truth[cell] for cell in known)
    return {cell: truth[cell] for cell in known}


def test_subtraction_recovers_nothing(traffic: duckdb.DuckDBPyConnection) -> None:
    small = traffic.execute(
        f"select count(*) from pulls_weekly_by_dimension where unique_origin_count < {public.FEWEST_ORIGINS}"
    ).fetchone()
    assert small
    assert small[0] > 20
    assert recovered(traffic, public.grouped) == {}


def test_cells_that_are_left_out_alone_are_recovered(traffic: duckdb.DuckDBPyConnection) -> None:
    """The planted defect: only what is small is left out, and nothing beside it."""

    def alone(table: str) -> str:
        return f"select *, unique_origin_count < {public.FEWEST_ORIGINS} as is_rest from {table}"

    assert len(recovered(traffic, alone)) > 5


def test_no_row_has_few_origins_and_tables_add_up(traffic: duckdb.DuckDBPyConnection) -> None:
    published = traffic.execute(public.pulls_weekly()).df()
    shown = published[published["is_rest"] == "false"]
    assert shown["unique_origin_count"].min() >= public.FEWEST_ORIGINS
    assert set(published["week"].astype(str)) == {"2026-09-07", "2026-09-14"}
    assert "acme/tiny" not in set(published["value"]) | set(published["repository"])
    assert_tables_add_up(published)


def assert_tables_add_up(published: pd.DataFrame) -> None:
    """The values of each table are the row of the whole."""
    measures = ["download_count", "version_check_count"]
    is_whole = published["dimension"] == "all"
    wholes = published[is_whole].set_index("week")[measures]
    is_image = (published["dimension"] == "repository") & (published["is_rest"] == "false")
    images = published[is_image].set_index(["week", "value"])[measures]
    tables = published[~is_whole].groupby(KEYS)[measures].sum()
    assert len(tables) > 10
    for (week, repository, _), sums in tables.iterrows():
        whole = wholes.loc[week] if repository == "*" else images.loc[(week, repository)]
        assert list(sums) == list(whole)


def test_the_sample_adds_up_to_its_marts(sample_marts: Path) -> None:
    with duckdb.connect() as con:
        con.execute(f"attach '{sample_marts}' as pullhouse (read_only)")
        con.execute("use pullhouse.marts")
        published = con.execute(public.pulls_weekly()).df()
        weeks = con.execute(
            "select date_trunc('week', pull_date)::date, sum(download_count)::bigint from fct_pulls"
            " group by 1 order by 1"
        ).fetchall()
    assert_tables_add_up(published)
    found = published[published["dimension"] == "all"][["week", "download_count"]]
    # The newest week is not final.
    assert [(week.date(), count) for week, count in found.values.tolist()] == weeks[:-1]
