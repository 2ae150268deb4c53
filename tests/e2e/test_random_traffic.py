"""Whatever clients send: every line is accounted for, every data test passes, and the marts are published."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

import pytest

from pipeline.settings import Settings
from pipeline.warehouse import build, plan, publish
from pipeline.warehouse.build import BuildError
from tests.support.random_traffic import Traffic
from tests.support.variants import changed
from tests.support.warehouse import Warehouse, load_logs, quick_dbt

LINES = 3000


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("random")
    lines = Traffic(seed=1).lines(LINES)
    for half in (0, 1):
        path = folder / "logs" / f"{half}.log"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines[half::2]) + "no json\n", "utf-8")
    settings = Settings(data=folder / "data", logs=str(folder / "logs"), identity_epoch="month")
    return Warehouse(settings, load_logs(settings))


def test_no_data_test_fails(loaded: Warehouse) -> None:
    settings = loaded.settings
    plan.write(settings)
    with quick_dbt():
        built = build.run(settings, full=True, unit_tests=False)
    assert built["tests"] > 100  # beside those of grains and columns, which are hooks of the models
    publish.publish(settings)
    ((lines, accounted),) = loaded.query(
        "select sum(line_count), sum(staged_count + quarantined_count + skipped_count + opted_out_count)"
        " from marts.load_ledger"
    )
    assert lines == accounted >= LINES + 2


def test_one_id_for_two_sessions_would_be_seen(loaded: Warehouse, tmp_path: Path) -> None:
    settings = loaded.settings
    rule, only_by_id = "first_request) as pull_id", "split_part(first_request, chr(10), 1)) as pull_id"
    with changed(tmp_path, "models/intermediate/sessions/int_sessions.sql", rule, only_by_id):
        plan.write(settings, full=True)
        arguments = [*build.WITHOUT_UNIT_TESTS, "--select", "+int_sessions"]
        with (
            quick_dbt(),
            patch.object(build, "WITHOUT_UNIT_TESTS", arguments),
            pytest.raises(BuildError, match=r"int_sessions.* two rows share pull_id"),
        ):
            build.run(settings, full=True, unit_tests=False)
