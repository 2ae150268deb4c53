"""Every number in the report equals SQL written here, over sessions; a changed mart is seen."""

from __future__ import annotations

import importlib.util
import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.report import rollup
from dashboard.report.write import write
from pipeline.settings import Settings
from tests.dashboard.conftest import Published
from tests.dashboard.reading import Page

WEEKS = [date(2026, 9, 21) + timedelta(weeks=week) for week in range(8)]
COUNTED = "outcome in ('download', 'version_check')"
CHECKS = "count(*) filter (where outcome = 'version_check')"
DIMENSIONS = {
    "repository", "tag", "client_name", "country_code", "cloud_provider", "platform", "environment",
    "access_pattern", "network_operator", "company",
}  # fmt: skip
REST = "⟨all others⟩"
PAYLOADS = (
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--<script>", "a\u202eb",
    "[x](javascript:alert(1))", "|`*_", '=HYPERLINK("http://example.com")',
)  # fmt: skip


def read(settings: Settings) -> Page:
    return Page(write(settings).read_text("utf-8"))


@pytest.fixture
def report(marts: Published, data: Settings) -> Page:
    return read(data)


def by_week(marts: Published, sql: str, day: str = "pull_date") -> dict[date, Any]:
    """Rows of `select <week>, …` by their first column."""
    return {row[0]: row[1:] for row in marts.rows(sql.format(week=f"date_trunc('week', {day})::date"))}


def totals(marts: Published) -> dict[str, list[int]]:
    found = by_week(
        marts,
        f"select {{week}}, sum(download_count)::bigint, {CHECKS}, count(distinct origin_id) filter"
        f" (where {COUNTED}) from fct_pulls group by 1",
    )
    downloads, checks, origins = zip(*(found[week] for week in WEEKS), strict=True)
    return {
        "download_count": list(downloads),
        "version_check_count": list(checks),
        "pull_count": [one + other for one, other in zip(downloads, checks, strict=True)],
        "unique_origin_count": list(origins),
    }


def distinct_origins(data: dict[str, Any], first: int, last: int) -> int:
    """What the script of the report makes of the roll-up."""
    return sum(count for before, now, count in data["origins"] if before < first <= now <= last)


def test_the_totals_equal_sql(marts: Published, report: Page) -> None:
    assert [one["start"] for one in report.data["periods"]] == [str(week) for week in WEEKS]
    assert report.data["totals"] == totals(marts)


def test_the_origins_of_every_range_equal_sql(marts: Published, report: Page) -> None:
    days = f"select distinct pull_date, origin_id from fct_pulls where {COUNTED}"
    seen = [{origin for day, origin in marts.rows(days) if 0 <= (day - week).days < 7} for week in WEEKS]
    for first in range(8):
        for last in range(first, 8):
            assert distinct_origins(report.data, first, last) == len(set().union(*seen[first : last + 1]))


@pytest.mark.parametrize("name", sorted(DIMENSIONS))
def test_a_dimension_equals_sql(marts: Published, report: Page, name: str) -> None:
    expected = marts.rows(
        f"select coalesce({name}, 'unknown'), date_trunc('week', pull_date)::date,"
        f" sum(download_count)::bigint, {CHECKS} from fct_pulls where {COUNTED} group by 1, 2"
    )
    cells = {(value, week): counts for value, week, *counts in expected}
    order = sorted(
        {value for value, *_ in expected},
        key=lambda value: (*(-sum(row[n] for row in expected if row[0] == value) for n in (2, 3)), value),
    )
    table = report.data["tables"][name]
    shown = order[:25]
    assert table["values"] == shown + ([REST] if len(order) > 25 else [])
    for place, measure in enumerate(("download_count", "version_check_count")):
        found = [[cells.get((value, week), [0, 0])[place] for week in WEEKS] for value in shown]
        rest = [[sum(cells.get((value, week), [0, 0])[place] for value in order[25:]) for week in WEEKS]] * (
            len(order) > 25
        )
        assert table[measure] == found + rest


@pytest.mark.parametrize(
    ("name", "mart", "day", "value", "measure", "where"),
    [
        ("definition", "pull_definitions_daily", "period_start", "definition_id", "pull_count",
         "repository = '*'"),
        ("excluded", "excluded_traffic_daily", "excluded_on", "reason", "line_count", "true"),
        ("unmet", "unmet_demand_daily", "demand_date",
         "concat(repository, ':', reference, ' (', reason, ')')", "session_count", "true"),
    ],
)  # fmt: skip
def test_another_table_equals_its_mart(
    marts: Published, report: Page, name: str, mart: str, day: str, value: str, measure: str, where: str
) -> None:
    expected = marts.rows(
        f"select {value}, date_trunc('week', {day})::date, sum({measure})::bigint from {mart}"
        f" where {where} group by 1, 2"
    )
    table = report.data["tables"][name]
    found = [
        (value, week, count)
        for value, counts in zip(table["values"], table[measure], strict=True)
        for week, count in zip(WEEKS, counts, strict=True)
        if count
    ]
    assert sorted(found) == sorted(row for row in expected if row[2])
    assert len(found) > 3


def test_the_installs_are_those_of_the_last_day(marts: Published, report: Page) -> None:
    expected = by_week(
        marts,
        "select {week}, confirmed_current_count, stale_count from active_installs_daily"
        " where repository = '*' and isodow(install_date) = 7",
        "install_date",
    )
    installs = report.data["installs"]
    found = zip(installs["confirmed_current_count"], installs["stale_count"], strict=True)
    assert dict(zip(WEEKS, found, strict=True)) == expected


def test_a_changed_mart_is_seen(marts: Published, data: Settings) -> None:
    """The planted defect: each comparison above is with another source than the report reads."""
    true = totals(marts)
    for mart, where in (
        ("pulls_weekly_base", "repository = '*'"),
        ("pulls_weekly_by_dimension_base", "repository = '*' and dimension = 'tag' and value = 'latest'"),
    ):
        marts.change_table(
            mart,
            f"update {{table}} set download_count = download_count + 1 where {where}"
            " and period_start = date '2026-10-05'",
        )
    marts.change_table("origin_days", "insert into {table} (pull_date, repository, origin_id, endpoint_id)"
                       " values (date '2026-10-06', 'acme/app', 1, 1)")  # fmt: skip
    found = read(data).data
    assert found["totals"]["download_count"][2] == true["download_count"][2] + 1
    assert distinct_origins(found, 2, 2) == true["unique_origin_count"][2] + 1
    latest = found["tables"]["tag"]["values"].index("latest")
    marts_say = marts.rows("select sum(download_count)::bigint from fct_pulls where tag = 'latest' and"
                           " date_trunc('week', pull_date) = date '2026-10-05'")  # fmt: skip
    assert found["tables"]["tag"]["download_count"][latest][2] == marts_say[0][0] + 1


def test_what_is_not_final_or_has_no_logs_says_so(marts: Published, data: Settings) -> None:
    marts.change_table("data_quality_daily_base", "delete from {table} where quality_date between"
                       " date '2026-09-28' and date '2026-10-04'")  # fmt: skip
    marts.change_table("dim_periods", "update {table} set covered_day_count = 5 where grain = 'week' and"
                       " period_start = date '2026-10-05'")  # fmt: skip
    found = read(data).data
    assert [one["is_final"] for one in found["periods"]] == [True] * 7 + [False]
    assert [one["covered_day_count"] for one in found["periods"]] == [7, 7, 5, 7, 7, 7, 7, 7]
    assert [one["has_logs"] for one in found["periods"]] == [True, False] + [True] * 6
    assert {name: values[1] for name, values in found["totals"].items()} == dict.fromkeys(found["totals"])


def test_weeks_that_are_left_out_are_said_to_be(
    marts: Published, data: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Older logs are left out: this file has the newest 5 weeks."
    write(data)
    assert said not in data.report.read_text("utf-8")
    monkeypatch.setattr(rollup, "MOST_PERIODS", 5)
    write(data)
    page = read(data)
    assert said in page.text
    assert page.data["periods"][0]["start"] == "2026-10-12"


def test_the_file_asks_nobody_for_anything(report: Page, data: Settings) -> None:
    assert data.report.stat().st_size < 1_500_000
    links = [
        (tag, value) for tag, attributes in report.tags for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "background")
    ]  # fmt: skip
    assert links == [("a", "https://db-ip.com")]
    policies = [one.get("content") or "" for tag, one in report.tags if tag == "meta" and "http-equiv" in one]
    assert [policy.split(";")[0] for policy in policies] == ["default-src 'none'"]
    style = "".join(report.texts["style"])
    assert "url(" not in style
    assert "@import" not in style


def test_headings_language_and_a_table_under_each_chart(report: Page) -> None:
    assert ("html", {"lang": "en"}) in report.tags
    assert report.texts["title"] == ["Container pulls: a report by Pullhouse"]
    assert len(report.texts["h1"]) == 1
    figures = [one["id"] for tag, one in report.tags if tag == "figure"]
    assert figures == [one["name"] for one in report.data["figures"]]
    assert len(figures) == 17
    tables = [one["id"] for tag, one in report.tags if tag == "table"]
    assert tables == [f"table-{name}" for name in figures]
    assert report.texts["summary"].count("How is this counted?") == 1 + len(figures)
    explained = [text for text in report.texts["li"] if not text.isspace()]
    assert len(explained) > 2 * len(figures)
    assert [text for text in explained if len(text) <= len(": ")] == []


def test_what_clients_wrote_is_text(marts: Published, data: Settings) -> None:
    names = ["latest", "1.0.1", "2.3.0", "1.0.0"]
    for name, payload in zip(names, PAYLOADS[:4], strict=True):
        marts.change_table(
            "pulls_weekly_by_dimension_base",
            f"update {{table}} set value = '{payload}' where dimension = 'tag' and value = '{name}'",
        )
    for name, payload in zip(("containerd", "docker", "skopeo"), PAYLOADS[4:], strict=True):
        marts.change_table(
            "pulls_weekly_by_dimension_base",
            f"update {{table}} set value = '{payload}' where dimension = 'client_name' and value = '{name}'",
        )
    page = read(data)
    assert [one.get("id", "") for tag, one in page.tags if tag == "script"] == ["data", "", ""]
    assert "img" not in {tag for tag, _ in page.tags}
    tables = page.data["tables"]
    shown = tables["tag"]["values"] + tables["client_name"]["values"]
    assert set(PAYLOADS) - set(shown) == {"a\u202eb"}
    assert "a<U+202E>b" in shown
    week = data.digest.read_text("utf-8")
    assert re.findall(r"(?<!\\)<|(?<!\\)\]\(|\u202e", week) == []


def test_one_day_and_no_day(marts: Published, data: Settings) -> None:
    marts.keep_one_day("2026-10-06")
    found = read(data).data
    one = [place for place, period in enumerate(found["periods"]) if period["start"] == "2026-10-06"]
    assert found["grain"] == "day"
    expected = marts.rows("select download_count from pulls_daily where repository = '*'")[0][0]
    assert found["totals"]["download_count"][one[0]] == expected
    assert sum(count or 0 for count in found["totals"]["download_count"]) == expected
    marts.change_table("data_quality_daily_base", "delete from {table}")
    page = read(data)
    assert any("No log has been loaded yet" in text for text in page.texts["p"])
    assert [tag for tag, _ in page.tags if tag == "script"] == []


def test_the_digest_by_hand(marts: Published, report: Page, data: Settings) -> None:
    """The week of 9 November against that of the 2nd, counted over sessions."""
    sql = (
        f"select sum(download_count)::bigint, count(distinct origin_id) filter (where {COUNTED}), {CHECKS}"
        " from fct_pulls where pull_date between ? and ?"
    )
    now, then = (marts.rows(sql, day, day + timedelta(6))[0] for day in (WEEKS[7], WEEKS[6]))
    week = data.digest.read_text("utf-8")
    assert "# Container pulls of 2026-11-09 to 2026-11-15" in week
    assert "**Not final**" in week
    for label, one, other in zip(("Downloads", "Unique origins", "Version checks"), now, then, strict=True):
        assert f"| {label} | {one:,} | {other:,} | {100 * (one - other) / other:+.1f} % |" in week
    tag = (
        "select sum(download_count)::bigint from fct_pulls where tag = '1.0.0' and pull_date between ? and ?"
    )
    one, other = (marts.rows(tag, day, day + timedelta(6))[0][0] for day in (WEEKS[7], WEEKS[6]))
    assert f"* tag 1\\.0\\.0: {one}, {other - one} fewer" in week
    assert other - one > 5


def test_the_digest_without_a_week_before(marts: Published, data: Settings) -> None:
    marts.change_table("dim_periods", "update {table} set covered_day_count = 6 where grain = 'week'")
    write(data)
    week = data.digest.read_text("utf-8")
    assert "Not compared" in week
    assert "Only 6 of 7 days have logs" in week
    assert "## Downloads" not in week


def test_unusual_days_of_the_week(marts: Published, data: Settings) -> None:
    """What began in the week stands under its image; what goes on, or is of another week, does not."""
    marts.change_table("anomalies_daily", "update {table} set assessment = 'ordinary'")
    tuesday = "where pull_date = '2026-11-10' and measure = 'version_check_count'"
    anomaly = (
        "assessment = 'anomaly', is_continued = false, direction = 'high', cause = 'one_origin',"
        " measured = 3210, usual = 12.0, top_dimension = 'tag', top_value = '<b>'"
    )
    marts.change_table("anomalies_daily", f"update {{table}} set {anomaly} {tuesday}")
    for day, changed in (("2026-11-11", anomaly.replace("false", "true")), ("2026-11-08", anomaly)):
        marts.change_table("anomalies_daily", f"update {{table}} set {changed} where pull_date = '{day}'")
    write(data)
    section = data.digest.read_text("utf-8").split("## Unusual days\n\n")[1].split("\n\n")[0]
    images = [name for (name,) in marts.rows("select distinct repository from anomalies_daily order by 1")]
    counted = "3,210 version checks, 12 are usual"
    assert section.splitlines() == [
        f"* Tuesday 2026-11-10, {name}: {counted} (one origin; most of it tag \\<b\\>)"
        for name in images
        if name != "*"
    ]


def test_the_charts_are_those_of_the_page(report: Page) -> None:
    """Each is a chart over data with a name, which the script of the report fills."""
    for one in report.data["figures"]:
        assert one["spec"]["$schema"].startswith("https://vega.github.io/schema/vega-lite/v6")
        assert set(one["spec"]["data"]) == {"name"}
        assert one["spec"]["width"] == "container"
        assert '"values"' not in json.dumps(one["spec"])


def test_the_script_is_that_of_the_pinned_package(repo_root: Path) -> None:
    path = repo_root / "scripts" / "vega_bundle.py"
    spec = importlib.util.spec_from_file_location("vega_bundle", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.TARGET.read_text("utf-8") == module.bundle()
