"""The process that holds Airflow for the runner beside it: requests in by stdin, events out by stdout.

Everything that Airflow, a task or dbt prints goes to a log file of the DAG's run; never to the terminal.
"""

from __future__ import annotations

import copy
import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from pipeline.local_airflow.runner import GRACE_S, WORKER_LOCK

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.sdk import DAG

POOL = ("warehouse", 1, "One writer: every task that opens the warehouse.")
KEPT_LOGS = 30
LONGEST_REASON = 1_000


class Channel:
    """Events to the parent, one JSON object a line."""

    def __init__(self, descriptor: int) -> None:
        self._stream = os.fdopen(descriptor, "w", encoding="utf-8")

    def send(self, kind: str, **fields: Any) -> None:  # noqa: ANN401 - JSON-able values
        """Tell the parent."""
        self._stream.write(json.dumps({"kind": kind, **fields}) + "\n")
        self._stream.flush()


class TaskListener:
    """Hears from Airflow how each task ended; keeps the reasons of failures."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._started: dict[tuple[str, int], float] = {}
        self.reasons: dict[str, str] = {}

    def running(self, task_instance: Any) -> None:  # noqa: ANN401 - Airflow has two unrelated types for it
        """A task begins."""
        self._started[self._key(task_instance)] = time.monotonic()

    def ended(self, kind: str, task_instance: Any, error: object = None) -> None:  # noqa: ANN401
        """A task has ended: "task_done", "task_skipped" or, with the reason, "task_failed"."""
        seconds = time.monotonic() - self._started.pop(self._key(task_instance), time.monotonic())
        if kind == "task_failed":
            self.reasons.setdefault(task_instance.task_id, one_line(error))
        self._channel.send(
            kind,
            dag_id=task_instance.dag_id,
            task_id=task_instance.task_id,
            seconds=round(seconds, 2),
        )

    @staticmethod
    def _key(task_instance: Any) -> tuple[str, int]:  # noqa: ANN401
        return task_instance.task_id, task_instance.map_index


def main() -> int:
    """Serve one request; the exit code is not 0 when a DAG did not end well."""
    # 0 and 1 are the parent's; what is started from here gets nothing and the log instead.
    requests, events = os.dup(0), os.dup(1)
    _redirect(0, os.open(os.devnull, os.O_RDONLY))
    os.dup2(2, 1)
    request = json.loads(_read_line(requests))
    threading.Thread(target=_end_with_parent, args=(requests,), daemon=True).start()
    # The next run waits until this process has ended: its parent, if killed, no longer holds a lock for it.
    alive = FileLock(Path(os.environ["AIRFLOW_HOME"]) / WORKER_LOCK)
    alive.acquire(timeout=GRACE_S)
    channel = Channel(events)
    begun = time.monotonic()
    dags, listener = _start_airflow(channel)
    channel.send("ready", seconds=round(time.monotonic() - begun, 2))
    for run in request:
        channel.send("dag_started", dag_id=run["dag_id"])
        result = _run(dags, run, listener)
        channel.send("result", result=result)
        if result["state"] != "success":
            return 1
    return 0


def _read_line(descriptor: int) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        part = os.read(descriptor, 65_536)
        if not part:
            break
        line += part
    return line


def _end_with_parent(descriptor: int) -> None:
    """Wait for the end of the parent, however it ends; then end, with dbt and all that was started here."""
    while os.read(descriptor, 1):
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)
    # Airflow, or what it started, may have taken the signal for something else.
    time.sleep(GRACE_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _redirect(target: int, source: int) -> None:
    os.dup2(source, target)
    os.close(source)


def _log_to(path: Path) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    path.parent.mkdir(parents=True, exist_ok=True)
    _redirect(1, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    os.dup2(1, 2)
    for old in sorted(path.parent.glob("*.log"))[:-KEPT_LOGS]:
        old.unlink()


def _start_airflow(channel: Channel) -> tuple[dict[str, DAG], TaskListener]:
    """Import Airflow, bring its database up to date, make the pool, read the DAGs, hear the tasks."""
    from airflow.configuration import conf
    from airflow.dag_processing.dagbag import BundleDagBag
    from airflow.models.pool import Pool
    from airflow.utils import db

    try:
        db.check_migrations(0)  # type: ignore[no-untyped-call]
    except TimeoutError:
        db.initdb()
    Pool.create_or_update_pool(*POOL, include_deferred=False)
    folder = conf.get_mandatory_value("core", "dags_folder")
    # As the dag-processor reads it: with the folder on the path, for what the DAGs share.
    bag = BundleDagBag(folder, bundle_path=Path(folder), bundle_name=None)
    if bag.import_errors:
        raise RuntimeError(f"DAG files cannot be read: {sorted(bag.import_errors)}")
    return bag.dags, _listen(channel)


def _listen(channel: Channel) -> TaskListener:
    from airflow.listeners import hookimpl
    from airflow.sdk.listener import get_listener_manager

    listener = TaskListener(channel)

    class Hooks:
        @hookimpl
        def on_task_instance_running(self, task_instance: Any) -> None:  # noqa: ANN401
            listener.running(task_instance)

        @hookimpl
        def on_task_instance_success(self, task_instance: Any) -> None:  # noqa: ANN401
            listener.ended("task_done", task_instance)

        @hookimpl
        def on_task_instance_skipped(self, task_instance: Any) -> None:  # noqa: ANN401
            listener.ended("task_skipped", task_instance)

        @hookimpl
        def on_task_instance_failed(self, task_instance: Any, error: object) -> None:  # noqa: ANN401
            listener.ended("task_failed", task_instance, error or "it failed without a reason")

    get_listener_manager().add_listener(Hooks())  # type: ignore[no-untyped-call]
    return listener


def _run(dags: dict[str, DAG], run: dict[str, Any], listener: TaskListener) -> dict[str, Any]:
    """Run one DAG to its end; never raises: the result says what happened."""
    dag_id, begun = run["dag_id"], time.monotonic()
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    log = Path(os.environ["AIRFLOW_HOME"]) / "logs" / (dag_id if dag_id in dags else "none") / f"{stamp}.log"
    _log_to(log)
    listener.reasons.clear()
    result: dict[str, Any] = {
        "dag_id": dag_id,
        "state": "failed",
        "failed_task": None,
        "error": None,
        "tasks": {},
    }
    try:
        dag = _prepare(dags, dag_id, run["conf"])
        date = datetime.fromisoformat(run["logical_date"]) if run["logical_date"] else None
        dag_run = dag.test(logical_date=date, run_conf=run["conf"])
        result |= _outcome(dag_run, listener)
    except Exception as error:
        result["error"] = one_line(error)
    return result | {"seconds": round(time.monotonic() - begun, 2), "log": str(log)}


def _check_params(dag: DAG, conf: dict[str, Any]) -> None:
    from airflow.exceptions import ParamValidationError

    unknown = sorted(set(conf) - set(dag.params))
    if unknown:
        raise ValueError(f"it has no parameter {', '.join(unknown)}")
    params = copy.deepcopy(dag.params)
    try:
        params.update(conf)
        params.validate()
    except ParamValidationError as error:
        # The rest of the text is the schema.
        raise ValueError(str(error).splitlines()[0]) from None


def _prepare(dags: dict[str, DAG], dag_id: str, conf: dict[str, Any]) -> DAG:
    """The DAG, without retries (nobody waits minutes at a terminal), its parameters checked."""
    if dag_id not in dags:
        raise ValueError(f"there is no such DAG; there are {', '.join(sorted(dags))}")
    dag = dags[dag_id]
    _check_params(dag, conf)
    for task in dag.tasks:
        task.retries = 0
    return dag


def _outcome(dag_run: DagRun, listener: TaskListener) -> dict[str, Any]:
    if dag_run.state == "success":
        return {"state": "success", "tasks": _returned(dag_run)}
    failed = [item.task_id for item in dag_run.get_task_instances() if item.state == "failed"]
    first = next(iter(listener.reasons), None) or next(iter(failed), None)
    return {"failed_task": first, "error": listener.reasons.get(first or "", "no task told why.")}


def _returned(dag_run: DagRun) -> dict[str, Any]:
    """What the tasks returned, where it is a dict; for a mapped task the list of them."""
    from airflow.models.xcom import XCOM_RETURN_KEY, XComModel
    from airflow.utils.session import create_session

    returned: dict[str, Any] = {}
    query = XComModel.get_many(run_id=dag_run.run_id, dag_ids=dag_run.dag_id, key=XCOM_RETURN_KEY)
    with create_session() as session:
        rows: list[Any] = list(session.scalars(query))
        for row in sorted(rows, key=lambda row: row.map_index):
            value = XComModel.deserialize_value(row)
            if not isinstance(value, dict):
                continue
            if row.map_index < 0:
                returned[row.task_id] = value
            else:
                returned.setdefault(row.task_id, []).append(value)
    return returned


def one_line(error: object) -> str:
    """The reason in one line, ended by a full stop."""
    text = " ".join(str(error).split())[:LONGEST_REASON] or type(error).__name__
    return text if text.endswith((".", "!", "?")) else f"{text}."


if __name__ == "__main__":
    sys.exit(main())
