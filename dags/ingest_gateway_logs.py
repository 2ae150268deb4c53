"""### Load the gateway's access logs into the lake

**Schedule** daily at 00:00 UTC, over the 24 hours that have just ended. **Reads** the configured sources and
the ledger. **Writes** `lake/requests`, `lake/quarantine`, `lake/loads`, `keys/`. **Updates** the asset
`pullhouse://lake/requests`, which starts `build_marts`.

What is loaded does not depend on the interval: every object that the sources have and the ledger lacks, as
far back as the look-back (65 days), so a late or a missed object comes with the next run. Running it again
loads nothing twice.

With nothing to load, the load tasks and the report are skipped, the run is green, and the asset is *not*
updated: the marts are as they should be already.

**Triage.** *list_pending red*: no source is configured, or every source is missing or empty; the log names
them. One such source among good ones is named in the log and by `make status`, and does not stop the others.
*load_objects red*: a fault of the machine (disk, memory), not of an object: lines that cannot be read go to
the quarantine, objects that cannot be loaded go on the list of refused objects (`make status`). *report red*:
every object was refused, and nothing was loaded before.
Mend the cause, then clear the red task; nothing has to be undone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, CronDataIntervalTimetable, Param, dag, task
from pullhouse_alert import alert

AT_MOST_GROUPS = 32  # Airflow maps at most 1,024 tasks, and each of them costs seconds


@dag(
    # "@daily" is a trigger timetable in Airflow 3: its interval is empty (apache/airflow#52145).
    schedule=CronDataIntervalTimetable("0 0 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    default_args=dict(
        owner="pullhouse", retries=2, retry_delay=timedelta(minutes=5), on_failure_callback=alert
    ),
    params={
        "everything": Param(
            False, type="boolean", description="Also objects that are older than the look-back."
        )
    },
    tags=["pullhouse", "ingest"],
    doc_md=__doc__,
)
def ingest_gateway_logs() -> None:
    """Wire listing, keys, loads and report."""

    @task
    def list_pending(
        params: dict[str, Any] | None = None, data_interval_end: datetime | None = None
    ) -> list[list[dict[str, Any]]]:
        """Objects that the ledger lacks, shared out by size."""
        from pipeline.loading import pending
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            settings = load_settings()
            # A run started by hand has no interval: it looks back from now.
            end = data_interval_end or datetime.now(UTC)
            everything = bool(params and params["everything"])
            since = None if everything else pending.lookback_start(end, settings)
            return pending.groups(pending.find(settings, since=since), at_most=AT_MOST_GROUPS)

    @task
    def ensure_keys(groups: list[list[dict[str, Any]]]) -> list[str]:
        """The identity keys of all epochs: one task, so that two loads never make two keys."""
        from pipeline.loading import keys
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            objects = [entry for group in groups for entry in group]
            return keys.ensure(load_settings(), objects, datetime.now(UTC))

    @task(max_active_tis_per_dagrun=4)
    def load_objects(group: list[dict[str, Any]]) -> dict[str, Any]:
        """Bytes to enriched, pseudonymous requests in the lake, object by object."""
        from pipeline.loading import load
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            return load.load_group(load_settings(), group)

    @task(retries=0, outlets=[Asset(name="enriched_requests", uri="pullhouse://lake/requests")])
    def report(summaries: list[dict[str, Any]]) -> dict[str, Any]:
        """Add the counts up; red when nothing at all is loaded, now or before."""
        from pipeline.lake.ledger import Ledger
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors, total_loads

        with safe_errors():
            return total_loads(list(summaries), bool(Ledger(load_settings().loads).loads))

    groups = list_pending()
    loaded = load_objects.expand(group=groups)
    ensure_keys(groups) >> loaded
    report(loaded)


ingest_gateway_logs()
