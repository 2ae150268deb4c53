"""The parts of the worker that need no Airflow; test_runner.py runs all of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.local_airflow.worker import Channel, TaskListener, _prepare, _read_line, one_line


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("wrong"), "wrong."),
        (ValueError("two\n  lines"), "two lines."),
        (ValueError("Is it?"), "Is it?"),
        (ValueError(), "ValueError."),
        ("a text", "a text."),
        (ValueError("x" * 5_000), "x" * 1_000 + "."),
    ],
)
def test_a_reason_is_one_line(error: object, text: str) -> None:
    assert one_line(error) == text


def test_the_listener_keeps_the_first_reason_of_a_mapped_task_and_tells_the_parent() -> None:
    reader, writer = os.pipe()
    listener = TaskListener(Channel(writer))
    tasks = [SimpleNamespace(dag_id="d", task_id="load", map_index=index) for index in range(2)]
    for task in tasks:
        listener.running(task)
    listener.ended("task_failed", tasks[1], ValueError("first"))
    listener.ended("task_failed", tasks[0], ValueError("second"))
    listener.ended("task_skipped", SimpleNamespace(dag_id="d", task_id="report", map_index=-1))
    assert listener.reasons == {"load": "first."}
    events = [json.loads(line) for line in os.read(reader, 65_536).splitlines()]
    os.close(reader)
    assert [(event["kind"], event["task_id"]) for event in events] == [
        ("task_failed", "load"),
        ("task_failed", "load"),
        ("task_skipped", "report"),
    ]


def test_a_request_may_come_in_pieces_and_the_end_of_input_ends_it() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"[1,")
    os.write(writer, b" 2]\n")
    assert _read_line(reader) == b"[1, 2]\n"
    os.write(writer, b"[3")
    os.close(writer)
    assert _read_line(reader) == b"[3"
    os.close(reader)


def test_an_unknown_dag_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="there is no such DAG; there are a, b"):
        _prepare({"b": None, "a": None}, "c", {})  # type: ignore[dict-item]


DEAF = """
import os, signal, subprocess, sys, threading
from pipeline.local_airflow import worker
worker.GRACE_S = 0.2
signal.signal(signal.SIGTERM, lambda *signals: None)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
threading.Thread(target=worker._end_with_parent, args=(0,), daemon=True).start()
child.wait()
while True:
    signal.pause()
"""


def test_a_killed_parent_takes_the_worker_with_it(repo_root: Path) -> None:
    """Also one that does not listen to SIGTERM, and what it started."""
    with subprocess.Popen(
        [sys.executable, "-c", DEAF], cwd=repo_root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, start_new_session=True,
    ) as worker:  # fmt: skip
        assert worker.stdin is not None
        assert worker.stdout is not None
        started = int(worker.stdout.readline())
        # What the system does with the pipes of a parent that was killed.
        worker.stdin.close()
        assert worker.wait(30) == -signal.SIGKILL
    with pytest.raises(ProcessLookupError):
        os.kill(started, 0)
