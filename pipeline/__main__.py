"""The command line: `python -m pipeline <command>`; the Makefile is its menu."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime

from rich.console import Console

from enrichers.identity import IdentityKeyError
from enrichers.reference.errors import ReferenceDataError
from ingest.errors import ObjectError, SourceError
from pipeline.catalogue.store import CatalogueError
from pipeline.lake.ledger import LedgerError
from pipeline.local_airflow.standalone import AirflowError
from pipeline.process.lock import LockError
from pipeline.process.resources import ResourceError
from pipeline.screens.explain import UnknownPullError
from pipeline.screens.labels import LabelsError
from pipeline.settings import (
    Settings,
    SettingsError,
    check_data_directory,
    make_data_directory,
    read_settings,
)
from pipeline.tasks import StepError, WindowError, safe_errors
from pipeline.warehouse.build import BuildError
from pipeline.warehouse.marts import NotPublishedError
from pipeline.warehouse.publish import PublishError

Command = Callable[[Settings, argparse.Namespace, Console], int]

EXPECTED = (
    AirflowError,
    BuildError,
    CatalogueError,
    IdentityKeyError,
    LabelsError,
    LedgerError,
    LockError,
    NotPublishedError,
    ObjectError,
    PublishError,
    ReferenceDataError,
    ResourceError,
    SettingsError,
    SourceError,
    UnknownPullError,
    WindowError,
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code. Whatever goes wrong is one line, without a traceback.

    2: what can be expected to go wrong, with what to do. 1: what nobody foresaw, with its place and without
    its text (`safe_errors` says why), or logs of which nothing could be loaded. 130: interrupted. `status`
    has its own: 0 all well, 1 look at it, 2 broken.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING, format="%(message)s")
    console = Console(highlight=False, markup=False, soft_wrap=True)
    try:
        command: Command = options.command
        with safe_errors():
            settings = read_settings()
            if options.command in MAKING:
                make_data_directory(settings.data)
            elif options.command not in ASKING_NOTHING:
                check_data_directory(settings.data)
            return command(settings, options, console)
    except EXPECTED as error:
        return _end(str(error), 2)
    except StepError as error:
        return _end(f"{error}. Mend that, then run this again: any run may be repeated.", 1)
    except KeyboardInterrupt:
        return _end("interrupted. Run it again: what was loaded stays, and nothing is counted twice.", 130)


def _end(text: str, code: int) -> int:
    print(f"pullhouse: {text}", file=sys.stderr)
    return code


def _run(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline import run

    return run.run(settings, console)


def _report(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from dashboard.report.write import write
    from pipeline.screens import report

    report.show(report.read(settings), console)
    report.show_where(write(settings), settings, console)
    return 0


def _docs(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.screens import docs

    docs.show(docs.write(settings), console)
    return 0


def _export(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.exports.write import show, write

    show(settings, write(settings), console)
    return 0


def _status(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.screens import status, status_screen

    now = datetime.now(UTC)
    found = status.read(settings, now)
    if options.json:
        console.print_json(json.dumps(status_screen.as_json(found, settings)))
    else:
        status_screen.show(found, settings, now, console)
    return found.exit_code


def _check(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.watch import check

    found = check.look(settings, datetime.now(UTC))
    for trouble in found:
        console.print(trouble.text)
    console.print("" if found else "Nothing to look at.", end="\n" if not found else "")
    return 1 if found else 0


def _explain(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.screens import explain

    explain.show(explain.read(settings, options.pull_id), console)
    return 0


def _calibrate(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.screens import calibrate

    calibrate.show(calibrate.read(settings), console)
    return 0


def _doctor(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.screens import doctor, doctor_screen

    if not settings.all_sources:
        raise SourceError("settings", "no source of logs is configured", "Give LOGS=<file, folder or glob>.")
    doctor_screen.show(doctor.diagnose(settings), console)
    return 0


def _load(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.lake.ledger import Ledger
    from pipeline.loading import keys, load, pending
    from pipeline.loading.refused import RefusedObjects

    objects = pending.find(settings)
    keys.ensure(settings, objects, datetime.now(UTC))
    summary = load.load_group(settings, objects)
    console.print_json(json.dumps(summary))
    is_empty = not Ledger(settings.loads).loads
    return 1 if is_empty and RefusedObjects(settings.refused).all() else 0


def _catalogue(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.catalogue import registry

    if settings.registry is None:
        raise SettingsError(
            "No registry is configured: set registry, or PULLHOUSE_REGISTRY; docs/catalogue.md."
        )
    console.print_json(json.dumps(registry.look_up(settings)))
    return 0


def _totals(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline import registry_totals

    if not settings.registry_totals_urls:
        raise SettingsError(
            "No registry is to be asked for totals: registry_totals_urls; docs/reconciliation.md."
        )
    console.print_json(json.dumps(registry_totals.ask(settings, datetime.now(UTC).date())))
    return 0


def _plan(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.warehouse import plan

    _check_window(options)
    console.print_json(json.dumps(plan.write(settings, options.full, options.start, options.end)))
    return 0


def _build(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.warehouse import build

    _check_window(options)
    built = build.plan_and_run(settings, options.full, options.start, options.end)
    console.print_json(json.dumps(built))
    return 0


def _check_window(options: argparse.Namespace) -> None:
    """Half a window would be none at all."""
    if (options.start is None) != (options.end is None):
        raise WindowError("Only one end of the window is given: give both --start and --end.")
    if options.start and options.start > options.end:
        raise WindowError(f"{options.start} to {options.end} is no window: it ends before it begins.")


def _publish(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.warehouse import publish

    console.print_json(json.dumps(publish.publish(settings)))
    return 0


def _expire(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline import expire

    console.print_json(json.dumps(expire.expire(settings, datetime.now(UTC))))
    return 0


def _dbt(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.warehouse import build

    if not options.arguments:
        raise BuildError('No dbt command is given. For instance: make dbt ARGS="test".')
    return build.run_by_hand(settings, options.arguments)


def _airflow(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.local_airflow import standalone

    return standalone.serve(settings)


def _coverage(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline.screens import coverage

    return 0 if coverage.show(coverage.measure(settings, options.count, options.seed), console) else 1


def _reenrich(settings: Settings, options: argparse.Namespace, console: Console) -> int:
    from pipeline import reenrich

    found = reenrich.reenrich(settings, options.start, options.end)
    console.print_json(json.dumps(found))
    return 0


# Commands that begin a data directory, and those that need none. All others want to find one.
MAKING = {_run, _load, _airflow}
ASKING_NOTHING = {_doctor, _coverage}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date: write it as yyyy-mm-dd") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    parser.add_argument("-v", "--verbose", action="store_true", help="say what is being done")
    commands = parser.add_subparsers(required=True, metavar="command")
    for name, function, text in (
        ("run", _run, "run every DAG once through Airflow, without a scheduler, and print the results"),
        ("report", _report, "write the report and the digest of the week, and print the results"),
        ("export", _export, "write what other programs read: keep list, badges, metrics, public counts"),
        ("docs", _docs, "write dbt's documentation of the marts as one page"),
        ("doctor", _doctor, "read a sample of your logs and say what they can answer"),
        ("calibrate", _calibrate, "how right the environments are on your own labels"),
        ("load", _load, "load what the sources have and the ledger lacks"),
        ("catalogue", _catalogue, "ask the registry for the manifests that the catalogue lacks"),
        ("totals", _totals, "ask registries for their public totals of pulls, as configured"),
        ("check", _check, "look for what a person must know of, and tell the alert_urls what is new"),
        ("publish", _publish, "publish the built warehouse"),
        ("airflow", _airflow, "Airflow with its scheduler and page, on this data directory"),
        ("expire", _expire, "delete what must not be kept any longer"),
    ):
        commands.add_parser(name, help=text).set_defaults(command=function)
    for name, function, text in (
        ("plan", _plan, "write which days the next build rebuilds"),
        ("build", _build, "plan, then run dbt with all its tests"),
    ):
        planned = commands.add_parser(name, help=text)
        planned.set_defaults(command=function)
        planned.add_argument("--full", action="store_true", help="all days")
        planned.add_argument("--start", type=_day, help="first day of a window (yyyy-mm-dd)")
        planned.add_argument("--end", type=_day, help="last day of a window (yyyy-mm-dd)")
    status = commands.add_parser(
        "status", help="freshness, gaps, quarantine, refused objects, disk, next step; exit code 0, 1 or 2"
    )
    status.set_defaults(command=_status)
    status.add_argument("--json", action="store_true", help="for a program; docs/operations.md has the keys")
    explain = commands.add_parser("explain", help="what was asked in one session, and why it was judged so")
    explain.set_defaults(command=_explain)
    explain.add_argument("pull_id", help="pull_id of fct_pulls")
    coverage = commands.add_parser("coverage", help="how many random addresses have a country, an operator")
    coverage.set_defaults(command=_coverage)
    coverage.add_argument("--count", type=int, default=100_000, help="addresses of each family")
    coverage.add_argument("--seed", type=int, default=1, help="another seed draws other addresses")
    again = commands.add_parser(
        "reenrich", help="load logs of a window again, with the reference data of now"
    )
    again.set_defaults(command=_reenrich)
    again.add_argument("--start", type=_day, required=True, help="first day (yyyy-mm-dd)")
    again.add_argument("--end", type=_day, required=True, help="last day (yyyy-mm-dd)")
    dbt = commands.add_parser("dbt", help="dbt on this warehouse, for instance: dbt test")
    dbt.set_defaults(command=_dbt)
    dbt.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


if __name__ == "__main__":
    sys.exit(main())
