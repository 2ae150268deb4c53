"""`make run` without LOGS, as a user starts it: every DAG through Airflow, the screen, the second run."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

import samples
from pipeline import run
from pipeline.screens import report
from pipeline.settings import Settings, load_settings
from pipeline.warehouse.marts import open_marts
from tests.environment.judging import score
from tests.environment.sample_roles import TIMERS, judged
from tests.support.everything_written import find
from tests.support.warehouse import Warehouse

SQL = re.compile(r"^```sql\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class SampleRun:
    """What two runs said and left."""

    settings: Settings
    exit_code: int
    screen: str
    second_exit_code: int
    second_screen: str
    marts_before_second: str
    marts_after_second: str


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """Two runs in an empty data directory."""
    folder = tmp_path_factory.mktemp("sample-run")
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PULLHOUSE_")]:
            patched.delenv(name)
        patched.chdir(folder)
        settings = load_settings(data=folder / "data")
        exit_code, screen = _run(settings)
        before = _digest(settings.marts)
        second_exit_code, second_screen = _run(settings)
        return SampleRun(
            settings, exit_code, screen, second_exit_code, second_screen, before, _digest(settings.marts)
        )


def _run(settings: Settings) -> tuple[int, str]:
    said = io.StringIO()
    code = run.run(settings, Console(file=said, width=140, highlight=False, soft_wrap=True))
    return code, said.getvalue()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def test_every_dag_runs_once_and_the_run_ends_well(sample_run: SampleRun) -> None:
    assert sample_run.exit_code == 0, sample_run.screen
    for dag_id in (
        "refresh_reference_data",
        "ingest_gateway_logs",
        "build_marts",
        "expire_personal_data",
    ):
        assert sample_run.screen.count(f"{dag_id} … done") == 1


def test_the_screen_says_what_the_marts_hold(sample_run: SampleRun) -> None:
    with open_marts(sample_run.settings) as con:
        weeks = con.execute(
            "select period_start, download_count, unique_origin_count from pulls_weekly"
            " where repository = '*' order by 1"
        ).fetchall()
    assert len(weeks) == 8
    lines = sample_run.screen.splitlines()
    for week, downloads, origins in weeks:
        line = next(line for line in lines if line.strip().startswith(str(week)))
        assert f"{downloads:,}" in line
        assert f"{origins:,}" in line
    assert "Docker's rule would say" in sample_run.screen
    assert str(sample_run.settings.marts) in sample_run.screen
    assert "make status" in sample_run.screen


def test_the_readme_shows_this_screen(repo_root: Path, sample_run: SampleRun) -> None:
    """Every line of it, but for the gaps between columns; `…` stands for lines that are left out."""
    readme = (repo_root / "README.md").read_text("utf-8")
    shown = readme.partition("ends like this:\n\n```\n")[2].partition("```")[0]
    screen = io.StringIO()
    console = Console(file=screen, width=80, highlight=False, soft_wrap=True)
    report.show(report.read(sample_run.settings), console)
    said = {" ".join(line.split()) for line in screen.getvalue().splitlines()}
    lines = [" ".join(line.split()) for line in shown.splitlines() if line.strip() not in ("", "…")]
    assert len(lines) > 10
    assert [line for line in lines if line not in said] == []


def test_the_second_run_loads_nothing_changes_nothing_and_says_so(sample_run: SampleRun) -> None:
    assert sample_run.second_exit_code == 0
    assert "Nothing new" in sample_run.second_screen
    assert sample_run.marts_after_second == sample_run.marts_before_second != ""


def test_downloads_are_those_that_were_replayed(sample_run: SampleRun) -> None:
    """The sample's truth comes from truth.json: the marts find nearly all of it."""
    with open_marts(sample_run.settings) as con:
        found = con.execute(
            "select sum(download_count), sum(version_check_count) from pulls_yearly where repository = '*'"
        ).fetchall()[0]
    truth = json.loads((sample_run.settings.landing / "sample" / "truth.json").read_text("utf-8"))
    replayed = [entry for day in truth["days"].values() for entry in day]
    assert found[0] == pytest.approx(sum(entry["downloads"] for entry in replayed), rel=0.03)
    assert found[1] == pytest.approx(sum(entry["checks"] for entry in replayed), rel=0.03)


# They show what a publisher writes down by hand (bad tags, a registry's totals), and objects that
# cannot be loaded: the sample has none.
OF_WHAT_THE_SAMPLE_LACKS = {
    "exposure_curves",
    "exposure_daily",
    "own_file_problems",
    "reconciliation_daily",
    "refused_objects",
}


def test_every_mart_has_something_to_show(sample_run: SampleRun) -> None:
    with duckdb.connect() as con:
        con.execute(f"attach '{sample_run.settings.marts}' as pullhouse (read_only)")
        con.execute("use pullhouse.marts")
        tables = con.execute(
            "select table_name from information_schema.tables where table_schema = 'marts' order by 1"
        ).fetchall()
        empty = {name for (name,) in tables if not con.execute(f'select 1 from "{name}" limit 1').fetchall()}
    assert len(tables) >= 14
    assert empty == OF_WHAT_THE_SAMPLE_LACKS


def recipes(root: Path) -> list[str]:
    """The queries of docs/recipes.md."""
    return SQL.findall((root / "docs" / "recipes.md").read_text("utf-8"))


def answer(sample_run: SampleRun, query: str) -> list[tuple[object, ...]]:
    with open_marts(sample_run.settings) as con:
        return con.execute(query).fetchall()


def recipe(root: Path, *words: str) -> str:
    """The one recipe with all of these words in it."""
    (found,) = [query for query in recipes(root) if all(word in query for word in words)]
    return found


def test_every_recipe_has_an_answer(sample_run: SampleRun, repo_root: Path) -> None:
    found = recipes(repo_root)
    assert len(found) == 28
    assert [query for query in found if not answer(sample_run, query)] == []


def test_the_past_seven_days_were_a_week(sample_run: SampleRun, repo_root: Path) -> None:
    """Monday 9 to Sunday 15 November: the recipe for any window must say what the mart of weeks says."""
    window = answer(sample_run, recipe(repo_root, "uniques_between"))
    week = answer(
        sample_run,
        "select repository, download_count, version_check_count, pull_count, unique_origin_count"
        " from pulls_weekly where period_start = date '2026-11-09'",
    )
    assert len(window) >= 3
    assert sorted(window) == sorted(week)


def test_every_tuesday_together(sample_run: SampleRun, repo_root: Path) -> None:
    """Counted by hand from the bridge: within one epoch of keys an origin has one pseudonym."""
    bridge = answer(sample_run, "select pull_date, origin_id, download_count from origin_days")
    tuesdays = [row for row in bridge if row[0].weekday() == 1]  # type: ignore[attr-defined]
    (total,) = [row for row in answer(sample_run, recipe(repo_root, "with tuesdays")) if row[0] == "*"]
    assert total[1] == sum(row[2] for row in tuesdays)  # type: ignore[misc]
    assert total[3] == len({row[1] for row in tuesdays})


def test_only_the_new_poller_of_the_sample_is_unusual(sample_run: SampleRun) -> None:
    """It asks every five minutes from 26 October on; all other weeks are ordinary."""
    found = answer(
        sample_run,
        "select distinct pull_date, measure, cause from anomalies_daily"
        " where assessment = 'anomaly' and not is_continued",
    )
    assert found == [(date(2026, 10, 26), "version_check_count", "one_origin")]


def test_no_address_of_the_sample_lies_outside_landing(sample_run: SampleRun) -> None:
    addresses = samples.client_addresses()
    assert len(addresses) > 30
    assert find(sample_run.settings.data, addresses) == []


def test_report_reads_the_same_figures_again(sample_run: SampleRun) -> None:
    assert report.read(sample_run.settings).weeks


def test_the_last_task_wrote_the_report_and_the_screen_ends_with_it(sample_run: SampleRun) -> None:
    assert sample_run.settings.report.stat().st_mtime >= sample_run.settings.marts.stat().st_mtime
    for screen in (sample_run.screen, sample_run.second_screen):
        assert str(sample_run.settings.report) in screen.splitlines()[-2]
        assert str(sample_run.settings.digest) in screen.splitlines()[-1]


def test_environments_are_those_of_the_cast(sample_run: SampleRun) -> None:
    """Half of the pulls labelled (on two families of evidence, or a proof), nine in ten of them right."""
    rows = judged(Warehouse(sample_run.settings, {}))
    everybody = score([row for _, row in rows])
    without_timers = score([row for role, row in rows if role not in TIMERS])
    print(everybody, without_timers)
    for found in (everybody, without_timers):
        assert found.labelled_share >= 0.5
        assert found.precision >= 0.9
