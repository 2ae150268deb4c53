"""Cohorts, anomalies and events: what the marts say, also where an older file lacks them."""

from __future__ import annotations

import pytest

from dashboard.queries import trends
from dashboard.queries.selection import Selection
from tests.dashboard.conftest import FIRST, LAST, Open, Published
from tests.dashboard.test_pages import complaints

MARTS = ("anomalies_daily", "event_lift", "origin_cohorts_weekly", "origin_cohort_curves")


@pytest.mark.parametrize("mart", MARTS)
def test_a_file_without_one_of_the_marts_shows_the_others(
    marts: Published, open_page: Open, mart: str
) -> None:
    whole = [one.value for one in open_page("trends").header]
    marts.drop(mart)
    page = open_page("trends")
    assert complaints(page) == []
    (said,) = [one.value for one in page.info if "published file has no" in one.value]
    assert mart in said
    assert len(page.header) == len(whole) - 1 == len(MARTS) - 1


def test_the_origins_of_a_week_add_up_to_those_of_the_sessions(marts: Published) -> None:
    found = trends.cohorts(Selection(FIRST, LAST, "acme/app"))
    parts = found[["new_origin_count", "returning_origin_count", "revived_origin_count"]].sum(axis=1)
    expected = marts.rows(
        "select date_trunc('week', pull_date)::date, count(distinct origin_id) from fct_pulls"
        " where repository = 'acme/app' and outcome in ('download', 'version_check') group by 1 order by 1"
    )
    assert list(zip(found["week_start"].dt.date, parts, strict=True)) == expected


def test_unusual_days_of_one_image_stand_beside_those_of_all(marts: Published) -> None:
    found = trends.anomalies(Selection(FIRST, LAST, "acme/tool"))
    expected = marts.rows(
        "select count(*) from anomalies_daily where assessment = 'anomaly'"
        " and repository in ('*', 'acme/tool')"
    )
    assert [(len(found),)] == expected
    assert set(found["repository"]) <= {"*", "acme/tool"}


def test_the_events_of_the_sample_moved_nothing(marts: Published, open_page: Open) -> None:
    """Its calendar is made up: acme/app had 265 downloads from 2 November on, and in the six weeks before
    208, 222, 239, 249, 244 and 254, which is 236 on average; all images 296, after 278.3 on average."""
    (found,) = [one.value for one in open_page("trends").dataframe if "lift" in one.value.columns]
    columns = ["repository", "download_count", "usual_download_count", "lift", "assessment"]
    assert found[columns].values.tolist() == [
        ["all images", 296, 278.3, 0.064, "no_change_shown"],
        ["acme/app", 265, 236.0, 0.123, "no_change_shown"],
    ]
