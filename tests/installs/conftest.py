"""One warehouse for this folder, built in two steps: its second object is late for the whole of February."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts, rows
from tests.installs import others, traffic
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, build_and_publish, load_logs

LATE = (date(2026, 2, 1), date(2026, 2, 5))


@dataclass(frozen=True, slots=True)
class Built:
    """The warehouse, its crowd's lines, and what was counted before the late object came."""

    warehouse: Warehouse
    crowd: list[traffic.Line]
    installs_before: list[tuple[Any, ...]]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Epochs of a month, so that the traffic crosses two of their borders."""
    folder = tmp_path_factory.mktemp("installs")
    crowd = traffic.crowd()
    lines = [*crowd, *traffic.with_gap(), *traffic.installs(), *traffic.unmet()]
    lines += [*traffic.two_tags(), *traffic.throttled(), *traffic.unheard(), *others.lines()]
    late = [line for line in lines if LATE[0] <= traffic.day_of(line) <= LATE[1]]
    catalogue = folder / "catalogue.json"
    catalogue.write_text(json.dumps(others.catalogue()), "utf-8")
    settings = Settings(
        data=folder / "data", logs=str(folder / "logs"), identity_epoch="month", catalogue=catalogue
    )
    settings.data.mkdir(parents=True)
    _load_and_build(settings, [line for line in lines if line not in late], folder / "logs" / "first.jsonl")
    with open_marts(settings) as con:
        before = rows(con, "select * from active_installs_daily order by all")
    loaded = _load_and_build(settings, late, folder / "logs" / "late.jsonl")
    return Built(Warehouse(settings, loaded), crowd, before)


def _load_and_build(settings: Settings, lines: list[traffic.Line], path: Path) -> dict[str, Any]:
    write(lines, path)
    loaded = load_logs(settings)
    build_and_publish(settings)
    return loaded
