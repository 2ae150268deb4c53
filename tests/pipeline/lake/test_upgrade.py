"""A data directory of another version of Pullhouse.

`tests/data/upgrade` was made by the version at commit 0e36b4a from a recording of one pull by docker and a
line that is none; only the folder of the log was shortened in its ledger.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline.lake import parquet
from pipeline.lake.ledger import SCHEMA_VERSION, Ledger, LedgerError
from pipeline.settings import Settings
from pipeline.warehouse import plan
from tests.support.warehouse import Warehouse, build_and_publish, load_logs

# What the enrichers say may change with their data; these may not. That version did not keep which
# repository a token was for.
LASTING = (
    "request_id, requested_at, date, line_number, host, method, request_kind, repository"
    ", case when request_kind <> 'token' then reference end as reference"
    ", status, coalesce(body_bytes_sent, bytes_sent) as body_bytes_sent"
    ", duration_s, is_complete, response_digest, auth_kind, identity_epoch"
    ", endpoint_id, origin_id, origin_unlinkable"
)


@pytest.fixture
def older(repo_root: Path, corpus: Path, tmp_path: Path) -> Settings:
    """The older data directory, and the log from which it was loaded."""
    data = tmp_path / "data"
    shutil.copytree(repo_root / "tests" / "data" / "upgrade", data)
    for key in (data / "keys").iterdir():
        key.chmod(0o600)
    recorded = (corpus / "scenarios" / "docker.cold-tag-Ctoken.jsonl").read_text("utf-8")
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "docker.jsonl").write_text(f"{recorded}not a line\n", "utf-8")
    return Settings(data=data, logs=str(tmp_path / "logs"))


def rows(settings: Settings) -> list[tuple[object, ...]]:
    """As the models read them: by name, with the columns that this version has."""
    files = [str(path) for path in settings.requests.glob("*/*.parquet")]
    files.append(str(parquet.ensure_empty_file(settings.requests)))
    with duckdb.connect() as con:
        source = "read_parquet(?, hive_partitioning = false, union_by_name = true)"
        con.execute(f"create table rows as select * from {source}", [files])
        assert {name for name, *_ in con.execute("describe rows").fetchall()} == set(parquet.REQUEST_COLUMNS)
        return con.execute(f"select {LASTING} from rows order by line_number").fetchall()


def test_an_older_directory_is_built_without_its_logs(older: Settings) -> None:
    shutil.rmtree(str(older.logs))
    assert build_and_publish(older, only=("fct_pulls",))["full"] == "no warehouse yet"
    found = Warehouse(older, {}).query(
        "select outcome, download_count, client_name, tag, bytes_sent = body_bytes_sent from fct_pulls"
    )
    # That version kept the bodies only.
    assert found == [("download", 1, "docker", "latest", True)]


def test_an_older_directory_knows_what_it_loaded_and_loads_it_alike(older: Settings, tmp_path: Path) -> None:
    again = older.model_copy(update={"data": tmp_path / "again"})
    shutil.copytree(older.keys, again.keys)
    assert load_logs(again)["staged"] == 15
    assert rows(older) == rows(again)
    loaded = load_logs(older)
    assert (loaded["objects"], loaded["already_loaded"]) == (0, 1)


def test_a_newer_directory_is_refused_and_left_alone(older: Settings) -> None:
    [entry] = older.loads.glob("*/*.json")
    newer = json.loads(entry.read_text("utf-8")) | {"schema_version": SCHEMA_VERSION + 1, "of_the_future": 1}
    entry.write_text(json.dumps(newer) + "\n", "utf-8")
    before = {path: path.read_bytes() for path in older.data.rglob("*") if path.is_file()}
    with pytest.raises(
        LedgerError, match=rf"newer version .* form {SCHEMA_VERSION + 1}, .* up to {SCHEMA_VERSION}\. "
    ):
        Ledger(older.loads)
    with pytest.raises(LedgerError, match="Nothing was changed"):
        plan.write(older)
    after = {path: path.read_bytes() for path in older.data.rglob("*") if path.is_file()}
    assert {path: after[path] for path in before} == before
