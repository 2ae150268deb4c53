"""The screen of `make report`: the totals of the year, more tops, and whole numbers on a narrow screen."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pipeline.screens import report
from pipeline.settings import Settings
from tests.dashboard.conftest import Published


def screen(settings: Settings, width: int) -> list[str]:
    """The lines that are printed."""
    console = Console(file=io.StringIO(), width=width)
    report.show(report.read(settings), console)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined]


def test_the_year_and_the_tops(marts: Published, data: Settings) -> None:
    lines = screen(data, 100)
    downloads, origins = marts.rows(
        "select sum(download_count)::bigint, count(distinct origin_id) filter"
        " (where outcome in ('download', 'version_check')) from fct_pulls"
    )[0]
    assert f"2026: {downloads:,} downloads, {origins:,} unique origins." in lines
    for name, value in (("platform", "linux/amd64"), ("environment", "production")):
        found = marts.rows(
            "select sum(download_count)::bigint, count(*) filter (where outcome = 'version_check')"
            f" from fct_pulls where {name} = ?",
            value,
        )[0]
        (line,) = [line for line in lines if value in line]
        words = line[line.index(value) :].split()
        assert words[1:3] == [f"{count:,}" for count in found]
        assert any(f"top {name}" in line for line in lines)


def test_the_sentence_about_other_counters_equals_the_sessions(marts: Published, data: Settings) -> None:
    """The screen reads sums of years and days; here each session is looked at."""
    docker, scarf, downloads, checks, origins, polled = marts.rows(
        "select sum((manifest_get_count + 1) // 2)::bigint, count(*) filter (where manifest_get_count > 0),"
        " sum(download_count)::bigint, count(*) filter (where outcome = 'version_check'),"
        " count(distinct origin_id) filter (where access_pattern = 'polling'),"
        " count(*) filter (where access_pattern = 'polling' and outcome = 'version_check') from fct_pulls"
    )[0]
    assert min(docker, scarf, downloads, checks, origins - 1, polled) > 0
    sentence = (
        f"Docker's rule would say {docker:,}, Scarf's {scarf:,}; {downloads:,} were downloads: "
        f"{origins:,} origins poll ({polled:,} of {checks:,} version checks)."
    )
    assert sentence in screen(data, 300)


@pytest.mark.parametrize("width", [40, 79, 80])
def test_no_number_is_cut(marts: Published, data: Settings, width: int) -> None:
    """Millions a week, on a screen of a telephone."""
    marts.change_table(
        "pulls_weekly_base",
        "update {table} set download_count = 1234567, version_check_count = 7654321,"
        " unique_origin_count = 2345678",
    )
    lines = screen(data, width)
    (week,) = [line for line in lines if line.strip().startswith("2026-10-05")]
    assert week.split()[1:4] == ["1,234,567", "7,654,321", "2,345,678"]
    assert max(len(line) for line in lines) <= width
    assert any("not final" in line for line in lines)
