"""### Rebuild a window of days, or everything, from the lake

**Schedule** by hand only. **Reads** what `build_marts` reads. **Writes** what it writes.

Parameters: `start` and `end` (dates, both included), or `full` for an empty warehouse and all days. Days that
are dirty anyway are rebuilt with them. The lake is not changed: use this after a change of models, after
doubts about the warehouse, or to show that a rebuild equals what was there.

**Triage.** *plan red*: the window is not one (the message says why): start it again with other parameters.
Everything else as in `build_marts`. It may be stopped at any time and started again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, Param, dag, task
from pullhouse_alert import alert


@dag(
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=24),
    default_args=dict(
        owner="pullhouse", retries=2, retry_delay=timedelta(minutes=5), on_failure_callback=alert
    ),
    params={
        "start": Param(None, type=["null", "string"], format="date", description="First day, yyyy-mm-dd."),
        "end": Param(None, type=["null", "string"], format="date", description="Last day, yyyy-mm-dd."),
        "full": Param(False, type="boolean", description="All days, from an empty warehouse."),
    },
    tags=["pullhouse", "marts", "manual"],
    doc_md=__doc__,
)
def rebuild_window() -> None:
    """Wire plan, dbt and publication for the days asked for."""

    @task(pool="warehouse", retries=0)
    def plan(params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Check the window and plan its days."""
        from pipeline.settings import load_settings
        from pipeline.tasks import parse_window, safe_errors
        from pipeline.warehouse import plan

        with safe_errors():
            return plan.write(load_settings(), **parse_window(params or {}))

    @task(pool="warehouse", retries=1)
    def dbt_build(params: dict[str, Any] | None = None) -> dict[str, Any]:
        """One dbt process over the planned days, with all tests."""
        from pipeline.settings import load_settings
        from pipeline.tasks import parse_window, safe_errors
        from pipeline.warehouse import build

        with safe_errors():
            # Planned again under the lock: another run may have put its own plan there since.
            return build.plan_and_run(load_settings(), **parse_window(params or {}))

    @task(pool="warehouse", outlets=[Asset(name="marts", uri="pullhouse://marts")])
    def publish() -> dict[str, Any]:
        """The tested warehouse becomes what people read."""
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors
        from pipeline.warehouse import publish

        with safe_errors():
            return publish.publish(load_settings())

    @task
    def report() -> str:
        """The page, the digest and the exports of what is published now."""
        from pipeline.exports.write import write_after_publication
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            return write_after_publication(load_settings())

    plan() >> dbt_build() >> publish() >> report()


rebuild_window()
