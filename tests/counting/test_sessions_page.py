"""The worked example of docs/sessions.md, through the whole house: the page says what is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.factories import CONFIG_BYTES, IMAGE, Traffic, digest
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, make

DAY = "2026-03-02"
ADDRESS = "198.51.100.7"
REQUEST = re.compile(r"^\| (12:[\d:.]+) \| (HEAD|GET) \| (.+?) \|", re.MULTILINE)
SESSION = re.compile(r"^\| [a-d] \| (\S+) \| (\w+) \|$", re.MULTILINE)
NUMBERS = re.compile(r"`(download_count|version_check_count|pull_count|unique_origin_count)` (\d+)")


@pytest.fixture(scope="module")
def page(repo_root: Path) -> str:
    """The text of the page."""
    return (repo_root / "docs" / "sessions.md").read_text("utf-8")


@pytest.fixture(scope="module")
def published(page: str, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The marts of the requests that the page lists."""
    folder = tmp_path_factory.mktemp("page")
    traffic = Traffic("acme/app", ADDRESS)
    for at, method, what in REQUEST.findall(page):
        ask(traffic, f"{DAY} {at}", method, what)
    assert len(traffic.lines) == 9
    write(traffic.lines, folder / "logs" / "access.jsonl")
    return make(folder / "data", folder / "logs", only=("pulls_daily", "pull_definitions_daily"))


def ask(traffic: Traffic, at: str, method: str, what: str) -> None:
    """One line of the page's table as a request."""
    kind, _, name = what.rpartition(" ")
    if kind == "tag":
        traffic.manifest(at, method, name)
    elif kind == "index of":
        traffic.manifest(at, method, digest(f"{traffic.repository}:{name}"))
    elif kind == "image":
        traffic.manifest(at, method, digest(what), IMAGE)
    elif what == "configuration":
        traffic.blob(at, what, CONFIG_BYTES)
    else:
        traffic.blob(at, what)
        # nginx logs a request at its end: a layer takes 100 ms.
        layer = traffic.lines[-1]
        layer |= {"msec": f"{float(layer['msec']) + 0.1:.3f}", "request_time": "0.100"}


def test_sessions_are_those_of_the_page(page: str, published: Warehouse) -> None:
    found = published.query("select tag, outcome from fct_pulls order by started_at")
    assert found == SESSION.findall(page)
    assert len(found) == 4


def test_numbers_are_those_of_the_page(page: str, published: Warehouse) -> None:
    numbers = {name: int(value) for name, value in NUMBERS.findall(page)}
    columns = ", ".join(numbers)
    (row,) = published.query(f"select {columns} from pulls_daily where repository = 'acme/app'")
    assert dict(zip(numbers, row, strict=True)) == numbers
    assert numbers == {
        "download_count": 1, "version_check_count": 3, "pull_count": 4, "unique_origin_count": 1
    }  # fmt: skip


def test_docker_s_rule_is_that_of_the_page(published: Warehouse) -> None:
    """Two GETs of manifests within six hours are one pull; each GET counted, two."""
    rows = dict(
        published.query(
            "select definition_id, pull_count from pull_definitions_daily where repository = 'acme/app'"
        )
    )
    assert (rows["docker_2022"], rows["each_get"]) == (1, 2)


def test_every_model_that_the_page_names_exists(page: str, repo_root: Path) -> None:
    models = {path.stem for path in (repo_root / "dbt_project" / "models").rglob("*.sql")}
    named = set(re.findall(r"`((?:stg|int|fct)_\w+|pulls_\w+)`", page))
    assert len(named) > 10
    assert named <= models
