"""Read a folder of DAGs as Airflow does, and print what the tests look at as one JSON line.

A program of its own: Airflow makes a home and a log where it is imported, and what a parse imports can only
be seen in a process that has imported nothing else.
"""

from __future__ import annotations

import copy
import json
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG

INTERVALS = 400
# A DAG file is parsed every few seconds, for ever: none of these may be paid for there.
HEAVY = {"dbt", "duckdb", "enrichers", "ingest", "numpy", "pandas", "pipeline", "pyarrow"}
WINDOWS = {
    "nothing": {},
    "a window": {"start": "2026-10-01", "end": "2026-10-07"},
    "everything": {"full": True},
    "no date": {"start": "last week", "end": "2026-10-07"},
    "a month of 31 days": {"start": "2026-09-31", "end": "2026-10-07"},
    "a number": {"start": 20261001},
    "a word for yes": {"full": "yes"},
}


def main() -> None:
    """Print the description of the folder named on the command line."""
    folder = Path(sys.argv[1])
    from airflow.dag_processing.dagbag import BundleDagBag

    before = set(sys.modules)
    bag = BundleDagBag(str(folder), bundle_path=folder, bundle_name="ours")
    imported = {name.partition(".")[0] for name in set(sys.modules) - before}
    description = {
        "import_errors": bag.import_errors,
        "heavy_imports": sorted(imported & HEAVY),
        "dags": {dag_id: _dag(dag) for dag_id, dag in bag.dags.items()},
    }
    print(json.dumps(description))


def _dag(dag: DAG) -> dict[str, Any]:
    return {
        "file": Path(dag.fileloc).name,
        "lines": len(Path(dag.fileloc).read_text(encoding="utf-8").splitlines()),
        "doc": dag.doc_md or "",
        "tags": sorted(dag.tags),
        "timetable": type(dag.timetable).__name__,
        "intervals": _intervals(dag),
        "assets": _assets(dag),
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "has_timeout": dag.dagrun_timeout is not None,
        "params": sorted(dag.params),
        "accepted": sorted(name for name, conf in WINDOWS.items() if _accepts(dag, conf)),
        "tasks": {
            task.task_id: {
                "pool": task.pool,
                "alerts": bool(task.on_failure_callback),
                "retries": task.retries,
                "trigger_rule": task.trigger_rule.value,
                "upstream": sorted(task.upstream_task_ids),
                "outlets": [outlet.uri for outlet in task.outlets],
                "at_once": task.max_active_tis_per_dagrun,
            }
            for task in dag.tasks
        },
    }


def _assets(dag: DAG) -> list[str]:
    """The assets that start the DAG."""
    condition = getattr(dag.timetable, "asset_condition", None)
    return [asset.uri for asset in condition.objects] if condition else []


def _intervals(dag: DAG) -> dict[str, Any]:
    """The DAG's first data intervals, as the scheduler computes them: how many, how wide, without a gap."""
    from airflow.serialization.encoders import coerce_to_core_timetable
    from airflow.timetables.base import TimeRestriction
    from pendulum import instance

    timetable = coerce_to_core_timetable(dag.timetable)
    restriction = TimeRestriction(instance(datetime(2026, 1, 1, tzinfo=UTC)), None, catchup=True)
    found: list[Any] = []
    for _ in range(INTERVALS):
        info = timetable.next_dagrun_info(
            last_automated_data_interval=found[-1] if found else None, restriction=restriction
        )
        if info is None:
            break
        found.append(info.data_interval)
    return {
        "count": len(found),
        "hours": sorted({(interval.end - interval.start).total_seconds() / 3600 for interval in found}),
        "gapless": all(one.end == other.start for one, other in pairwise(found)),
        "first": found[0].start.isoformat() if found else None,
    }


def _accepts(dag: DAG, conf: dict[str, Any]) -> bool:
    """Whether Airflow starts a run with these parameters."""
    from airflow.sdk.exceptions import AirflowException

    params = copy.deepcopy(dag.params)
    try:
        params.update(conf)
        params.validate()
    except (AirflowException, ValueError):
        return False
    return True


if __name__ == "__main__":
    main()
