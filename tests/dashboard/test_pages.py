"""Every page draws: with and without filters, on one day only, on any image."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.charts import common
from tests.dashboard.conftest import APP, Open, Published

VIEWS = sorted(path.stem for path in (APP.parent / "views").glob("*.py"))
ADDRESSES: dict[str, dict[str, str | list[str]]] = {
    "as it opens": {},
    "an image that nobody ever got": {"repository": "acme/nope", "by": "month"},
    "everything set": {
        "repository": "acme/app", "days": "my own days", "from": "2026-10-01", "to": "2026-11-05",
        "weekday": ["Friday"], "ci": "without", "mirrors": "without", "pollers": "without",
        "filter": ["country_code is: DE", "country_code is: US", "tag is not: latest"],
        "cumulative": "true", "second": "cloud_provider", "top": "3", "measure": "unique_origin_count",
    },
    "a filter that leaves nothing": {"filter": ["tag is: no such tag"]},
}  # fmt: skip


def complaints(page: AppTest) -> list[str]:
    """What the page says went wrong."""
    return [*(one.message for one in page.exception), *(one.value for one in page.error)]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("case", ADDRESSES)
def test_every_page_draws(marts: Published, open_page: Open, view: str, case: str) -> None:
    page = open_page(view, **ADDRESSES[case])
    assert complaints(page) == []
    assert page.title[0].value
    assert "IP Geolocation by DB-IP" in page.markdown[-1].value


@pytest.mark.parametrize("view", VIEWS)
def test_every_figure_has_a_table_two_files_and_its_explanation(
    marts: Published, open_page: Open, view: str
) -> None:
    page = open_page(view)
    explained = [one for one in page.expander if one.label == "How is this counted?"]
    assert len(explained) >= 1
    for one in explained:
        assert "more: `docs/" in one.markdown[0].value
    assert len(page.dataframe) >= len(explained)
    labels = [one.label for one in page.download_button]
    assert labels == ["CSV", "Parquet"] * len(explained)


def test_the_pages_of_docs_that_are_named_exist(repo_root: Path) -> None:
    named = {
        word.strip('",)')
        for path in (APP.parent / "views").glob("*.py")
        for word in path.read_text("utf-8").split()
        if word.strip('",)').endswith(".md")
    }
    assert len(named) > 5
    assert [name for name in named if not (repo_root / "docs" / name).exists()] == []


def test_a_day_is_text_in_charts_so_that_no_time_zone_moves_it(marts: Published, open_page: Open) -> None:
    page = open_page("overview", by="day", days="the last 8 weeks")
    table = page.dataframe[0].value
    assert common.with_days_as_text(table, "period_start")["period_start"].iloc[0] == "2026-09-21"


def test_a_page_that_is_wrong_is_seen(marts: Published, open_page: Open) -> None:
    """The check of this file turns red when a mart is gone."""
    assert complaints(open_page("unmet")) == []
    marts.drop("unmet_demand_daily")
    assert any("another version of Pullhouse" in one for one in complaints(open_page("unmet")))
