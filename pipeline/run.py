"""`make run`: every DAG once, through Airflow, without a scheduler; then the results on one screen."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

import samples
from ingest.errors import SourceError
from pipeline.catalogue import store
from pipeline.lake.ledger import Ledger
from pipeline.loading import pending
from pipeline.loading.refused import RefusedObjects
from pipeline.local_airflow.runner import DagFailedError, Progress, RunRequest, run_dags
from pipeline.process.progress import Watch
from pipeline.screens import losses, report
from pipeline.settings import Settings, load_settings
from pipeline.warehouse.plan import read_publication

EVERY = 8
SHOWN_REFUSED = 10


@dataclass(frozen=True, slots=True)
class Job:
    """What one call of `make run` does: the settings it runs with, and the DAG runs in order."""

    settings: Settings
    environment: dict[str, str]
    runs: list[RunRequest]
    objects: list[dict[str, Any]]


def run(settings: Settings, console: Console) -> int:
    """Load, build, publish and report; returns the exit code.

    Without a configured source the bundled sample is replayed. Raises SourceError when a source is missing
    or empty, or the sample and real logs would meet in one data directory, CatalogueError for a catalogue
    file that cannot be used: before Airflow is started. The code is not 0 where nothing is loaded, or a step
    failed; objects that were refused beside others are named on the last screen.
    """
    job = _sample_job(settings, console) if not settings.all_sources else _job(settings)
    before = read_publication(job.settings)
    try:
        with Watch(job.settings, job.objects, lambda text: console.print(f"  {text}")) as watch:
            results = run_dags(job.environment, job.runs, _Narrator(console, watch).tell)
    except DagFailedError as error:
        console.print(f"\npullhouse: {error}")
        say_what_was_refused(job.settings, console)
        return 1
    console.print()
    if not Ledger(job.settings.loads).loads:
        console.print("pullhouse: nothing could be loaded, so there are no figures.")
        say_what_was_refused(job.settings, console)
        return 1
    say_what_was_loaded(results, job.settings, before, console)
    report.show(report.read(job.settings), console)
    say_what_was_lost(results, job.settings, console)
    say_what_was_refused(job.settings, console)
    say_what_was_left_out(report.own_file_problems(job.settings), console)
    if not job.settings.report.exists():
        # Marts that an older version published, and no run has changed since. The library that draws takes
        # two seconds to import.
        from dashboard.report.write import write as write_report

        write_report(job.settings)
    _say_where(job.settings, console, is_own=bool(settings.all_sources))
    return 0


def _job(settings: Settings) -> Job:
    objects = pending.find(settings)
    if settings.catalogue:
        store.read_file(settings.catalogue)
    return Job(settings, {"PULLHOUSE_DATA": str(settings.data)}, _runs(), objects)


def _sample_job(settings: Settings, console: Console) -> Job:
    """The sample lies in landing/, the one place where addresses may: it is made like real traffic."""
    folder = settings.data.joinpath(*pending.SAMPLE_FOLDER)
    pending.check_apart(settings, [str(folder)])
    console.print("No LOGS are given, so the bundled sample is loaded.")
    try:
        info = samples.write(folder.parent)
    except samples.SampleError as error:
        raise SourceError("the bundled sample", str(error), "Give LOGS=<file, folder or glob>.") from None
    console.print(info.description)
    own = load_settings(
        data=settings.data,
        logs=str(info.logs),
        catalogue=info.catalogue,
        events=settings.events or info.events,
    )
    return Job(
        own,
        {
            "PULLHOUSE_DATA": str(settings.data),
            "PULLHOUSE_LOGS": str(info.logs),
            "PULLHOUSE_CATALOGUE": str(info.catalogue),
            "PULLHOUSE_EVENTS": str(own.events),
        },
        _runs(),
        pending.find(own),
    )


def _runs() -> list[RunRequest]:
    """The order of the flow; deletion last."""
    return [
        # A source of newer lists that is down is no reason to leave the logs alone.
        ("refresh_reference_data", {"old_will_do": True}, None),
        # However old the logs are: this run was asked for by a person who named them.
        ("ingest_gateway_logs", {"everything": True}, None),
        ("build_marts", {}, None),
        ("expire_personal_data", {}, None),
    ]


class _Narrator:
    """Says what is being done; of a task that runs in many copies it says every eighth."""

    def __init__(self, console: Console, watch: Watch) -> None:
        self._console = console
        self._watch = watch
        self._done: Counter[tuple[str | None, str | None]] = Counter()

    def tell(self, progress: Progress) -> None:
        """Print one step."""
        text = progress.text
        if progress.kind.startswith("dag_"):
            self._watch.begin(progress.dag_id if progress.kind == "dag_started" else None)
        if progress.kind == "task_done":
            self._done[progress.dag_id, progress.task_id] += 1
            copies = self._done[progress.dag_id, progress.task_id]
            if copies > 1 and copies % EVERY:
                return
            text += f" ({copies} so far)" if copies > 1 else ""
        self._console.print(f"  {text}")


def say_what_was_loaded(
    results: list[dict[str, Any]], settings: Settings, before: dict[str, Any], console: Console
) -> None:
    """Print what the runs did: `results` as `run_dags` returns them, `before` the publication before them."""
    tasks = {result["dag_id"]: result["tasks"] for result in results}
    loaded = tasks["ingest_gateway_logs"].get("report", {})
    refreshed = tasks["refresh_reference_data"].get("refresh", {})
    for warning in dict.fromkeys([*refreshed.get("warnings", []), *loaded.get("warnings", [])]):
        console.print(f"Reference data: {warning}")
    asked = tasks["build_marts"].get("ask_registries", {})
    for name, reason in asked.get("totals", {}).get("failed", {}).items():
        console.print(f"No public total of {name}: {reason}")
    looked_up = asked.get("manifests", {})
    if looked_up.get("failed"):
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(looked_up["reasons"].items()))
        console.print(f"The registry did not tell what {looked_up['failed']:,} manifests are: {reasons}.")
    if not loaded.get("objects"):
        known = f"all {len(before['load_ids']):,} objects were loaded before"
        is_same = read_publication(settings) == before
        console.print(
            f"Nothing new: {known}. The marts are unchanged.\n"
            if is_same
            else "Nothing new at the sources. The marts were built anew: an earlier run had not published"
            " them, or the catalogue, the models or the seeds have changed.\n"
        )
        return
    console.print(
        f"Loaded {loaded.get('objects', 0):,} objects with {loaded.get('lines', 0):,} lines: "
        f"{loaded.get('staged', 0):,} requests, {loaded.get('quarantined', 0):,} in the quarantine, "
        f"{loaded.get('skipped', 0):,} blank or comments, {loaded.get('opted_out', 0):,} opted out.\n"
    )


def say_what_was_lost(results: list[dict[str, Any]], settings: Settings, console: Console) -> None:
    """Print the shares of this run's lines that no figure counts; above the setting as a warning."""
    tasks = {result["dag_id"]: result["tasks"] for result in results}
    loaded = tasks["ingest_gateway_logs"].get("report", {})
    if not loaded.get("objects"):
        return
    lost = losses.of_summary(loaded)
    console.print(f"\nIn the quarantine: {losses.quarantine_text(lost)}.")
    console.print(f"Without an address: {losses.address_text(lost)}.")
    for warning in losses.warnings(lost, settings.quarantine_warning_share):
        console.print(f"Warning: {warning}")
    for name in loaded["rewritten"][:SHOWN_REFUSED]:
        console.print(
            f"Warning: {name} was rewritten since it was loaded. The lines of both states count, those"
            " with one request id once; docs/sources.md."
        )


def say_what_was_refused(settings: Settings, console: Console) -> None:
    """Print the list of refused objects, those of earlier runs too, and the files of other names."""
    for text in pending.left_out(settings):
        console.print(f"\nLeft out: {text}", markup=False)
    refused = RefusedObjects(settings.refused).all()
    if not refused:
        return
    console.print(
        f"\nRefused objects: {len(refused):,}. Each is tried again when it, or Pullhouse, has changed."
    )
    for refusal in refused[:SHOWN_REFUSED]:
        console.print(f"Refused: {refusal.reason}")
    if len(refused) > SHOWN_REFUSED:
        console.print(f"… and {len(refused) - SHOWN_REFUSED:,} more: make status ARGS=--json has all.")


def say_what_was_left_out(problems: list[tuple[str, int, str]], console: Console) -> None:
    """Print the rows of files written by hand that are in no figure: file, line and what is wrong."""
    for file, line, problem in problems[:SHOWN_REFUSED]:
        console.print(f"Left out: {file}, line {line:,}: {problem}", markup=False)
    if len(problems) > SHOWN_REFUSED:
        console.print(f"… and {len(problems) - SHOWN_REFUSED:,} more: the mart own_file_problems has all.")


def _say_where(settings: Settings, console: Console, is_own: bool) -> None:
    """Where the files are, and what to do next with these."""
    console.print(f"The marts: {settings.marts} (DuckDB, schema marts). The lake: {settings.lake}")
    is_default = settings.data == Path("data").resolve()
    where = "" if is_default else f" DATA={shlex.quote(str(settings.data))}"
    logs = "" if is_own else ", or with your own logs: make run LOGS=<folder> DATA=<directory>"
    console.print(f"Next: make status{where}; questions to ask: docs/recipes.md{logs}")
    report.show_where(settings.report, settings, console)
