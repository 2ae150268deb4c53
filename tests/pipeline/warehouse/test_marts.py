from pathlib import Path

import duckdb
import pytest

from pipeline.settings import Settings
from pipeline.warehouse.marts import NotPublishedError, open_marts, rows


@pytest.mark.parametrize("query", ["select pull_count from pulls_daily", "select * from anomalies_daily"])
def test_a_file_of_another_version_says_what_to_do(tmp_path: Path, query: str) -> None:
    settings = Settings(data=tmp_path)
    with duckdb.connect(str(settings.marts)) as con:
        con.execute("create schema marts")
        con.execute("create table marts.pulls_daily as select 1 as download_count")
    with open_marts(settings) as con:
        assert rows(con, "select download_count from pulls_daily") == [(1,)]
    with (
        pytest.raises(NotPublishedError, match=r"published by another version .* Run `make run DATA="),
        open_marts(settings) as con,
    ):
        rows(con, query)
