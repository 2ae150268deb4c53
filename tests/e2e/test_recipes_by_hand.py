"""Recipes of docs/recipes.md on five days of two machines: the numbers were worked out by hand."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.factories import CONTAINERD, Traffic
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, make

SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REPOSITORY = "acme/app"


def noon(day: int) -> datetime:
    """Noon of a day of March 2026."""
    return datetime(2026, 3, day, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """docker (amd64) pulls 1.0 on the 2nd and looks on the 3rd and 10th; containerd pulls 1.1 on the 9th."""
    folder = tmp_path_factory.mktemp("march")
    docker = Traffic(REPOSITORY, "198.51.100.1")
    docker.cold_pull(noon(2), "1.0", name="one")
    docker.manifest(noon(3), "HEAD", "1.0")
    docker.manifest(noon(10), "HEAD", "1.0")
    containerd = Traffic(REPOSITORY, "198.51.100.2", CONTAINERD)
    containerd.cold_pull(noon(9), "1.1", name="two")
    write([*docker.lines, *containerd.lines], folder / "logs" / "access.jsonl")
    return make(folder / "data", folder / "logs")


def answer(root: Path, warehouse: Warehouse, *words: str) -> list[tuple[object, ...]]:
    """The rows of the one recipe with all of these words in it."""
    text = (root / "docs" / "recipes.md").read_text("utf-8")
    (query,) = [query for query in SQL.findall(text) if all(word in query for word in words)]
    return warehouse.query(query.replace("2026-10-15", "2026-03-08"))


def test_yesterday_is_the_newest_day_with_data(repo_root: Path, march: Warehouse) -> None:
    rows = answer(repo_root, march, "unique_origin_count, is_final\nfrom pulls_daily\nwhere period_start = (")
    assert {row[:4] for row in rows} == {("*", 0, 1, 1), (REPOSITORY, 0, 1, 1)}


def test_an_average_day_knows_days_without_pulls(repo_root: Path, march: Warehouse) -> None:
    """Nine days up to the newest, the 2nd to the 10th, of which four have lines; two downloads."""
    rows = answer(repo_root, march, "as downloads_a_covered_day")
    assert set(rows) == {("*", 9, 4, 0.22, 0.5), (REPOSITORY, 9, 4, 0.22, 0.5)}


def test_every_tuesday_says_whether_it_was_covered(repo_root: Path, march: Warehouse) -> None:
    rows = answer(repo_root, march, "weekday_name = 'Tuesday'", "as is_covered")
    assert rows == [(date(2026, 3, 3), 0, 1, 1, True), (date(2026, 3, 10), 0, 1, 1, True)]


def test_invocations_against_downloads(repo_root: Path, march: Warehouse) -> None:
    """Two look-ups a fortnight: nobody can tell what they are, so none is said to be an invocation."""
    rows = answer(repo_root, march, "invocation_count_lower_bound\nfrom pulls_monthly")
    assert {row[1]: row[2:] for row in rows} == {"*": (2, 2, 0), REPOSITORY: (2, 2, 0)}


def test_by_architecture(repo_root: Path, march: Warehouse) -> None:
    """containerd says nothing of its machine, and without a catalogue no digest has a platform."""
    rows = answer(repo_root, march, "as machine")
    assert set(rows) == {(REPOSITORY, "amd64", 1, 1), (REPOSITORY, "unknown", 1, 1)}


def test_by_runtime(repo_root: Path, march: Warehouse) -> None:
    rows = answer(repo_root, march, "as runtime")
    assert set(rows) == {(REPOSITORY, "docker", 1, 2), (REPOSITORY, "containerd", 1, 0)}


def test_before_and_after(repo_root: Path, march: Warehouse) -> None:
    """The 1st to 7th: a download and a look. The 8th to 14th: the same."""
    rows = [row for row in answer(repo_root, march, "as side") if row[0] == REPOSITORY]
    assert rows == [(REPOSITORY, "before", 1, 1), (REPOSITORY, "after", 1, 1)]


def test_environments_by_origin(repo_root: Path, march: Warehouse) -> None:
    """Two origins, of which nothing tells where they are."""
    rows = answer(repo_root, march, "as share_of_origins")
    assert rows == [(REPOSITORY, "unknown", 2, 1.0)]


def test_heaviest_origins(repo_root: Path, march: Warehouse) -> None:
    """docker: six requests of its pull, and two looks. containerd: six."""
    rows = answer(repo_root, march, "as requests", "limit 20")
    assert [(row[1], *row[3:]) for row in rows] == [("docker", 1, 1, 2, 8), ("containerd", 1, 1, 0, 6)]


def test_downloads_of_each_release(repo_root: Path, march: Warehouse) -> None:
    rows = answer(repo_root, march, "release_digests")
    assert rows == [(REPOSITORY, "1.1", date(2026, 3, 9), 1), (REPOSITORY, "1.0", date(2026, 3, 2), 1)]
