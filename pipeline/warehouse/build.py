"""Build: one dbt process over the planned days, with all its tests."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from pipeline.process.lock import warehouse_lock
from pipeline.process.resources import ResourceError, full_disk_errors, full_disk_in
from pipeline.settings import Settings
from pipeline.warehouse import comments, dbt_process, plan, publish, pull_requests

WITHOUT_UNIT_TESTS = ["--exclude-resource-type", "unit_test"]
# A node costs 20 ms. What the tests of a model's grain and columns say, a hook of the model looks at in one
# query (dbt_project/macros/check_grain.sql).
OF_COLUMNS = ["test_name:not_null,path:models", "test_name:accepted_values,path:models"]
OF_GRAINS = ["test_name:unique_grain"]
# Seeds are part of the code: only a change of them, after which all is built anew, can break their tests.
OF_SEEDS = ["resource_type:test,path:../seeds"]
# dbt commands that read tables, and what makes those that a build keeps in memory.
OF_TABLES = {"build", "run", "show", "test"}
OF_SCRATCH = [
    "build",
    "--select",
    "config.database:scratch",
    *WITHOUT_UNIT_TESTS,
    "--exclude-resource-type",
    "test",
]
# dbt commands that leave the warehouse as it is.
READING = {"compile", "debug", "docs", "list", "ls", "parse", "show", "source", "test"}
FAILED = {"error", "fail", "runtime error"}


class BuildError(RuntimeError):
    """dbt failed, or a data test did; what was published before stays what people read."""


def plan_and_run(
    settings: Settings, full: bool = False, start: date | None = None, end: date | None = None
) -> dict[str, Any]:
    """Plan and build in one step, so that no other run can put its own plan in between.

    Arguments as in `plan.write`. Returns what was planned and what ran; with nothing to build dbt is not
    started. Raises as `run` does.
    """
    with warehouse_lock(settings):
        planned = plan.write(settings, full, start, end)
        if not planned["is_due"]:
            return planned
        return planned | run(settings, full=bool(planned["full"]))


def run(settings: Settings, full: bool = False, unit_tests: bool = False) -> dict[str, Any]:
    """Build the planned days and run all data tests; with `full`, from an empty warehouse.

    `unit_tests` runs the models' unit tests too: they test the code, not the data, so a daily run goes
    without. So do the tests of the seeds, unless all is built.

    Returns how many nodes ran and how. Raises BuildError naming each failed model or test, LockError
    when another run holds the warehouse.
    """
    with warehouse_lock(settings), full_disk_errors(settings.data):
        _check_lake(settings)
        _prepare(settings, full)
        built_from = plan.built_from(settings)
        code, log = dbt_process.run(settings, ["build", *_left_out(full, unit_tests)])
        results = read_results(settings)
        failed = [result for result in results if result["status"] in FAILED]
        if code != 0 or failed or not results:
            _check_resources(failed, settings)
            raise BuildError(explain(failed, log))
        comments.write(settings.warehouse, settings.data / "dbt" / "target" / "manifest.json")
        publish.mark_tested(settings, built_from)
    return {
        "nodes": len(results),
        "tests": sum(result["unique_id"].startswith(("test.", "unit_test.")) for result in results),
        "warnings": [result["unique_id"] for result in results if result["status"] == "warn"],
    }


def _left_out(full: bool, unit_tests: bool) -> list[str]:
    """The arguments of dbt that leave out what a build need not run."""
    excluded = ["--exclude", *OF_GRAINS, *OF_COLUMNS, *([] if full else OF_SEEDS)]
    return excluded if unit_tests else [*WITHOUT_UNIT_TESTS, *excluded]


def run_by_hand(settings: Settings, arguments: list[str]) -> int:
    """A dbt command that a person gives; returns dbt's exit code.

    One that may write leaves a warehouse that nobody planned or tested: it is not published, and the next
    build starts from an empty one. Staging and intermediate tables, which most builds keep in memory, are
    made first where no file has had them since the last build.
    """
    with warehouse_lock(settings):
        if not settings.plan.exists():
            plan.write(settings)
        if not READING.intersection(arguments[:1]):
            publish.mark_untested(settings)
            settings.rebuilding.touch()
        if OF_TABLES.intersection(arguments[:1]) and not settings.scratch.exists():
            dbt_process.run(settings, OF_SCRATCH, by_hand=True)
        return dbt_process.run(settings, arguments, quiet=False, by_hand=True)[0]


def read_results(settings: Settings) -> list[dict[str, Any]]:
    """One dict per node of the last dbt run: unique_id, status, message."""
    path = settings.data / "dbt" / "target" / "run_results.json"
    if not path.exists():
        return []
    content = json.loads(path.read_text(encoding="utf-8"))
    return [
        {
            "unique_id": item["unique_id"],
            "status": item["status"],
            "message": item.get("message") or "",
        }
        for item in content["results"]
    ]


def _check_lake(settings: Settings) -> None:
    """dbt would say only that a model failed. Without these requests the marts would be wrong."""
    if not settings.plan.exists():
        raise BuildError(f"There is no {settings.plan}: plan before you build.")
    lost = [file for file in plan.files_to_read(settings) if not Path(file).exists()]
    if lost:
        raise BuildError(
            f"The lake lacks {len(lost):,} files that the ledger names; the first is {lost[0]}. Restore them"
            f" from a backup; or remove the entry {Path(lost[0]).stem} from {settings.loads}: what it names"
            " is then loaded again from the sources."
        )


def _prepare(settings: Settings, full: bool) -> None:
    publish.mark_untested(settings)
    (settings.data / "dbt" / "target" / "run_results.json").unlink(missing_ok=True)
    # Of a dbt command by hand: it holds the tables of the build before.
    for path in _files_of(settings.scratch):
        path.unlink(missing_ok=True)
    pull_requests.prepare(settings)
    # What a killed build spilled.
    shutil.rmtree(settings.warehouse.with_name(settings.warehouse.name + ".tmp"), ignore_errors=True)
    if full:
        settings.rebuilding.touch()
        for path in _files_of(settings.warehouse):
            path.unlink(missing_ok=True)
    elif settings.warehouse.exists():
        _sweep(settings.warehouse)


def _files_of(database: Path) -> list[Path]:
    return [database, database.with_name(database.name + ".wal")]


def _sweep(warehouse: Path) -> None:
    """Drop what a killed dbt left behind: old rows must not outlive their table."""
    with _open(warehouse) as con:
        leftovers = con.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_name like '%\\_\\_dbt\\_%' escape '\\'"
        ).fetchall()
        for schema, table in leftovers:
            con.execute(f'drop table if exists "{schema}"."{table}"')


def _open(warehouse: Path) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(warehouse))
    except duckdb.Error as error:
        raise BuildError(
            f"{warehouse} cannot be opened ({type(error).__name__}): another program has it open, or it"
            " is damaged. Close that program; or delete the file and run this again: the lake has it all."
        ) from None


def _check_resources(failed: list[dict[str, Any]], settings: Settings) -> None:
    """Raise ResourceError where a model failed because of the machine: no model is to blame for that."""
    for result in failed:
        if found := full_disk_in(result["message"], settings.data):
            raise ResourceError(found)
        if "Out of Memory Error" in result["message"]:
            raise ResourceError(
                f"The build needs more memory than memory_limit ({settings.memory_limit.human_readable()})"
                f" allows, in {result['unique_id'].split('.')[2]}. Nothing was published. Raise memory_limit,"
                " then run this again."
            )


def explain(failed: list[dict[str, Any]], log: Path) -> str:
    """What is said of a build of which these nodes failed (as `read_results` gives them)."""
    names = [f"{result['unique_id']}: {_reason(result['message'])}" for result in failed[:10]]
    what = "; ".join(name for name in names) or "dbt did not run"
    return f"The build failed, and nothing was published: {what}. The whole output is in {log}."


def _reason(message: str) -> str:
    """What dbt says of a node: the first line names it, the second says what is wrong."""
    return " ".join(line.strip() for line in message.splitlines()[:2])[:300]
