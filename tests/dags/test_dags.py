"""The DAG files as Airflow reads them, and as the house wants them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.local_airflow.runner import environment_of

HERE = Path(__file__).resolve().parent

DAGS = {
    "ingest_gateway_logs",
    "build_marts",
    "check",
    "refresh_reference_data",
    "expire_personal_data",
    "rebuild_window",
}
# A closed vocabulary: a tag outside it is a typing error.
TAGS = {"pullhouse", "ingest", "marts", "reference", "privacy", "manual", "watch"}
# Every task that opens the warehouse, or takes away what a build reads.
IN_THE_POOL = {
    "build_marts": {"plan", "dbt_build", "publish"},
    "rebuild_window": {"plan", "dbt_build", "publish"},
    "expire_personal_data": {"expire"},
}

BAD_DAGS = {
    # What the checks must find, each in a DAG that Airflow itself reads without complaint.
    "nightly.py": '''
import pandas
from datetime import datetime, UTC
from airflow.sdk import dag, task

@dag(schedule="@daily", start_date=datetime(2026, 1, 1, tzinfo=UTC), tags=["misc"])
def ingest_gateway_logs():
    @task
    def load(): pass
    load()

ingest_gateway_logs()
''',
    "build_marts.py": '''
from datetime import datetime, UTC
from airflow.sdk import dag, task

@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), tags=["pullhouse"], max_active_runs=1,
     doc_md="**Reads** nothing. **Writes** nothing. **Triage.** **Schedule**")
def build_marts():
    @task(retries=2)
    def dbt_build(): pass
    dbt_build()

build_marts()
'''
    + "\n" * 120,
}  # fmt: skip


def describe(folder: Path, home: Path) -> dict[str, Any]:
    """What Airflow reads in a folder of DAGs, with a home that is nobody else's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        [sys.executable, str(HERE / "describe.py"), str(folder)],
        env=environment | environment_of(home) | {"PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        check=True,
    )
    description: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return description


def problems(description: dict[str, Any]) -> list[str]:
    """What is wrong with the DAGs, one line each."""
    found = [f"cannot be read: {path}" for path in description["import_errors"]]
    found += [f"parsing imports {name}" for name in description["heavy_imports"]]
    for dag_id, dag in description["dags"].items():
        found += [f"{dag_id}: {problem}" for problem in (*_form(dag_id, dag), *_tasks(dag_id, dag))]
    return sorted(found)


def _form(dag_id: str, dag: dict[str, Any]) -> list[str]:
    wrong = {
        "the file has another name": dag["file"] != f"{dag_id}.py",
        "more than 120 lines": dag["lines"] > 120,
        "no schedule, reads, writes or triage in its text": not all(
            f"**{word}" in dag["doc"] for word in ("Schedule", "Reads", "Writes", "Triage")
        ),
        "an unknown tag": not set(dag["tags"]) <= TAGS or "pullhouse" not in dag["tags"],
        "two runs at once": dag["max_active_runs"] != 1,
        "it may run for ever": not dag["has_timeout"],
        "it catches up": dag["catchup"],
    }
    return [problem for problem, is_so in wrong.items() if is_so]


def _tasks(dag_id: str, dag: dict[str, Any]) -> list[str]:
    pooled = {name for name, task in dag["tasks"].items() if task["pool"] == "warehouse"}
    wrong = {
        "another set of tasks in the pool": pooled != IN_THE_POOL.get(dag_id, set()),
        "a task whose failure nobody is told of": not all(task["alerts"] for task in dag["tasks"].values()),
        "a task without retries": any(
            task["retries"] < 1
            for name, task in dag["tasks"].items()
            # Their outcome depends on what was asked for, not on the machine.
            if (dag_id, name) not in {("ingest_gateway_logs", "report"), ("rebuild_window", "plan")}
        ),
    }
    return [problem for problem, is_so in wrong.items() if is_so]


@pytest.fixture(scope="module")
def read(repo_root: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return describe(repo_root / "dags", tmp_path_factory.mktemp("airflow"))


def test_exactly_these_dags(read: dict[str, Any], repo_root: Path) -> None:
    assert set(read["dags"]) == DAGS
    assert {path.stem for path in (repo_root / "dags").glob("*.py")} == DAGS | {"pullhouse_alert"}


def test_the_dags_are_as_the_house_wants_them(read: dict[str, Any]) -> None:
    assert problems(read) == []


def test_bad_dags_are_found_out(tmp_path: Path) -> None:
    """The planted defects: each rule above has something here that it must see."""
    folder = tmp_path / "dags"
    folder.mkdir()
    for name, text in BAD_DAGS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "broken.py").write_text("import airflow\ndag = no_such_name\n", encoding="utf-8")
    read = describe(folder, tmp_path / "home")
    assert problems(read) == [
        "build_marts: a task whose failure nobody is told of",
        "build_marts: another set of tasks in the pool",
        "build_marts: it may run for ever",
        "build_marts: more than 120 lines",
        "cannot be read: broken.py",
        "ingest_gateway_logs: a task whose failure nobody is told of",
        "ingest_gateway_logs: a task without retries",
        "ingest_gateway_logs: an unknown tag",
        "ingest_gateway_logs: it may run for ever",
        "ingest_gateway_logs: no schedule, reads, writes or triage in its text",
        "ingest_gateway_logs: the file has another name",
        "ingest_gateway_logs: two runs at once",
        "parsing imports numpy",
        "parsing imports pandas",
        "parsing imports pyarrow",
    ]
    # "@daily" is a trigger timetable in Airflow 3: an interval of no width, a green run that reads nothing.
    assert read["dags"]["ingest_gateway_logs"]["intervals"]["hours"] == [0.0]


def test_ingest_covers_whole_days_without_a_gap(read: dict[str, Any]) -> None:
    intervals = read["dags"]["ingest_gateway_logs"]["intervals"]
    assert intervals == {"count": 400, "hours": [24.0], "gapless": True, "first": "2026-01-01T00:00:00+00:00"}


def test_the_asset_starts_the_build(read: dict[str, Any]) -> None:
    outlets = {
        (dag_id, name): task["outlets"]
        for dag_id, dag in read["dags"].items()
        for name, task in dag["tasks"].items()
        if task["outlets"]
    }
    assert outlets == {
        ("ingest_gateway_logs", "report"): ["pullhouse://lake/requests"],
        ("build_marts", "publish"): ["pullhouse://marts/"],
        ("rebuild_window", "publish"): ["pullhouse://marts/"],
    }
    assert read["dags"]["build_marts"]["timetable"] == "AssetTriggeredTimetable"
    assert read["dags"]["build_marts"]["assets"] == ["pullhouse://lake/requests"]


def test_a_build_needs_no_registry(read: dict[str, Any]) -> None:
    """The look-ups come before the plan, which waits for them whether they were done, skipped or failed."""
    tasks = read["dags"]["build_marts"]["tasks"]
    assert (tasks["plan"]["upstream"], tasks["plan"]["trigger_rule"]) == (["ask_registries"], "all_done")
    assert tasks["dbt_build"]["trigger_rule"] == "all_success"


def test_not_all_loads_run_at_once(read: dict[str, Any]) -> None:
    assert read["dags"]["ingest_gateway_logs"]["tasks"]["load_objects"]["at_once"] == 4


def test_a_window_is_typed(read: dict[str, Any]) -> None:
    """`describe.WINDOWS` has four more, which are refused before a run starts."""
    assert read["dags"]["rebuild_window"]["accepted"] == ["a window", "everything", "nothing"]


def test_readme_has_a_row_and_a_paragraph_for_each_dag(repo_root: Path) -> None:
    text = (repo_root / "dags" / "README.md").read_text(encoding="utf-8")
    rows = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    headings = {line.removeprefix("## ").strip("`") for line in text.splitlines() if line.startswith("## `")}
    assert rows == DAGS
    assert headings == DAGS


@pytest.mark.parametrize(
    ("source", "code"),
    [(None, 0), ("from airflow import DAG\nDAG('x', schedule_interval='@daily')\n", 1)],
    ids=["ours", "a planted one of Airflow 2"],
)
def test_ruffs_airflow_rules(repo_root: Path, source: str | None, code: int) -> None:
    where = ["-"] if source else ["dags"]
    command = [sys.executable, "-m", "ruff", "check", "--quiet", "--select", "AIR", *where]
    done = subprocess.run(command, input=source, cwd=repo_root, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout
