"""Whatever is wrong with the file or the address, the page says what to do, and never shows a traceback."""

from __future__ import annotations

import pytest

from pipeline.settings import Settings
from tests.dashboard.conftest import Open, Published
from tests.dashboard.test_pages import VIEWS, complaints

PAYLOADS = ["<script>alert(1)</script>", "=1+1", "'; drop table x; --", "\u202ex", "", "%00", "x" * 5000]
CONTROLS = (
    "repository", "days", "from", "to", "weekday", "ci", "mirrors", "pollers", "by", "compare",
    "cumulative", "first", "second", "measure", "top", "image", "exact",
)  # fmt: skip


def said(page: object) -> str:
    """All messages of the page."""
    return " ".join(one.value for kind in ("info", "warning", "error") for one in getattr(page, kind))


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_published_yet(data: Settings, open_page: Open, view: str) -> None:
    page = open_page(view)
    assert complaints(page) == []
    assert "Nothing has been published" in said(page)
    assert "make run" in said(page)


def test_a_data_directory_that_is_not_there(
    data: Settings, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULLHOUSE_DATA", str(data.data / "nowhere"))
    assert "Nothing has been published" in said(open_page())


def test_a_setting_that_is_wrong(data: Settings, open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULLHOUSE_DATE", "x")
    assert "PULLHOUSE" in said(open_page())
    assert complaints(open_page()) == []


def test_a_damaged_file(data: Settings, open_page: Open) -> None:
    data.marts.write_bytes(b"no database" * 1000)
    page = open_page()
    assert complaints(page) == []
    assert "cannot be read" in said(page)


@pytest.mark.parametrize("view", VIEWS)
def test_no_log_loaded(marts: Published, open_page: Open, view: str) -> None:
    marts.change_table("data_quality_daily_base", "delete from {table}")
    page = open_page(view)
    assert complaints(page) == []
    assert "No log has been loaded yet" in said(page)


@pytest.mark.parametrize("view", VIEWS)
def test_one_day_only(marts: Published, open_page: Open, view: str) -> None:
    marts.keep_one_day("2026-10-06")
    page = open_page(view)
    assert complaints(page) == []
    assert "2026-10-06 to 2026-10-06, 1 day" in page.caption[0].value


@pytest.mark.parametrize("view", VIEWS)
def test_days_without_data(marts: Published, open_page: Open, view: str) -> None:
    page = open_page(view, days="my own days", **{"from": "2021-01-01", "to": "2021-12-31"})
    assert complaints(page) == []
    assert "There are no logs for these days" in said(page)
    assert "2026-09-21 to 2026-11-15" in said(page)


def test_days_that_reach_beyond_the_logs(marts: Published, open_page: Open) -> None:
    page = open_page(days="my own days", **{"from": "2026-01-01", "to": "2027-12-31"})
    assert complaints(page) == []
    assert "674 without any logs" in page.caption[0].value


def test_days_in_the_wrong_order(marts: Published, open_page: Open) -> None:
    page = open_page(days="my own days", **{"from": "2026-10-31", "to": "2026-10-01"})
    assert not page.exception
    assert "lies after" in said(page)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_nonsense_in_the_address(marts: Published, open_page: Open, payload: str) -> None:
    filters = [payload, f"tag is: {payload}", f"{payload} is: x"]
    page = open_page(**dict.fromkeys(CONTROLS, payload), filter=filters)
    assert complaints(page) == []
    for view in VIEWS:
        assert complaints(page.switch_page(f"views/{view}.py").run()) == []
        assert page.title[0].value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("country is: DE", "there is no dimension country"),
        ("country_code=DE", "a filter is written as"),
        ("country_code is:", "a filter is written as"),
    ],
)
def test_a_filter_that_is_none_is_named(marts: Published, open_page: Open, text: str, why: str) -> None:
    page = open_page(filter=[text])
    assert complaints(page) == []
    assert why in said(page).replace("\\", "")


def test_an_older_file(marts: Published, open_page: Open) -> None:
    marts.drop("pull_definitions_daily")
    assert "another version of Pullhouse" in said(open_page())
    assert not open_page().exception
