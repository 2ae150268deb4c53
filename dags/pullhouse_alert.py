"""What a task of any of our DAGs does when it fails for good: the one file here that has no DAG.

Airflow puts this folder on the path of what reads the files beside this one, and of what runs their tasks.
"""

from __future__ import annotations

from typing import Any


def alert(context: Any) -> None:  # noqa: ANN401 - Airflow's context
    """Tell of it (docs/alerts.md); `on_failure_callback` of every task."""
    from pipeline.watch.alerts import task_failed

    task_failed(context)
