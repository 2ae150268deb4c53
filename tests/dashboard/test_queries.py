"""Both ways to a figure agree: period marts and sessions, our uniques and the published macros."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.published import query
from dashboard.queries import breakdown, demand, inflation, overview, versions
from dashboard.queries.counts import MEASURES, daily_counts
from dashboard.queries.dimensions import DIMENSIONS
from dashboard.queries.selection import Condition, Selection
from tests.dashboard.conftest import FIRST, LAST, Published

OCTOBER = Selection(date(2026, 10, 1), date(2026, 10, 31))
# True of every session: it takes the way over the sessions, and changes nothing.
NO_FILTER = (Condition("repository", False, "no/such/image"),)


@pytest.mark.parametrize("repository", [None, "acme/app", "acme/tool"])
def test_marts_and_sessions_say_the_same(marts: Published, repository: str | None) -> None:
    plain = Selection(FIRST, LAST, repository)
    filtered = Selection(FIRST, LAST, repository, conditions=NO_FILTER)
    days = [
        query(f"{daily_counts(one)} order by pull_date", one.session_parameters())
        for one in (plain, filtered)
    ]
    names = ["pull_date", *MEASURES, "is_lower_bound"]
    assert len(days[0]) > 50
    assert days[0][names].values.tolist() == days[1][names].values.tolist()
    for grain in overview.GRAINS:
        first, second = overview.series(plain, grain), overview.series(filtered, grain)
        assert first.to_csv() == second.to_csv()


@pytest.mark.parametrize("dimension", [name for name in DIMENSIONS if name != "repository"])
@pytest.mark.parametrize("repository", [None, "acme/app"])
def test_a_breakdown_equals_the_mart_of_the_month(
    marts: Published, dimension: str, repository: str | None
) -> None:
    found = breakdown.crossed(
        Selection(OCTOBER.first_day, OCTOBER.last_day, repository), dimension, None, 1000
    )
    expected = marts.rows(
        "select value, download_count, version_check_count, unique_origin_count"
        " from pulls_monthly_by_dimension"
        " where period_start = date '2026-10-01' and dimension = ? and repository = ? and pull_count > 0"
        " order by value",
        dimension,
        repository or "*",
    )
    rows = found[["first", "download_count", "version_check_count", "unique_origin_count"]]
    assert sorted(rows.itertuples(index=False, name=None)) == sorted(expected)
    assert expected


@pytest.mark.parametrize("weekdays", [(), (2,), (6, 7)])
@pytest.mark.parametrize("repository", [None, "acme/app"])
def test_uniques_equal_those_of_the_published_macros(
    marts: Published, weekdays: tuple[int, ...], repository: str | None
) -> None:
    found = overview.totals(Selection(FIRST, LAST, repository, weekdays))["unique_origin_count"]
    days = [date.fromordinal(one) for one in range(FIRST.toordinal(), LAST.toordinal() + 1)]
    wanted = [one for one in days if not weekdays or one.isoweekday() in weekdays]
    sql = "select unique_origin_count from uniques_on(?::date[]) where repository = ?"
    assert marts.rows(sql, wanted, repository or "*") == [(found,)]


def test_an_origin_is_one_over_two_borders_of_key_epochs(marts: Published) -> None:
    """Its pseudonyms 11, 12 and 13: 12 came with 11 as its earlier one, 13 with 12, and both also without."""
    before = overview.totals(OCTOBER)["unique_origin_count"]
    rows = [("1", 11, "null"), ("2", 12, "11"), ("3", 12, "null"), ("4", 13, "12"), ("5", 13, "null")]
    values = ", ".join(
        f"(date '2026-10-0{day}', 'acme/app', {one}, {one}, {other})" for day, one, other in rows
    )
    marts.change_table(
        "origin_days",
        "insert into {table} (pull_date, repository, origin_id, endpoint_id, previous_origin_id) values "
        + values,
    )
    assert overview.totals(OCTOBER)["unique_origin_count"] == before + 1
    between = (
        "select unique_origin_count from uniques_between('2026-10-01', '2026-11-01') where repository = '*'"
    )
    assert marts.rows(between) == [(before + 1,)]
    found = overview.series(OCTOBER, "month")["unique_origin_count"]
    assert list(found) == [before + 1]


def test_uniques_that_would_cost_seconds_are_left_out_or_exact(
    marts: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never estimated: whole periods come from their mart, parts and filters are missing until asked for."""
    monkeypatch.setattr(overview, "SESSIONS_COUNTED_AT_ONCE", 10)
    assert overview.totals(OCTOBER, exact=False)["unique_origin_count"] is None
    exact = overview.series(OCTOBER, "week")
    cheap = overview.series(OCTOBER, "week", exact=False)
    whole = exact["is_whole"]
    assert list(whole) == [False, True, True, True, False]
    assert list(cheap.loc[whole, "unique_origin_count"]) == list(exact.loc[whole, "unique_origin_count"])
    assert cheap.loc[~whole, "unique_origin_count"].isna().all()
    filtered = Selection(OCTOBER.first_day, OCTOBER.last_day, conditions=NO_FILTER)
    assert overview.series(filtered, "week", exact=False)["unique_origin_count"].isna().all()


def test_crossing_adds_up_and_counts_uniques_of_the_rest_once(marts: Published) -> None:
    found = breakdown.crossed(OCTOBER, "client_name", "country_code", 3)
    total = overview.totals(OCTOBER)
    assert found["download_count"].sum() == total["download_count"]
    assert found["version_check_count"].sum() == total["version_check_count"]
    firsts = [name for name, _, _ in marts.rows(
        "select client_name, sum(download_count) as n, count(*) from fct_pulls"
        " where pull_date between ? and ?"
        " and outcome in ('download', 'version_check') group by 1 order by 2 desc, 3 desc limit 3",
        OCTOBER.first_day, OCTOBER.last_day,
    )]  # fmt: skip
    assert list(dict.fromkeys(found.loc[~found["is_first_rest"], "first"])) == firsts
    single = breakdown.crossed(OCTOBER, "client_name", None, 3)
    rest = single.loc[single["is_first_rest"], "unique_origin_count"].item()
    expected = marts.rows(
        "select count(distinct origin_id) from fct_pulls where pull_date between ? and ?"
        " and outcome in ('download', 'version_check') and not list_contains(?, client_name)",
        OCTOBER.first_day, OCTOBER.last_day, firsts,
    )  # fmt: skip
    assert expected == [(rest,)]


def test_the_busiest_origins(marts: Published) -> None:
    found = inflation.origins(OCTOBER, 5)
    expected = marts.rows(
        "select origin_id::varchar,"
        " sum(case when outcome = 'version_check' then 1 else download_count end) as n from fct_pulls"
        " where pull_date between ? and ? and outcome in ('download', 'version_check')"
        " group by 1 order by 2 desc, 1 limit 5",
        OCTOBER.first_day, OCTOBER.last_day,
    )  # fmt: skip
    assert list(found["pull_count"]) == [count for _, count in expected]
    assert found["origin"].iloc[0] == expected[0][0]
    total = overview.totals(OCTOBER)["pull_count"]
    assert found["share"].iloc[0] == pytest.approx(expected[0][1] / total)


def test_one_origin_as_a_filter(marts: Published) -> None:
    (origin, count, _) = marts.rows(
        "select origin_id::varchar, count(*), any_value(1) from fct_pulls where outcome = 'version_check'"
        " and pull_date between ? and ? group by 1 order by 2 desc limit 1",
        OCTOBER.first_day, OCTOBER.last_day,
    )[0]  # fmt: skip
    chosen = Selection(OCTOBER.first_day, OCTOBER.last_day, conditions=(Condition("origin", True, origin),))
    found = overview.totals(chosen)
    assert (found["version_check_count"], found["unique_origin_count"]) == (count, 1)


def test_the_timers_of_the_sample(marts: Published) -> None:
    found = inflation.pollers(Selection(FIRST, LAST))
    assert found["origin_count"] == 18
    assert found["polling_count"] < found["version_check_count"]


def test_adoption_adds_up_with_all_other_versions_in_one(marts: Published) -> None:
    found = versions.adoption("acme/app", FIRST, LAST, 1)
    expected = marts.rows(
        "select adoption_date, sum(install_share) from version_adoption_daily where repository = 'acme/app'"
        " group by 1 order by 1"
    )
    sums = found.groupby("adoption_date")["install_share"].sum()
    assert list(sums) == pytest.approx([share for _, share in expected])
    assert list(sums) == pytest.approx([1] * len(expected))
    assert found["version"].isna().any()
    assert found.loc[found["version"].isna(), "active_install_count"].isna().all()


@pytest.mark.parametrize("repository", [None, "acme/app"])
def test_a_company_is_shown_with_what_its_name_rests_on(marts: Published, repository: str | None) -> None:
    """Changed by hand: in a few sessions of one company, the name rests on something else than in most."""
    marts.change_table(
        "fct_pulls_base",
        "update {table} set company_confidence = 'low', company_method = 'reverse_dns'"
        " where company = 'Apple' and pull_date = date '2026-10-06'",
    )
    marts.change_table(
        "fct_pulls_base", "update {table} set company_confidence = 'medium' where company = 'Intel'"
    )
    found = demand.companies(Selection(FIRST, LAST, repository)).set_index("company")
    kept = found[["company_confidence", "company_method"]]
    assert list(kept.loc["Apple"]) == ["high", "asn"]
    assert list(kept.loc["Intel"]) == ["medium", "asn"]
    where = "true" if repository is None else f"repository = '{repository}'"
    expected = marts.rows(
        f"select company, sum(download_count)::bigint from fct_pulls where company is not null and {where}"
        " and outcome in ('download', 'version_check') group by 1"
    )
    assert dict(found["download_count"]) == dict(expected)
