"""Load logs and build marts in a test: the same steps as the DAGs, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline import build, keys, load, pending, plan, publish
from pipeline.marts import open_marts, rows
from pipeline.settings import Settings

# By project: a planted defect has one of its own (tests.variants).
_PARSED: dict[Path, bytes] = {}

# No test depends on today: the keys of these tests are made on this day.
NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A data directory with published marts."""

    settings: Settings
    loaded: dict[str, Any]

    def query(self, text: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a query on the published marts."""
        with open_marts(self.settings) as con:
            return rows(con, text, parameters)


def load_logs(settings: Settings) -> dict[str, Any]:
    """Load what the sources have and the ledger lacks."""
    objects = pending.find(settings)
    keys.ensure(settings, objects, NOW)
    return load.load_group(settings, objects)


def build_and_publish(settings: Settings, all_tests: bool = False, **planned: Any) -> dict[str, Any]:
    """Plan, run dbt, publish; nothing where nothing is dirty.

    `all_tests`: with dbt's data tests and unit tests too. They take most of a build's time, so only the tests
    that are about them ask for it.
    """
    written = plan.write(settings, **planned)
    if written["is_due"]:
        with parsed_once(settings), nullcontext() if all_tests else without_data_tests():
            build.run(settings, full=bool(written["full"]), unit_tests=all_tests)
        publish.publish(settings)
    return written


@contextmanager
def parsed_once(settings: Settings) -> Iterator[None]:
    """Give dbt what it parsed of the same project for another data directory: a quarter of a small build."""
    here = settings.data / "dbt" / "target" / "partial_parse.msgpack"
    known = _PARSED.get(build.REPOSITORY_ROOT)
    if known and not here.exists():
        here.parent.mkdir(parents=True, exist_ok=True)
        here.write_bytes(known)
    yield
    if known is None:
        _PARSED[build.REPOSITORY_ROOT] = here.read_bytes()


def without_data_tests() -> AbstractContextManager[object]:
    """Builds in this block run models only."""
    only_models = [*build.WITHOUT_UNIT_TESTS, "--exclude-resource-type", "test"]
    return patch.object(build, "WITHOUT_UNIT_TESTS", only_models)


def make(
    data: Path, logs: Path, catalogue: Path | None = None, all_tests: bool = False, **others: Any
) -> Warehouse:
    """Everything, from logs to marts."""
    settings = Settings(data=data, logs=str(logs), catalogue=catalogue, **others)
    data.mkdir(parents=True, exist_ok=True)
    loaded = load_logs(settings)
    build_and_publish(settings, all_tests=all_tests)
    return Warehouse(settings, loaded)
