"""Docker's reports over the sample: the very columns, and the figures of the marts and sessions."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from pipeline.exports import docker
from pipeline.exports.write import write
from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts
from tests.dashboard.conftest import Published, sample_marts

__all__ = ["sample_marts"]

# docker/docs, insights-analytics.md at 1301dae930a0: the tables of "Summary report" and "Trends report".
COLUMNS = {
    "summary": "DATE_GRANULARITY DATE_REFERENCE PUBLISHER_NAME LEVEL REFERENCE DATA_DOWNLOADS VERSION_CHECKS"
    " EVENT_COUNT",
    "trends": "DATE_GRANULARITY DATE_REFERENCE PUBLISHER_NAME IMAGE_REPOSITORY NAMESPACE IP_COUNTRY"
    " CLOUD_SERVICE_PROVIDER USER_AGENT TAG DATA_DOWNLOADS VERSION_CHECKS PULLS UNIQUE_AUTHENTICATED_USERS"
    " UNIQUE_UNAUTHENTICATED_USERS",
}
PAYLOADS = {"client_name": "=cmd|' /C calc'!A0", "tag": "<b>\u202e1.0"}
COUNTED = "outcome in ('download', 'version_check')"


@pytest.fixture(scope="module")
def marts(sample_marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The sample, with names in two sessions that would run or hide something; exported."""
    settings = Settings(data=tmp_path_factory.mktemp("docker"))
    shutil.copyfile(sample_marts, settings.marts)
    published = Published(settings.marts)
    for column, text in PAYLOADS.items():
        chosen = "select min(pull_id) from {table} where pull_date = '2026-09-22' and outcome = 'download'"
        quoted = text.replace("'", "''")
        change = f"update {{table}} set {column} = '{quoted}' where pull_id = ({chosen})"
        published.change_table("fct_pulls_base", change)
    write(settings)
    return published


def report(marts: Published, name: str) -> list[dict[str, str]]:
    path = marts.path.parent / "exports" / "docker" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_are_dockers(marts: Published, name: str) -> None:
    found = report(marts, name)
    assert list(found[0]) == COLUMNS[name].split()
    assert {row["DATE_GRANULARITY"] for row in found} == {"weekly", "monthly"}
    assert {row["PUBLISHER_NAME"] for row in found} == {"acme"}


@pytest.mark.parametrize(("granularity", "grain"), [("weekly", "week"), ("monthly", "month")])
def test_rows_add_up_to_the_sessions(marts: Published, granularity: str, grain: str) -> None:
    """Of final periods: by repository in both reports, and by tag and digest in the summary."""
    for level, column in (("repository", "repository"), ("tag", "tag"), ("digest", "digest")):
        expected = marts.rows(
            f"select date_trunc('{grain}', pull_date)::date::varchar, sum(download_count)::bigint,"
            f" count(*) filter (where outcome = 'version_check') from fct_pulls"
            f" inner join dim_periods as periods on periods.grain = '{grain}' and is_final"
            f" and periods.period_start = date_trunc('{grain}', pull_date)::date"
            f" where {COUNTED} and {column} is not null group by 1 order by 1"
        )
        if level == "tag":
            # The marts by tag were made before the payloads were put into two sessions.
            expected = marts.rows(
                f"select period_start::varchar, sum(download_count)::bigint, sum(version_check_count)::bigint"
                f" from pulls_{granularity}_by_dimension where is_final and dimension = 'tag'"
                " and value <> 'unknown' and repository <> '*' group by 1 order by 1"
            )
        assert expected
        assert sums(report(marts, "summary"), granularity, level) == expected
        if level == "repository":
            assert sums(report(marts, "trends"), granularity) == expected


def test_only_the_newest_periods_are_written(marts: Published, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "NEWEST", {"week": 2, "month": 1})
    with open_marts(Settings(data=marts.path.parent)) as con:
        found = docker.read(con)
    for frame in found.values():
        days = set(zip(frame["DATE_GRANULARITY"], frame["DATE_REFERENCE"], strict=True))
        # The newest week, from 2026-11-09 on, and its month are not final.
        assert days == {("weekly", "2026-10-26"), ("weekly", "2026-11-02"), ("monthly", "2026-10-01")}


def sums(
    rows: list[dict[str, str]], granularity: str, level: str | None = None
) -> list[tuple[str, int, int]]:
    """(period, downloads, version checks) of the rows of a level; checks that each row adds up."""
    found: dict[str, tuple[int, int]] = {}
    for row in rows:
        if row["DATE_GRANULARITY"] == granularity and level in (None, row.get("LEVEL")):
            downloads, checks = int(row["DATA_DOWNLOADS"]), int(row["VERSION_CHECKS"])
            assert downloads + checks == int(row["PULLS" if level is None else "EVENT_COUNT"])
            before = found.get(row["DATE_REFERENCE"], (0, 0))
            found[row["DATE_REFERENCE"]] = (before[0] + downloads, before[1] + checks)
    return [(day, *counts) for day, counts in sorted(found.items())]


def test_what_is_not_known_reads_as_docker_writes_it(marts: Published) -> None:
    found = report(marts, "trends")
    assert "no csp" in {row["CLOUD_SERVICE_PROVIDER"] for row in found}
    assert "\\N" in {row["TAG"] for row in found}
    assert {row["UNIQUE_AUTHENTICATED_USERS"] for row in found} == {""}
    (unique,) = marts.rows(
        "select count(distinct origin_id) from fct_pulls where country_code = 'DE' and client_name = 'docker'"
        " and tag = 'latest' and cloud_provider is null and repository = 'acme/app'"
        f" and {COUNTED} and pull_date between '2026-09-28' and '2026-10-04'"
    )
    assert [
        int(row["UNIQUE_UNAUTHENTICATED_USERS"]) for row in found
        if (row["DATE_REFERENCE"], row["IP_COUNTRY"], row["USER_AGENT"], row["TAG"]) ==
        ("2026-09-28", "DE", "docker", "latest")
        and (row["CLOUD_SERVICE_PROVIDER"], row["IMAGE_REPOSITORY"]) == ("no csp", "acme/app")
    ] == [unique[0]]  # fmt: skip


def test_text_that_a_client_wrote_is_text(marts: Published) -> None:
    found = report(marts, "trends")
    assert {"'" + PAYLOADS["client_name"]} <= {row["USER_AGENT"] for row in found}
    assert "<b><U+202E>1.0" in {row["TAG"] for row in found}
    texts = [cell for row in found for cell in row.values()]
    assert not [cell for cell in texts if cell[:1] in ("=", "+", "-", "@")]
