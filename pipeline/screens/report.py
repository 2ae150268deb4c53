"""The screen of `make report`, and the end of that of `make run`. Every figure is read from the marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
from rich.columns import Columns
from rich.console import Console
from rich.table import Table

from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts, rows

TOP = 6
YEARS = 3
# Below this width of a screen, tables leave words out and never digits.
NARROW = 80
# Of the table of weeks, before the column that says which week is not whole.
WIDTH_OF_FIGURES = 66
TOPS = {
    "client": "client_name",
    "country": "country_code",
    "cloud": "cloud_provider",
    "platform": "platform",
    "environment": "environment",
}


@dataclass(frozen=True, slots=True)
class Week:
    """One ISO week over all repositories."""

    starts_on: date
    download_count: int
    version_check_count: int
    unique_origin_count: int
    is_final: bool
    covered_day_count: int
    expected_day_count: int

    @property
    def doubt(self) -> str:
        """Why this is not yet, or never will be, the whole week; empty where it is."""
        covered = f"logs of {self.covered_day_count} of {self.expected_day_count} days"
        is_whole = self.covered_day_count == self.expected_day_count
        return ", ".join([*([] if self.is_final else ["not final"]), *([] if is_whole else [covered])])


@dataclass(frozen=True, slots=True)
class Year:
    """One year over all repositories: unique origins are those of the whole year, and no sum."""

    year: int
    download_count: int
    unique_origin_count: int


@dataclass(frozen=True, slots=True)
class Counters:
    """What the definitions of others make of the same traffic."""

    download_count: int
    version_check_count: int
    docker_pull_count: int
    scarf_pull_count: int
    polling_origin_count: int
    polling_check_count: int


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of the screen."""

    weeks: list[Week]
    years: list[Year]
    counters: Counters | None
    tops: dict[str, list[tuple[str, int, int]]]


def read(settings: Settings) -> Report:
    """Read the figures. Raises NotPublishedError when there are no marts."""
    with open_marts(settings) as con:
        return Report(
            weeks=_weeks(con),
            years=_years(con),
            counters=_counters(con),
            tops={name: _top(con, dimension) for name, dimension in TOPS.items()},
        )


def sentence(counters: Counters) -> str:
    """What other counters would show for the same traffic, and why, in one line."""
    line = (
        f"Docker's rule would say {counters.docker_pull_count:,}, Scarf's {counters.scarf_pull_count:,}; "
        f"{counters.download_count:,} were downloads"
    )
    if not counters.polling_origin_count:
        return f"{line} and {counters.version_check_count:,} version checks, which took no layer."
    who = f"{counters.polling_origin_count:,} origin{'s' if counters.polling_origin_count > 1 else ''}"
    verb = "poll" if counters.polling_origin_count > 1 else "polls"
    return (
        f"{line}: {who} {verb} ({counters.polling_check_count:,} of {counters.version_check_count:,} "
        "version checks)."
    )


def show(report: Report, console: Console) -> None:
    """Print the screen."""
    if report.counters is None:
        console.print("The logs hold no pull yet.")
        return
    doubts = max((len(week.doubt) for week in report.weeks), default=0)
    is_narrow = console.width < max(NARROW, WIDTH_OF_FIGURES + doubts)
    console.print(_week_table(report.weeks, is_narrow))
    for year in report.years:
        console.print(f"{year.year}: {_by(year)}.")
    console.print(sentence(report.counters), style="bold")
    console.print()
    console.print(
        Columns([_top_table(name, entries) for name, entries in report.tops.items()], padding=(0, 4))
    )


def own_file_problems(settings: Settings) -> list[tuple[str, int, str]]:
    """File, line and problem of each row that was left out of a file written by hand."""
    with open_marts(settings) as con:
        return [
            (str(file), int(line), str(problem))
            for file, line, problem in rows(con, "select * from own_file_problems order by all")
        ]


def show_where(page: Path, settings: Settings, console: Console) -> None:
    """Say where the report and the digest lie."""
    console.print(f"\nThe report, to open in a browser or to send: {page}")
    console.print(f"The newest week in Markdown: {settings.digest}")


def _by(year: Year) -> str:
    origins = f"{year.unique_origin_count:,} unique origin{'' if year.unique_origin_count == 1 else 's'}"
    return f"{year.download_count:,} download{'' if year.download_count == 1 else 's'}, {origins}"


def _weeks(con: duckdb.DuckDBPyConnection) -> list[Week]:
    found = rows(
        con,
        "select period_start, download_count, version_check_count, unique_origin_count, is_final,"
        " covered_day_count, expected_day_count from pulls_weekly where repository = '*'"
        " order by period_start",
    )
    return [Week(*row) for row in found]


def _years(con: duckdb.DuckDBPyConnection) -> list[Year]:
    found = rows(
        con,
        "select cast(year(period_start) as integer), download_count, unique_origin_count from pulls_yearly"
        " where repository = '*' order by period_start desc limit ?",
        [YEARS],
    )
    return [Year(*row) for row in reversed(found)]


def _counters(con: duckdb.DuckDBPyConnection) -> Counters | None:
    """From sums of years and days: to read each session of 20 million costs 12 CPU seconds."""
    found = rows(
        con,
        """
        select
            cast(sum(download_count) as bigint),
            cast(sum(version_check_count) as bigint),
            cast(sum(docker_pull_count) as bigint),
            (
                select cast(sum(pull_count) as bigint) from pull_definitions_daily
                where repository = '*' and definition_id = 'scarf'
            ),
            (select count(distinct origin_id) from access_patterns_daily where access_pattern = 'polling'),
            (
                select cast(coalesce(sum(version_check_count), 0) as bigint) from pulls_yearly_by_dimension
                where repository = '*' and dimension = 'access_pattern' and value = 'polling'
            ),
            sum(session_count)
        from pulls_yearly
        where repository = '*'
        """,
    )[0]
    return Counters(*found[:6]) if found[6] else None


def _top(con: duckdb.DuckDBPyConnection, dimension: str) -> list[tuple[str, int, int]]:
    """The values with most downloads of all years: (value, downloads, version checks)."""
    found = rows(
        con,
        "select value, cast(sum(download_count) as bigint) as downloads,"
        " cast(sum(version_check_count) as bigint) as checks from pulls_yearly_by_dimension"
        " where repository = '*' and dimension = ? group by value"
        " having downloads + checks > 0 order by downloads desc, checks desc, value limit ?",
        [dimension, TOP],
    )
    return [(value, downloads, checks) for value, downloads, checks in found]


def _week_table(weeks: list[Week], is_narrow: bool) -> Table:
    names = ["week of", "downloads", "checks" if is_narrow else "version checks", "unique origins"]
    table = Table(
        title="Downloads and unique origins by week",
        title_justify="left",
        caption=_doubts(weeks) if is_narrow else None,
        caption_justify="left",
        box=None,
        padding=(0, 1) if is_narrow else (0, 2),
        collapse_padding=is_narrow,
        pad_edge=not is_narrow,
    )
    table.add_column(names[0], no_wrap=True)
    for place, name in enumerate(names[1:]):
        widest = max((len(_cells(week)[place]) for week in weeks), default=1)
        table.add_column(name, justify="right", min_width=widest)
    if not is_narrow:
        table.add_column("")
    for week in weeks:
        state = [] if is_narrow else [week.doubt]
        table.add_row(str(week.starts_on), *_cells(week), *state)
    return table


def _cells(week: Week) -> tuple[str, str, str]:
    return (
        f"{week.download_count:,}",
        f"{week.version_check_count:,}",
        f"{week.unique_origin_count:,}",
    )


def _doubts(weeks: list[Week]) -> str | None:
    return "\n".join(f"{week.starts_on}: {week.doubt}" for week in weeks if week.doubt) or None


def _top_table(name: str, entries: list[tuple[str, int, int]]) -> Table:
    table = Table(box=None, padding=(0, 1))
    table.add_column(f"top {name}")
    table.add_column("downloads", justify="right", no_wrap=True)
    table.add_column("checks", justify="right", no_wrap=True)
    for value, downloads, checks in entries:
        table.add_row(value, f"{downloads:,}", f"{checks:,}")
    return table
