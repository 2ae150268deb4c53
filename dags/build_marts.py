"""### Build, test and publish the marts

**Schedule** whenever the asset `pullhouse://lake/requests` was updated. **Reads** the lake, the ledger, the
manifest catalogue, the seeds. **Writes** `plan.parquet`, `warehouse.duckdb`, and, after all
tests have passed, `pullhouse.duckdb`, then the report (`docs/report.md`).

dbt runs once, in one task, in the pool `warehouse` (one slot), and holds a file lock on the warehouse too: a
run from the command line waits for this one, and the other way round. With no day to rebuild and no new load,
dbt and the publication are skipped.

Where a registry is configured, the manifests that the catalogue lacks are looked up first
(`docs/catalogue.md`), with the connection `pullhouse_registry` where there is one. So are, once a day, the
public totals of `registry_totals_urls` (`docs/reconciliation.md`).

**Triage.** *ask_registries red*: not a registry's answer (those are recorded, and asked for again), but
the ledger or a lock; the build goes on. *dbt_build red*: a model or a data test failed; the message names
it, `dbt/output.log` in the data directory has all of it. What was published before stays what people read.
Mend the cause, clear `dbt_build`. *report red*: the marts are published; clear it, or `make report`. *A
lock that is held*: another run is building; wait for it. *The pool does not exist*: create it with `airflow
pools set warehouse 1 "one writer"`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, dag, task
from pullhouse_alert import alert


@dag(
    schedule=[Asset(name="enriched_requests", uri="pullhouse://lake/requests")],
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=12),
    default_args=dict(
        owner="pullhouse", retries=2, retry_delay=timedelta(minutes=5), on_failure_callback=alert
    ),
    tags=["pullhouse", "marts"],
    doc_md=__doc__,
)
def build_marts() -> None:
    """Wire look-ups, plan, dbt and publication."""

    @task
    def ask_registries() -> dict[str, Any]:
        """Of digests that the catalogue lacks, and their totals; what they answer never makes this red."""
        from airflow.sdk.exceptions import AirflowSkipException

        from pipeline import connections, registry_totals
        from pipeline.catalogue import registry
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors

        with safe_errors():
            settings = load_settings()
        if not (settings.registry or settings.registry_totals_urls):
            raise AirflowSkipException("No registry is configured.")
        with safe_errors():
            totals = registry_totals.ask(settings, datetime.now(UTC).date())
            looked_up = registry.look_up(settings, connections.of_the_registry()) if settings.registry else {}
        return {"totals": totals, "manifests": looked_up}

    # Without a registry, or when the look-ups could not be done, the build goes on with what is known.
    @task(pool="warehouse", trigger_rule="all_done")
    def plan() -> dict[str, Any]:
        """Which days the build has to rebuild."""
        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors
        from pipeline.warehouse import plan

        with safe_errors():
            return plan.write(load_settings())

    @task(pool="warehouse", retries=1)
    def dbt_build(planned: dict[str, Any]) -> dict[str, Any]:
        """One dbt process over the planned days, with all tests."""
        from airflow.sdk.exceptions import AirflowSkipException

        from pipeline.settings import load_settings
        from pipeline.tasks import safe_errors
        from pipeline.warehouse import build

        if not planned["is_due"]:
            raise AirflowSkipException("Nothing new: no day has to be rebuilt, and every load is published.")
        with safe_errors():
            # Planned again under the lock: another run may have put its own plan there since.
            return build.plan_and_run(load_settings(), full=bool(planned["full"]))

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

    planned = plan()
    ask_registries() >> planned
    dbt_build(planned) >> publish() >> report()


build_marts()
