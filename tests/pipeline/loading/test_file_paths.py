"""Files that are no images: what the lake keeps of them, and the recipe for it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import load_logs

ASKED = [
    ("GET", "/releases/1.0/app.tar.gz", "307", "198.51.100.1"),
    ("GET", "/releases/1.0/app.tar.gz", "307", "198.51.100.1"),
    ("GET", "/releases/1.0/app.tar.gz", "200", "198.51.100.2"),
    ("GET", "/releases/2.0/app.tar.gz", "307", "198.51.100.2"),
    # Looked at, unchanged, not there, and of no path that was named.
    ("HEAD", "/releases/1.0/app.tar.gz", "307", "198.51.100.3"),
    ("GET", "/releases/1.0/app.tar.gz", "304", "198.51.100.3"),
    ("GET", "/releases/3.0/app.tar.gz", "404", "198.51.100.3"),
    ("GET", "/people/ada/letter.txt", "200", "198.51.100.4"),
]


@pytest.fixture
def loaded(tmp_path: Path) -> Settings:
    traffic = Traffic("acme/app", "198.51.100.1")
    traffic.manifest("2026-03-01 10:00:00", "GET", "1.0")
    lines = [
        traffic.lines[0]
        | {"method": method, "request_uri": path, "status": status, "remote_addr": address}
        | {"request_id": f"{number:032x}", "user_agent": "curl/8"}
        for number, (method, path, status, address) in enumerate(ASKED)
    ]
    write([*traffic.lines, *lines], tmp_path / "logs" / "access.jsonl")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"), file_paths=["/releases/"])
    load_logs(settings)
    return settings


def test_the_recipe_counts_files_by_name(repo_root: Path, loaded: Settings) -> None:
    """Worked out by hand from ASKED: two of 1.0 to one client, one to another; one of 2.0."""
    text = (repo_root / "docs" / "gateway.md").read_text("utf-8")
    (query,) = (
        found for found in re.findall(r"```sql\n(.*?)```", text, re.DOTALL) if "read_parquet" in found
    )
    assert duckdb.sql(query.replace("'data/lake", f"'{loaded.data}/lake")).fetchall() == [
        ("/releases/", "1.0/app.tar.gz", 3, 2),
        ("/releases/", "2.0/app.tar.gz", 1, 1),
    ]


def test_of_any_other_path_nothing_is_kept(loaded: Settings) -> None:
    rows = duckdb.sql(
        f"select * from read_parquet('{loaded.lake}/requests/*/*.parquet', union_by_name = true)"
    ).fetchall()
    assert len(rows) == len(ASKED) + 1
    assert "letter" not in str(rows)


@pytest.mark.parametrize("path", ["releases/", "/releases", "/", "/v2/", "/v2/x/", "/a b/", "/r/?x/"])
def test_what_is_no_path_is_said(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValidationError, match="must begin and end with / and lie outside /v2/"):
        Settings(data=tmp_path, file_paths=[path])
