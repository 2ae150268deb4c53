"""Files that a publisher writes by hand: what is wrong in them is named, and the rest is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.run import say_what_was_left_out
from pipeline.settings import Settings
from pipeline.warehouse import own_files, plan
from pipeline.warehouse.own_files import ADVISORIES, EVENTS, FORMS
from tests.pipeline.loads import a_load
from tests.pipeline.warehouse.test_plan import commit, publish

HEADER = "date,repository,kind,label\n"
ROW = "2026-06-01,acme/app,talk,KubeCon\n"


def read(folder: Path, content: bytes) -> tuple[list[str], list[tuple[int, str]]]:
    """Labels of the rows that were understood; line and text of the problems."""
    path = folder / "events.csv"
    path.write_bytes(content)
    rows, problems = own_files.read(path, EVENTS)
    return [row["label"] for row in rows], [(one["line_number"], one["problem"]) for one in problems]


def test_a_row_is_read_by_its_columns_names(tmp_path: Path) -> None:
    """As a spreadsheet writes it: a byte order mark, CRLF, another order, a column more, empty lines."""
    text = "\ufeffLabel,date,note,kind,repository\r\n\r\n KubeCon ,2026-06-01,x,talk,\r\n,,,,\r\n"
    path = tmp_path / "events.csv"
    path.write_text(text, "utf-8", newline="")
    assert own_files.read(path, EVENTS) == (
        [
            {
                "file": "events.csv",
                "line_number": 3,
                "date": date(2026, 6, 1),
                "repository": "",
                "kind": "talk",
                "label": "KubeCon",
            }
        ],
        [],
    )


OPEN = '2026-06-01,a,talk,"open\n2026-06-01,a,b,c\n'
# What follows the header, what is understood of it, and the problem's line and begin.
WRONG = [
    (
        ROW + '2026-06-01,a,talk,"open\n2026-06-01,a,b,c\n',
        ["KubeCon", "c"],
        3,
        "a quotation mark is not closed",
    ),
    (ROW + '2026-06-01,a,talk,"a"b\n', ["KubeCon"], 3, "a quotation mark is not closed"),
    (ROW + "2026-06-01,a,talk,\x1b[2J\n", ["KubeCon"], 3, "label is longer than 200"),
    (ROW + ROW, ["KubeCon"], 3, "the same as line 2: it counts once"),
    (ROW + "2026-02-29,a,talk,x\n", ["KubeCon"], 3, "date is '2026-02-29'"),
    (ROW + "20260601,a,talk,x\n", ["KubeCon"], 3, "date is '20260601'"),
    (ROW + "2026-06-01,a,talk,x,y\n", ["KubeCon"], 3, "it has 5 cells instead of 4"),
    ("x" * 5_000_001, [], 1, "it is larger than 5,000,000 bytes"),
    ("x" * 200_000 + "\n" + ROW, ["KubeCon"], 2, "a quotation mark is not closed on its line, or a cell"),
]
USELESS = [
    (b"", "the first line lacks date, repository, kind, label"),
    (b"date,repository,label\n", "the first line lacks kind: nothing of it was used; begin it with"),
    (b"<!DOCTYPE html><html>\n", "the first line lacks date, repository, kind, label"),
    (HEADER.encode() + b"2026-06-01,a,talk,\xff\n", "it is not written in UTF-8"),
]


@pytest.mark.parametrize(("text", "labels", "line", "problem"), WRONG, ids=[str(n) for n in range(9)])
def test_what_is_wrong_is_named(
    tmp_path: Path, text: str, labels: list[str], line: int, problem: str
) -> None:
    found, problems = read(tmp_path, (HEADER + text).encode())
    assert found == labels
    assert [(one, told[: len(problem)]) for one, told in problems] == [(line, problem)]


@pytest.mark.parametrize(("content", "problem"), USELESS)
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes, problem: str) -> None:
    found, problems = read(tmp_path, content)
    assert found == []
    assert [(line, told[: len(problem)]) for line, told in problems] == [(1, problem)]


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "events.csv").mkdir()
    rows, problems = own_files.read(tmp_path / "events.csv", EVENTS)
    assert rows == []
    assert problems[0]["problem"].startswith("it cannot be read")


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert own_files.read(tmp_path / "advisories.csv", ADVISORIES) == ([], [])


def test_the_files_of_the_checkout_are_empty_and_right(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    for form in FORMS:
        assert own_files.read(own_files.path_of(settings, form), form) == ([], [])
        assert own_files.path_of(settings, form).exists()


def test_a_file_that_changed_is_built_without_a_day(tmp_path: Path) -> None:
    """A line more in the calendar rebuilds what is told of events, and no day of the logs."""
    calendar = tmp_path / "calendar.csv"
    settings = Settings(data=tmp_path / "data", events=calendar)
    commit(settings, a_load("a", {"2026-06-02": 1}))
    publish(settings, "a")
    assert plan.write(settings)["is_due"] is False
    calendar.write_text(HEADER + ROW, "utf-8")
    due = plan.write(settings)
    assert (due["is_due"], due["rebuilt_days"], due["full"]) == (True, 0, None)
    publish(settings, "a")
    assert plan.write(settings)["is_due"] is False


def test_the_screen_names_what_was_left_out() -> None:
    console = Console(record=True, width=200)
    say_what_was_left_out([("calendar.csv", 5, "date is '[29.06.2026]'")] * 11, console)
    shown = console.export_text().splitlines()
    assert shown[0] == "Left out: calendar.csv, line 5: date is '[29.06.2026]'"
    assert len(shown) == 11
    assert shown[-1].startswith("… and 1 more")
