"""All tried cases in one folder, odd files beside them: each is counted right, and nothing stops a run."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.lake.ledger import Ledger
from tests.counting.tried import Session, Tried, behaviour, formats, misses, place, sessions_of
from tests.support.warehouse import Warehouse, make

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "data" / "cases"
BEHAVIOUR, FORMATS = behaviour(CASES), formats(CASES)
# A log whose lines have no time of their own, and no syslog around them that has one: it cannot be counted.
REFUSED = {"106-harbor-proxy"}
# What follows the change of format is about another repository.
MORE = {"165-switch-to-json": ("fmt66/app",)}
READ = [case for case in FORMATS if case.id not in REFUSED]


@dataclass(frozen=True, slots=True)
class Tries:
    """The published marts over all cases."""

    warehouse: Warehouse
    sessions: dict[str, list[Session]]


@pytest.fixture(scope="module")
def tries(tmp_path_factory: pytest.TempPathFactory) -> Tries:
    folder = tmp_path_factory.mktemp("tried")
    place(BEHAVIOUR + FORMATS, folder / "logs")
    _put_odd_files(folder / "logs")
    warehouse = make(folder / "data", folder / "logs", data_tests=True)
    return Tries(warehouse, sessions_of(warehouse))


def _put_odd_files(folder: Path) -> None:
    (folder / "000-empty.log").write_bytes(b"")
    (folder / "500-blank.log").write_bytes(b"\n" * 3 + b"  \r\n")
    (folder / "501-binary.log").write_bytes(bytes(range(256)) * 64)
    (folder / "502-cut-off.log.gz").write_bytes(b"\x1f\x8b\x08\x00")
    # Root reads whatever the mode says: the link to nothing cannot be read by anybody.
    (folder / "503-dangling.log").symlink_to(folder / "nothing")
    (folder / "504-forbidden.log").write_bytes(b"{}\n")
    os.chmod(folder / "504-forbidden.log", 0)  # noqa: PTH101


def test_every_case_is_there() -> None:
    assert (len(BEHAVIOUR), len(FORMATS)) == (46, 28)


@pytest.mark.parametrize("case", BEHAVIOUR, ids=lambda case: case.id)
def test_behaviour(tries: Tries, case: Tried) -> None:
    assert misses(case, tries.sessions.get(case.repository, [])) == []


@pytest.mark.parametrize(
    "case", [case for case in FORMATS if case.id not in REFUSED], ids=lambda case: case.id
)
def test_format(tries: Tries, case: Tried) -> None:
    assert case.right
    found = [
        entry for name in (case.repository, *MORE.get(case.id, ())) for entry in tries.sessions.get(name, [])
    ]
    assert misses(case, found) == []


def test_a_log_without_any_time_is_refused_with_the_way_out(tries: Tries) -> None:
    """Harbor's proxy logs no time: it stands in the syslog line around, which this log lacks."""
    (refusal,) = [text for text in tries.warehouse.loaded["refused"] if "106-harbor-proxy" in text]
    assert "syslog" in refusal
    assert "time" in refusal


def test_torn_lines_are_quarantined(tries: Tries) -> None:
    loads = Ledger(tries.warehouse.settings.loads).loads.values()
    (torn,) = [load for load in loads if "160-torn-lines" in load.object_name]
    assert torn.quarantined_count == 3


def test_every_line_of_every_object_is_accounted_for(tries: Tries) -> None:
    loads = list(Ledger(tries.warehouse.settings.loads).loads.values())
    assert len(loads) >= len(BEHAVIOUR) + len(FORMATS) - len(REFUSED)
    assert {load.unaccounted for load in loads} == {0}


def test_the_odd_files_are_named(tries: Tries) -> None:
    refused = "\n".join(tries.warehouse.loaded["refused"])
    assert "501-binary.log" in refused
    assert "502-cut-off.log.gz" in refused


def test_a_wrong_truth_is_noticed(tries: Tries) -> None:
    """The planted defect: with one download more expected, no case that names its downloads may pass."""
    for case in BEHAVIOUR + FORMATS:
        for name in {"downloads_total", "download_count"} & case.right.keys():
            wrong = replace(case, right=case.right | {name: case.right[name] + 1})
            assert misses(wrong, tries.sessions.get(case.repository, []))
