"""Load logs and build marts in a test: the same steps as the DAGs, in this process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from pipeline.loading import keys, load, pending
from pipeline.settings import Settings
from pipeline.warehouse import build, dbt_process, plan, publish, pull_requests
from pipeline.warehouse.marts import open_marts, rows
from tests.support import dbt_forks

# No test depends on today: the keys of these tests are made on this day.
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A data directory with published marts."""

    settings: Settings
    loaded: dict[str, Any]

    def query(self, text: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query on the published marts, and on `pull_requests`, which is published beside them."""
        with open_marts(self.settings) as con:
            if "pull_requests" in text:
                con.execute(
                    f"create temp view pull_requests as from '{pull_requests.file_of(self.settings, '*')}'"
                )
            return rows(con, text, parameters)


def load_logs(settings: Settings) -> dict[str, Any]:
    """Load what the sources have and the ledger lacks."""
    objects = pending.find(settings)
    keys.ensure(settings, objects, NOW)
    return load.load_group(settings, objects)


def build_and_publish(
    settings: Settings,
    data_tests: bool = False,
    unit_tests: bool = False,
    only: Sequence[str] = (),
    **planned: Any,
) -> dict[str, Any]:
    """Plan, run dbt, publish; nothing where nothing is dirty.

    `data_tests`, `unit_tests`: dbt's own tests too. They take most of a build's time, so only the tests that
    are about them ask for them. Unit tests know no data: one build of all runs them. `only`: the marts
    that a test reads. A counting test that reads `fct_pulls` needs a third of all models.
    """
    written = plan.write(settings, **planned)
    if written["is_due"]:
        with quick_dbt(), nullcontext() if data_tests else without_data_tests(only):
            build.run(settings, full=bool(written["full"]), unit_tests=unit_tests)
        publish.publish(settings)
    return written


@contextmanager
def quick_dbt() -> Iterator[None]:
    """Builds in this block run dbt in a fork of a process that has imported it and parsed the project."""
    processes = SimpleNamespace(run=dbt_forks.run, STDOUT=subprocess.STDOUT)
    with patch.object(dbt_process, "subprocess", processes):
        yield


def without_data_tests(only: Sequence[str] = ()) -> AbstractContextManager[object]:
    """Builds in this block run models; `only`: these, with all that they are made from, and the ledger."""
    arguments = [*build.WITHOUT_UNIT_TESTS, "--exclude-resource-type", "test"]
    if only:
        # What is published names the loads that it holds.
        arguments += ["--select", *(f"+{name}" for name in (*only, "load_ledger"))]
    # Grains are looked at by hooks where their tests are left out by name.
    return patch.multiple(build, WITHOUT_UNIT_TESTS=arguments, OF_GRAINS=[])


def make(
    data: Path,
    logs: Path,
    catalogue: Path | None = None,
    data_tests: bool = False,
    unit_tests: bool = False,
    only: Sequence[str] = (),
    **others: Any,
) -> Warehouse:
    """Everything, from logs to marts; `data_tests`, `unit_tests` and `only` as in `build_and_publish`."""
    settings = Settings(data=data, logs=str(logs), catalogue=catalogue, **others)
    data.mkdir(parents=True, exist_ok=True)
    loaded = load_logs(settings)
    build_and_publish(settings, data_tests, unit_tests, only)
    return Warehouse(settings, loaded)
