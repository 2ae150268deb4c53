"""Every figure of Overview equals SQL written here, over sessions and origin days; a changed mart is seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import FIRST, LAST, Open, Published

# The page opens with half of the sample, so that there is something to compare with.
OPENS = LAST - timedelta(days=27)
ALL_OF_IT = {"days": "the last 8 weeks"}
LABELS = ("Downloads", "Unique origins", "Version checks", "Pull operations")
TRUTH = """
    select
        coalesce(sum(download_count), 0)::bigint,
        count(distinct origin_id) filter (where outcome in ('download', 'version_check')),
        count(*) filter (where outcome = 'version_check'),
        coalesce(sum(download_count), 0)::bigint + count(*) filter (where outcome = 'version_check')
    from fct_pulls where pull_date between ? and ? and {where}
"""
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "as it opens": ({}, "true"),
    "one image": ({"repository": "acme/app"}, "repository = 'acme/app'"),
    "Tuesdays": ({"weekday": ["Tuesday"]}, "dayname(pull_date) = 'Tuesday'"),
    "without CI": ({"ci": "without"}, "environment <> 'ci'"),
    "only mirrors": ({"mirrors": "only"}, "is_lower_bound"),
    "without pollers": ({"pollers": "without"}, "access_pattern <> 'polling'"),
    "is": ({"filter": ["country_code is: DE", "country_code is: US"]}, "country_code in ('DE', 'US')"),
    "is not": (
        {"filter": ["country_code is not: DE", "country_code is not: US"]},
        "coalesce(country_code, '') not in ('DE', 'US')",
    ),
    "unknown": ({"filter": ["cloud_provider is: unknown"]}, "cloud_provider is null"),
    "together": (
        {
            "repository": "acme/app", "weekday": ["Monday", "Sunday"], "ci": "without",
            "filter": ["client_name is: docker", "tag is not: latest"],
        },
        "repository = 'acme/app' and isodow(pull_date) in (1, 7) and environment <> 'ci'"
        " and client_name = 'docker' and tag is distinct from 'latest'",
    ),
}  # fmt: skip


def headline(page: AppTest) -> tuple[int, ...]:
    """The figures at the top of the page."""
    assert [one.label for one in page.metric] == list(LABELS)
    return tuple(int(one.value.replace(",", "")) for one in page.metric)


def truth(marts: Published, first: date, last: date, where: str = "true") -> tuple[int, ...]:
    """The same from the sessions. The sample has one key epoch, so an origin has one pseudonym."""
    return marts.rows(TRUTH.format(where=where), first, last)[0]


@pytest.mark.parametrize("case", CASES)
def test_the_headline_equals_sql(marts: Published, open_page: Open, case: str) -> None:
    address, where = CASES[case]
    expected = truth(marts, OPENS, LAST, where)
    assert expected[0] > 0
    assert headline(open_page(**address)) == expected


@pytest.mark.parametrize("grain", ["day", "week", "month", "year"])
@pytest.mark.parametrize("case", ["as it opens", "one image", "without CI", "Tuesdays"])
def test_the_series_equals_sql(marts: Published, open_page: Open, grain: str, case: str) -> None:
    """From a Thursday to a Saturday: the first and the last week, month and year are parts."""
    first, last = date(2026, 9, 24), date(2026, 11, 7)
    address, where = CASES[case]
    page = open_page(days="my own days", **{"from": str(first), "to": str(last)}, by=grain, **address)
    found = page.dataframe[0].value
    expected = marts.rows(
        f"""
        select
            date_trunc('{grain}', pull_date)::date, sum(download_count)::bigint,
            count(distinct origin_id) filter (where outcome in ('download', 'version_check')),
            count(*) filter (where outcome = 'version_check')
        from fct_pulls where pull_date between ? and ? and {where} group by 1 order by 1
        """,
        first,
        last,
    )
    columns = ["period_start", "download_count", "unique_origin_count", "version_check_count"]
    days = pd.to_datetime(found["period_start"]).dt.date
    assert list(found[columns].assign(period_start=days).itertuples(index=False, name=None)) == expected
    assert len(expected) > (0 if grain == "year" else 1)


def test_one_session_of_a_series_more_is_seen(marts: Published, open_page: Open) -> None:
    """The counts come from the mart: a value changed there is another figure than the sessions'."""
    marts.change_table("pulls_daily_base", "update {table} set download_count = download_count + 1"
                       " where repository = '*' and period_start = date '2026-10-06'")  # fmt: skip
    found = headline(open_page(**ALL_OF_IT))
    expected = truth(marts, FIRST, LAST)
    assert (found[0], *found[1:3]) == (expected[0] + 1, *expected[1:3])


def test_an_origin_day_more_is_seen(marts: Published, open_page: Open) -> None:
    marts.change_table("origin_days", "insert into {table} (pull_date, repository, origin_id, endpoint_id)"
                       " values (date '2026-10-06', 'acme/app', 1, 1)")  # fmt: skip
    assert headline(open_page(**ALL_OF_IT))[1] == truth(marts, FIRST, LAST)[1] + 1


def test_other_counters_equal_their_mart(marts: Published, open_page: Open) -> None:
    found = open_page(repository="acme/app", days="the last 28 days").dataframe[1].value
    expected = marts.rows(
        "select definition_id, sum(pull_count)::bigint from pull_definitions_daily"
        " where repository = 'acme/app' and period_start > ? group by 1",
        LAST - timedelta(days=28),
    )
    assert dict(zip(found["definition_id"], found["pull_count"], strict=True)) == dict(expected)
    assert len(expected) == 10
    assert found["counter"].str.len().min() > 4
    assert found["why"].str.len().min() > 10


def test_the_period_before(marts: Published, open_page: Open) -> None:
    """As the page opens: the last four weeks against the four before, in per cent."""
    page = open_page()
    now = truth(marts, LAST - timedelta(days=27), LAST)
    then = truth(marts, LAST - timedelta(days=55), LAST - timedelta(days=28))
    for metric, one, other in zip(page.metric, now, then, strict=True):
        assert metric.delta == f"{100 * (one - other) / other:+.1f} %"


def test_a_period_before_that_has_a_gap_is_not_compared(marts: Published, open_page: Open) -> None:
    marts.change_table(
        "data_quality_daily_base", "delete from {table} where quality_date = date '2026-10-01'"
    )
    page = open_page(days="the last 28 days")
    assert [one.delta for one in page.metric] == [""] * 4
    assert any("Not compared: not every day of 2026-09-21 to 2026-10-18" in one.value for one in page.caption)


def test_the_same_weekdays_before(marts: Published, open_page: Open) -> None:
    """Thursday to Saturday against the Thursday to Saturday of the week before."""
    page = open_page(
        days="my own days", compare="the same weekdays before", **{"from": "2026-10-15", "to": "2026-10-17"}
    )
    now = truth(marts, date(2026, 10, 15), date(2026, 10, 17))
    then = truth(marts, date(2026, 10, 8), date(2026, 10, 10))
    assert page.metric[0].delta == f"{100 * (now[0] - then[0]) / then[0]:+.1f} %"


def test_cumulative_counts_but_not_uniques(marts: Published, open_page: Open) -> None:
    plain = open_page(**ALL_OF_IT).dataframe[0].value
    cumulative = open_page(cumulative="true", **ALL_OF_IT).dataframe[0].value
    assert list(cumulative["download_count"]) == list(plain["download_count"].cumsum())
    assert cumulative["download_count"].iloc[-1] == truth(marts, FIRST, LAST)[0]
    assert list(cumulative["unique_origin_count"]) == list(plain["unique_origin_count"])


def test_what_is_not_final_says_so(marts: Published, open_page: Open) -> None:
    page = open_page(by="week", **ALL_OF_IT)
    open_days = marts.rows(
        "select count(*) from dim_periods where grain = 'day' and not is_final"
        " and period_start between ? and ?",
        FIRST, LAST,
    )[0][0]  # fmt: skip
    assert open_days > 0
    assert f"{open_days} not final" in page.caption[0].value
    assert page.dataframe[0].value["state"].iloc[-1] == "not final"
    assert page.dataframe[0].value["state"].iloc[0] == "final"


def test_a_day_without_logs_is_no_zero(marts: Published, open_page: Open) -> None:
    marts.change_table(
        "data_quality_daily_base", "delete from {table} where quality_date = date '2026-10-06'"
    )
    page = open_page(by="day", **ALL_OF_IT)
    found = page.dataframe[0].value
    row = found[pd.to_datetime(found["period_start"]) == pd.Timestamp("2026-10-06")].iloc[0]
    assert row["state"] == "no logs"
    assert pd.isna(row["download_count"])
    assert pd.isna(row["unique_origin_count"])
    assert "1 without any logs" in page.caption[0].value
