from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.lake.ledger import Ledger, Load
from pipeline.settings import Settings, Source
from pipeline.warehouse import plan
from tests.pipeline.loads import a_load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", sources=[Source(name="edge", location="/logs")])


def commit(settings: Settings, *loads: Load) -> None:
    ledger = Ledger(settings.loads)
    for load in loads:
        ledger.commit(load)


def publish(settings: Settings, *letters: str) -> None:
    """As if marts of these loads had been built and published."""
    plan.write(settings)
    for path in (settings.warehouse, settings.marts):
        path.touch()
    content = {"load_ids": [letter * 32 for letter in letters]} | plan.built_from(settings)
    settings.publication.write_text(json.dumps(content), encoding="utf-8")


def planned(settings: Settings) -> dict[str, list[Any]]:
    with duckdb.connect() as con:
        rows = con.execute(
            "select kind, coalesce(cast(period_start as varchar), file)"
            f" from read_parquet('{settings.plan}') order by all"
        ).fetchall()
    kinds: dict[str, list[Any]] = {}
    for kind, value in rows:
        kinds.setdefault(kind, []).append(value)
    return kinds


def test_a_new_load_dirties_its_days_and_their_neighbours(settings: Settings) -> None:
    # New Year's Day 2026 is a Thursday: its week begins on Monday, 29 December 2025.
    commit(settings, a_load("a", {"2025-06-02": 1}), a_load("b", {"2025-12-30": 1, "2026-01-03": 1}))
    publish(settings, "a", "b")
    commit(settings, a_load("c", {"2026-01-01": 1}))
    assert plan.write(settings) == {
        "is_due": True,
        "dirty_days": 1,
        "rebuilt_days": 3,
        "files": 3,
        "full": None,
        "first_day": "2026-01-01",
        "last_day": "2026-01-01",
    }
    lake = settings.lake / "requests"
    assert planned(settings) == {
        "day": ["2025-12-31", "2026-01-01", "2026-01-02"],
        "week": ["2025-12-29"],
        "month": ["2025-12-01", "2026-01-01"],
        "year": ["2025-01-01", "2026-01-01"],
        "last_day": ["2026-01-03"],
        # Two days on either side, from all loads; the file without rows keeps the list from being empty.
        "read": sorted(
            [
                str(lake / "date=2025-12-30" / f"{'b' * 32}.parquet"),
                str(lake / "date=2026-01-01" / f"{'c' * 32}.parquet"),
                str(lake / "date=2026-01-03" / f"{'b' * 32}.parquet"),
                str(lake / "empty.3.parquet"),
            ]
        ),
        "source": ["edge"],
    }


def test_the_silent_days_before_a_new_load_are_built(settings: Settings) -> None:
    """Windows of several days end on them too. Nobody waits for days before the first load."""
    commit(settings, a_load("a", {"2026-01-01": 1}))
    publish(settings, "a")
    commit(settings, a_load("b", {"2026-01-07": 1}), a_load("c", {"2025-12-20": 1}))
    assert plan.write(settings)["dirty_days"] == 2
    days = ["2025-12-19", "2025-12-20", "2025-12-21", *(f"2026-01-0{day}" for day in range(2, 9))]
    assert planned(settings)["day"] == days


def test_nothing_new_means_nothing_to_rebuild(settings: Settings) -> None:
    commit(settings, a_load("a", {"2026-01-01": 1}))
    publish(settings, "a")
    written = plan.write(settings)
    assert (written["rebuilt_days"], written["is_due"]) == (0, False)
    assert set(planned(settings)) == {"last_day", "read", "source"}


def test_a_load_that_was_built_but_not_published_stays_dirty(settings: Settings) -> None:
    commit(settings, a_load("a", {"2026-01-01": 1}), a_load("b", {"2026-02-01": 1}))
    publish(settings, "a")
    assert plan.write(settings)["first_day"] == "2026-02-01"


def test_the_days_of_a_superseded_load_are_dirty_too(settings: Settings) -> None:
    commit(settings, a_load("a", {"2026-01-01": 1, "2026-01-10": 1}))
    publish(settings, "a")
    commit(settings, a_load("b", {"2026-01-10": 2}, supersedes="a" * 32))
    written = plan.write(settings)
    assert (written["first_day"], written["last_day"], written["dirty_days"]) == (
        "2026-01-01",
        "2026-01-10",
        2,
    )
    # What it superseded is not read any more.
    assert planned(settings)["read"] == sorted(
        [
            str(settings.requests / "date=2026-01-10" / f"{'b' * 32}.parquet"),
            str(settings.requests / "empty.3.parquet"),
        ]
    )


def test_a_window_is_rebuilt_whether_it_is_dirty_or_not(settings: Settings) -> None:
    commit(settings, a_load("a", {"2026-01-15": 1}))
    publish(settings, "a")
    written = plan.write(settings, start=date(2026, 3, 30), end=date(2026, 4, 1))
    assert written["dirty_days"] == 3
    kinds = planned(settings)
    assert kinds["day"] == ["2026-03-29", "2026-03-30", "2026-03-31", "2026-04-01", "2026-04-02"]
    assert kinds["last_day"] == ["2026-01-15"]
    # 29 March 2026 is a Sunday: its week began on the 23rd.
    assert kinds["week"] == ["2026-03-23", "2026-03-30"]
    assert kinds["month"] == ["2026-03-01", "2026-04-01"]


def _without_warehouse(settings: Settings) -> None:
    settings.warehouse.unlink()


def _without_marts(settings: Settings) -> None:
    settings.marts.unlink()


def _half_rebuilt(settings: Settings) -> None:
    settings.rebuilding.touch()


def _other_models(settings: Settings) -> None:
    content = json.loads(settings.publication.read_text(encoding="utf-8"))
    settings.publication.write_text(json.dumps(content | {"fingerprint": "other"}), encoding="utf-8")


def _less_catalogue(settings: Settings) -> None:
    (settings.manifests / "empty.parquet").unlink()
    settings.publication.write_text(
        settings.publication.read_text(encoding="utf-8").replace("manifests/empty", "manifests/another"),
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_without_warehouse, "no warehouse yet"),
        (_without_marts, "the models or seeds changed"),
        (_half_rebuilt, "the last full rebuild did not end"),
        (_other_models, "the models or seeds changed"),
        (_less_catalogue, "the manifest catalogue lost a file"),
    ],
)
def test_what_needs_a_full_rebuild(settings: Settings, change: Any, reason: str) -> None:
    commit(settings, a_load("a", {"2026-01-01": 1}), a_load("b", {"2026-05-01": 1}))
    publish(settings, "a", "b")
    assert plan.write(settings)["full"] is None
    change(settings)
    written = plan.write(settings)
    assert (written["full"], written["dirty_days"], written["rebuilt_days"]) == (reason, 2, 6)


def test_full_may_be_asked_for(settings: Settings) -> None:
    commit(settings, a_load("a", {"2026-01-01": 1}))
    publish(settings, "a")
    assert plan.write(settings, full=True)["full"] == "asked for"
    assert planned(settings)["day"] == ["2025-12-31", "2026-01-01", "2026-01-02"]


def test_the_models_find_the_ledger_as_a_table(settings: Settings) -> None:
    commit(
        settings,
        a_load(
            "a",
            {"2026-01-01": 2},
            first_requested_at="2026-01-01 10:00:00.25",
            quarantined_count=1,
            line_count=3,
        ),
        a_load("b", {"2026-01-01": 2, "2026-01-02": 3}, supersedes="a" * 32),
    )
    plan.write(settings)
    with duckdb.connect() as con:
        rows = con.execute(
            "select load_id[1], supersedes[1], is_superseded, line_count, staged_count, quarantined_count,"
            f" first_requested_at, dates, date_row_counts from '{settings.ledger_table}'"
        ).fetchall()
    new_year = date(2026, 1, 1)
    assert rows == [
        ("a", None, True, 3, 2, 1, datetime(2026, 1, 1, 10, 0, 0, 250_000), [new_year], [2]),
        ("b", "a", False, 5, 5, 0, None, [new_year, date(2026, 1, 2)], [2, 3]),
    ]


def test_an_address_in_an_object_s_name_reaches_no_table(settings: Settings) -> None:
    """The lake keeps the name, by which the object is known again."""
    name = "logs/client-192.0.2.7.log"
    commit(settings, a_load("a", {"2026-01-01": 1}, object_name=name))
    plan.write(settings)
    with duckdb.connect() as con:
        rows = con.execute(f"select object_name from '{settings.ledger_table}'").fetchall()
    assert rows == [("logs/client-[address].log",)]
    assert [load.object_name for load in Ledger(settings.loads).loads.values()] == [name]


def test_a_day_on_which_all_opted_out_is_rebuilt_too(settings: Settings) -> None:
    """Its lines stand in excluded_traffic_daily: a load that only adds to them dirties the day."""
    commit(settings, a_load("a", {"2026-01-01": 1}))
    publish(settings, "a")
    opted_out = {"opted_out_by_date": {"2026-01-10": 4}, "opted_out_count": 4, "line_count": 5}
    commit(settings, a_load("b", {"2026-01-01": 1}, **opted_out))
    assert plan.write(settings)["last_day"] == "2026-01-10"
    with duckdb.connect() as con:
        rows = con.execute(
            "select load_id[1], opted_out_dates, opted_out_date_counts"
            f" from '{settings.ledger_table}' order by 1"
        ).fetchall()
    assert rows == [("a", [], []), ("b", [date(2026, 1, 10)], [4])]


def test_period_starts() -> None:
    # 2024 is a leap year; 30 December 2024 is a Monday, of ISO week 1 of 2025; 1 March 2024 is a Friday.
    days = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 31), date(2025, 1, 1)]
    assert plan.period_starts("day", reversed(days)) == days
    assert plan.period_starts("week", days) == [date(2024, 2, 26), date(2024, 12, 30)]
    assert plan.period_starts("month", days) == [
        date(2024, 2, 1),
        date(2024, 3, 1),
        date(2024, 12, 1),
        date(2025, 1, 1),
    ]
    assert plan.period_starts("year", days) == [date(2024, 1, 1), date(2025, 1, 1)]


def test_the_fingerprint_covers_models_and_seeds_but_not_what_dbt_writes(tmp_path: Path) -> None:
    for name in ("seeds/clients.csv", "dbt_project/models/a.sql", "dbt_project/dbt_project.yml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one", encoding="utf-8")
    before = plan.fingerprint(tmp_path)
    written = tmp_path / "dbt_project" / "target" / "compiled.sql"
    written.parent.mkdir()
    written.write_text("x", encoding="utf-8")
    (tmp_path / "dbt_project" / "README.md").write_text("x", encoding="utf-8")
    assert plan.fingerprint(tmp_path) == before
    for name in ("seeds/clients.csv", "dbt_project/models/a.sql", "dbt_project/dbt_project.yml"):
        path = tmp_path / name
        path.write_text("two", encoding="utf-8")
        changed = plan.fingerprint(tmp_path)
        assert changed != before
        path.write_text("one", encoding="utf-8")
    (tmp_path / "seeds" / "clients.csv").rename(tmp_path / "seeds" / "others.csv")
    assert plan.fingerprint(tmp_path) != before
