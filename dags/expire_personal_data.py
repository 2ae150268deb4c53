"""### Delete what must not be kept any longer

**Schedule** daily at 02:30 UTC. **Reads** `landing/`, `keys/`, `lake/`. **Writes** there too: it deletes
objects fetched more than seven days ago, keys whose time is over (the pseudonyms made under a dead key can no
longer be tied to an address), and what killed loads left behind; it unites the ledger's entries of past
months. Local logs are never touched.

In the pool `warehouse` and under the file lock, since a build must not read files that are being removed.

**Triage.** *expire red*: personal data is kept longer than promised until it is green again: mend it the same
day. Usual causes: permissions of `keys/`, a full disk. It may be run again at any time.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, task
from pullhouse_alert import alert


@dag(
    schedule=CronTriggerTimetable("30 2 * * *", timezone="UTC"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args=dict(
        owner="pullhouse", retries=2, retry_delay=timedelta(minutes=5), on_failure_callback=alert
    ),
    tags=["pullhouse", "privacy"],
    doc_md=__doc__,
)
def expire_personal_data() -> None:
    """Wire the one task."""

    @task(pool="warehouse")
    def expire() -> dict[str, Any]:
        """Landed objects, dead keys, old ledger months."""
        from pipeline import expire
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            return expire.expire(load_settings(), datetime.now(UTC))

    expire()


expire_personal_data()
