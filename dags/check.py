"""### Look for what a person must know of

**Schedule** hourly, at minute 40. **Reads** the ledger, the list of refused objects, the sources' listings,
`keys/`, `landing/`, `reference/`, the disk. **Writes** `alerts.json`: what was told already.

Red while something is wrong: a source that is gone, silent or no longer configured, an unusual gap, refused
objects, a quarantine above the setting, a fast clock, stale reference data, keys or fetched objects past
their date, a full disk. What is new of it goes to the setting `alert_urls` (`docs/alerts.md`), the same once
a day at most.

**Triage.** The message and the log of *look* name each thing and what to do. Nothing has to be cleared: the
next run is green when it is mended. A change of the sources or of a setting is seen by the next run too.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task
from pullhouse_alert import alert


@dag(
    schedule=CronTriggerTimetable("40 * * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=50),
    default_args=dict(
        owner="pullhouse", retries=1, retry_delay=timedelta(minutes=5), on_failure_callback=alert
    ),
    tags=["pullhouse", "watch"],
    doc_md=__doc__,
)
def check() -> None:
    """Wire the one task."""

    @task
    def look() -> dict[str, Any]:
        """Every check; red, without another try, while one of them finds something."""
        from airflow.sdk.exceptions import AirflowFailException

        from ingest.scrub import scrub
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors
        from pipeline.watch import check

        with safe_errors():
            found = check.look(load_settings(), datetime.now(UTC))
        if found:
            raise AirflowFailException(scrub(" ".join(trouble.text for trouble in found)))
        return {"troubles": 0}

    look()


check()
