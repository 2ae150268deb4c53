"""What stands on the screen equals SQL written here; choices, links, files and a publication in between."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from dashboard.report.write import write
from pipeline.settings import Settings
from tests.browser.conftest import Fresh, Site, settle

pytestmark = pytest.mark.browser

FIRST, LAST = date(2026, 9, 21), date(2026, 11, 15)
COUNTED = "outcome in ('download', 'version_check')"
CHECKS = "count(*) filter (where outcome = 'version_check')"
TOTALS = f"""
    select
        sum(download_count)::bigint, count(distinct origin_id) filter (where {COUNTED}), {CHECKS},
        sum(download_count)::bigint + {CHECKS}
    from fct_pulls where pull_date between ? and ? and {{where}}
"""


def totals(site: Site, first: date = FIRST, last: date = LAST, where: str = "true") -> list[int]:
    """Downloads, unique origins, version checks, pull operations."""
    return list(site.marts.rows(TOTALS.format(where=where), first, last)[0])


def numbers(texts: list[str]) -> list[int]:
    return [int(text.replace(",", "")) for text in texts]


def headline(page: Page) -> list[int]:
    """The four figures at the top of Overview."""
    return numbers(page.locator("[data-testid=stMetricValue]").all_inner_texts())


def marks(page: Page, title: str) -> list[str]:
    """What a screen reader says of the points and bars of the chart under a heading."""
    chart = page.locator(f"h2:has-text('{title}') >> xpath=following::*[@data-testid='stVegaLiteChart'][1]")
    found = chart.locator("[aria-roledescription=point], [aria-roledescription=bar]")
    return [one.get_attribute("aria-label") or "" for one in found.all()]


def value(label: str, name: str) -> str:
    """One field of such a label."""
    return re.search(rf"(?:^|; ){name}: ([^;]*)", label)[1]  # type: ignore[index]


def test_overview_equals_sql(site: Site, fresh: Fresh) -> None:
    page = fresh().open(site.all_of())
    assert headline(page) == totals(site)
    by_week = site.marts.rows(
        f"select date_trunc('week', pull_date)::date::text, sum(download_count)::bigint,"
        f" count(distinct origin_id) filter (where {COUNTED}), {CHECKS} from fct_pulls group by 1 order by 1"
    )
    shown = {
        (value(one, "period_start"), value(one, "measure")): int(value(one, "value").replace(",", ""))
        for title in ("Downloads and unique origins over time", "Version checks over time")
        for one in marks(page, title)
    }
    names = ("downloads", "unique origins", "version checks")
    assert shown == {
        (week, name): count for week, *row in by_week for name, count in zip(names, row, strict=True)
    }
    counters = sorted(
        int(value(one, "pull operations").replace(",", ""))
        for one in marks(page, "What other counters would say of the same traffic")
    )
    expected = site.marts.rows(
        "select sum(pull_count)::bigint from pull_definitions_daily where repository = '*' group by"
        " definition_id order by 1"
    )
    assert counters == [count for (count,) in expected]


def test_cohorts_equal_sql(site: Site, fresh: Fresh) -> None:
    page = fresh().open(site.all_of("trends"))
    shown = {
        (value(one, "week_start"), value(one, "origins")): int(value(one, "count").replace(",", ""))
        for one in marks(page, "Origins of each week, by when they came before")
    }
    counted = site.marts.rows(
        "with weeks as (select distinct date_trunc('week', pull_date)::date as week, origin_id from fct_pulls"
        f" where {COUNTED} and not is_origin_unlinkable), seen as (select week, week - lag(week) over"
        " (partition by origin_id order by week) as days from weeks) select week::text, count(*),"
        " count(*) filter (where days is null) from seen group by week order by week"
    )
    by_week = {week: sum(n for (one, _), n in shown.items() if one == week) for week, *_ in counted}
    assert by_week == {week: origins for week, origins, _ in counted}
    new = {week: shown[week, "never seen before"] for week, *_ in counted}
    assert new == {week: never for week, _, never in counted}
    retained = {
        (value(one, "cohort_week"), int(value(one, "weeks_since"))): value(one, "retention")
        for one in marks(page, "Of those first seen in a week: what part came in later weeks")
    }
    expected = site.marts.rows(
        "with weeks as (select distinct date_trunc('week', pull_date)::date as week, origin_id from fct_pulls"
        f" where {COUNTED} and not is_origin_unlinkable), firsts as (select origin_id, min(week) as first"
        " from weeks group by 1) select first::text, (week - first) // 7, count(*) from weeks join firsts"
        " using (origin_id) group by 1, 2"
    )
    sizes = {week: count for week, since, count in expected if since == 0}
    came = {(week, since): count for week, since, count in expected}
    assert len(retained) > 20
    for (week, since), share in retained.items():
        assert abs(int(share.removesuffix("%")) - 100 * came.get((week, since), 0) / sizes[week]) <= 0.5


def test_unusual_days_equal_sql(site: Site, fresh: Fresh, tmp_path: Path) -> None:
    """The rule of docs/behaviour.md over single sessions: the median of this weekday's counts."""
    page = fresh().open(site.all_of("trends"))
    with page.expect_download() as download:
        page.locator("[data-testid=stDownloadButton] button").first.click()
    path = tmp_path / "unusual.csv"
    download.value.save_as(path)
    found = [
        (row["pull_date"][:10], row["repository"], row["measure"], int(row["measured"]), float(row["usual"]))
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))
    ]
    expected = site.marts.rows(
        "with sessions as (select pull_date as day, unnest([repository, 'all images']) as repository,"
        " download_count as downloads, (outcome = 'version_check')::int as checks from fct_pulls),"
        " grid as (select day, repository from (select distinct day from sessions),"
        " (select distinct repository from sessions)), counts as (select day, repository, unnest(["
        " {'measure': 'download_count', 'n': coalesce(sum(downloads), 0)::bigint},"
        " {'measure': 'version_check_count', 'n': coalesce(sum(checks), 0)::bigint}], recursive := true)"
        " from grid left join sessions using (day, repository) group by day, repository),"
        " usual as (select one.day, one.repository, one.measure, one.n, median(other.n) as usual,"
        " list(other.n) as others from counts as one join counts as other"
        " on one.repository = other.repository and one.measure = other.measure"
        " and (one.day - other.day) in (7, 14, 21, 28, 35, 42, 49, 56) group by all having count(*) >= 4),"
        " scattered as (select *, list_median([abs(x - usual) for x in others]) as mad from usual)"
        " select day::text, repository, measure, n, usual from scattered where abs(n - usual) > 10"
        " and abs(n - usual) > 4 * sqrt(usual) and (mad = 0 or 0.6745 * abs(n - usual) / mad > 6)"
    )
    assert sorted(found) == sorted(expected)
    assert len(found) > 10


def test_events_equal_sql(site: Site, fresh: Fresh) -> None:
    """The week of each event of the sample's calendar, beside the mean of all whole weeks before it."""
    page = fresh().open(site.of("trends"))
    shown = {
        value(one, "event")[:10]: float(value(one, "lift").removesuffix("%")) / 100
        for one in marks(page, "Events and releases")
    }
    weeks = (
        "(select date_trunc('week', pull_date)::date as week, sum(download_count) as n from fct_pulls"
        " where {} group by 1)"
    )
    expected = {
        day: site.marts.rows(
            f"select any_value(n) filter (where week = ?) / avg(n) filter (where week < ?) - 1"
            f" from {weeks.format(where)}",
            day,
            day,
        )[0][0]
        for day, where in (("2026-11-02", "repository = 'acme/app'"), ("2026-11-09", "true"))
    }
    assert shown == pytest.approx(expected, abs=0.01)


def test_a_choice_a_link_and_a_file(site: Site, fresh: Fresh, tmp_path: Path) -> None:
    page = fresh().open(site.all_of())
    page.get_by_role("radiogroup", name="CI").get_by_text("without", exact=True).click()
    settle(page)
    page.get_by_role("radiogroup", name="By").get_by_text("month", exact=True).click()
    settle(page)
    expected = totals(site, where="environment <> 'ci'")
    assert headline(page) == expected
    other = fresh("phone", "dark").open(page.url)
    assert headline(other) == expected
    page.get_by_text("The figures as a table").first.click()
    with page.expect_download() as download:
        page.locator("[data-testid=stDownloadButton] button").first.click()
    # Streamlit's own button would write cells that a spreadsheet runs.
    page.locator("[data-testid=stDataFrame]").first.hover()
    assert page.get_by_role("button", name="Download as CSV").count() == 0
    assert page.get_by_role("button", name="Search").count() > 0
    path = tmp_path / "figures.csv"
    download.value.save_as(path)
    found = [
        (row["period_start"][:10], int(row["download_count"]))
        for row in csv.DictReader(io.StringIO(path.read_text("utf-8")))
    ]
    assert found == site.marts.rows(
        "select date_trunc('month', pull_date)::date::text, sum(download_count)::bigint from fct_pulls"
        " where environment <> 'ci' group by 1 order by 1"
    )


def test_two_dimensions_crossed(site: Site, fresh: Fresh) -> None:
    page = fresh().open(site.all_of("breakdown", first="environment", second="architecture"))
    shown = {
        (value(one, "environment"), value(one, "architecture")): int(value(one, "downloads").replace(",", ""))
        for one in marks(page, "Downloads by environment and architecture")
    }
    expected = site.marts.rows(
        "select coalesce(environment, 'unknown'), coalesce(architecture, 'unknown'),"
        f" sum(download_count)::bigint from fct_pulls where {COUNTED} group by 1, 2"
    )
    assert shown == {(one, other): count for one, other, count in expected}
    assert len(shown) > 6


def test_a_publication_in_between(site: Site, fresh: Fresh) -> None:
    """A session more is seen at the next reload, and no page breaks."""
    visit = fresh()
    before = headline(visit.open(site.all_of()))
    kept = site.marts.path.with_suffix(".kept")
    shutil.copyfile(site.marts.path, kept)
    try:
        site.marts.change_table("pulls_daily_base", "update {table} set download_count = download_count + 1"
                                " where repository = '*' and period_start = date '2026-10-06'")  # fmt: skip
        visit.page.reload()
        settle(visit.page)
        after = headline(visit.page)
    finally:
        kept.replace(site.marts.path)
    assert after[:3] == [before[0] + 1, *before[1:3]]
    assert visit.complaints == []


def table(page: Page, name: str) -> list[list[str]]:
    """The lines of a table of the report, without its head."""
    lines = page.locator(f"#table-{name} tbody tr").all()
    return [one.locator("th, td").all_text_contents() for one in lines]


def report_equals_sql(site: Site, page: Page, first: date, last: date) -> list[str]:
    """The figures of the report that are not what sessions say; expects whole weeks."""
    wrong = []
    if numbers(page.locator("[data-measure]").all_text_contents()) != totals(site, first, last):
        wrong.append("headline")
    weeks = site.marts.rows(
        "select date_trunc('week', pull_date)::date::text, sum(download_count)::bigint,"
        f" count(distinct origin_id) filter (where {COUNTED}), {CHECKS} from fct_pulls"
        " where pull_date between ? and ? group by 1 order by 1",
        first,
        last,
    )
    if [[one[0], *numbers(one[1:3])] for one in table(page, "pulls")] != [list(one[:3]) for one in weeks]:
        wrong.append("pulls")
    if [[one[0], *numbers(one[1:2])] for one in table(page, "checks")] != [[one[0], one[3]] for one in weeks]:
        wrong.append("checks")
    for name in ("repository", "client_name", "country_code", "platform", "environment", "company"):
        values = site.marts.rows(
            f"select coalesce({name}, 'unknown') as value, sum(download_count)::bigint as n, {CHECKS} as m"
            f" from fct_pulls where {COUNTED} and pull_date between ? and ? group by 1 having n + m > 0"
            " order by n desc, m desc",
            first,
            last,
        )
        shown = [tuple(numbers(one[1:])) for one in table(page, f"by-{name.replace('_', '-')}")]
        rest = [tuple(sum(column) for column in zip(*(one[1:] for one in values[10:]), strict=True))]
        if shown != [one[1:] for one in values[:10]] + (rest if len(values) > 10 else []):
            wrong.append(name)
    return wrong


def test_the_report_equals_sql_in_any_weeks(site: Site, fresh: Fresh) -> None:
    visit = fresh()
    page = visit.open(site.report.as_uri())
    assert report_equals_sql(site, page, date(2026, 10, 19), LAST) == []
    now, then = totals(site, date(2026, 10, 19), LAST), totals(site, FIRST, date(2026, 10, 18))
    changes = [f"{100 * (one - other) / other:+.1f} %" for one, other in zip(now, then, strict=True)]
    assert page.locator("[data-change]").all_text_contents() == changes
    assert "1 week not final" in page.inner_text("#range")
    page.select_option("#from", label="2026-09-28")
    page.select_option("#to", label="2026-10-11")
    page.wait_for_selector("html[data-drawn^='1-2-']")
    assert report_equals_sql(site, page, date(2026, 9, 28), date(2026, 10, 11)) == []
    assert "knows nothing before 2026-09-21" in page.inner_text("#compared")
    other = fresh("phone").open(page.url)
    assert other.inner_text("#range") == page.inner_text("#range")
    page.get_by_role("button", name="all 8 weeks").click()
    page.wait_for_selector("html[data-drawn^='0-7-']")
    assert report_equals_sql(site, page, FIRST, LAST) == []
    drawn = page.locator("#pulls [aria-roledescription=point]").all()
    assert len(drawn) == 16
    assert visit.asked == []
    assert visit.complaints == []


def test_a_changed_mart_is_seen_in_the_report(site: Site, fresh: Fresh, tmp_path: Path) -> None:
    """The planted defects: a download more in a week of the marts, and text that would be HTML."""
    settings = Settings(data=tmp_path)
    shutil.copyfile(site.marts.path, settings.marts)
    changed = type(site.marts)(settings.marts)
    for mart, change in (
        ("pulls_weekly_base", "set download_count = download_count + 1 where repository = '*'"),
        ("pulls_weekly_by_dimension_base", "set value = '<img src=x onerror=boom()>' where value = 'docker'"),
        ("pulls_weekly_by_dimension_base", "set download_count = download_count + 1 where value = 'US'"),
    ):
        changed.change_table(mart, f"update {{table}} {change}")
    visit = fresh()
    page = visit.open(write(settings).as_uri())
    first = LAST - timedelta(weeks=4, days=-1)
    assert report_equals_sql(site, page, first, LAST) == ["headline", "pulls", "country_code"]
    assert page.locator("img").count() == 0
    assert any("<img src=x onerror=boom()>" in one[0] for one in table(page, "by-client-name"))
    assert visit.complaints == []
