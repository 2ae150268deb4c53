from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.errors import ObjectError, SourceError
from pipeline import tasks
from pipeline.lake import parquet
from pipeline.settings import SettingsError
from pipeline.tasks import StepError, WindowError, parse_window, safe_errors, total_loads

ADDRESS = "198.51.100.7"


def quote_an_address() -> None:
    """DuckDB quotes the value that it cannot cast."""
    with duckdb.connect() as con:
        con.execute("select cast(? as integer)", [ADDRESS]).fetchall()


def write_badly(folder: Path) -> None:
    """The same, deep inside one of our own modules."""
    with duckdb.connect() as con:
        parquet.write_parquet(con, f"select cast('{ADDRESS}' as integer) as x", folder / "x.parquet")


def test_duckdb_does_quote_the_value() -> None:
    """Else the tests below would prove nothing."""
    with pytest.raises(duckdb.Error, match=ADDRESS):
        quote_an_address()


def test_the_text_of_a_foreign_error_is_withheld() -> None:
    with pytest.raises(StepError) as caught, safe_errors():
        quote_an_address()
    assert ADDRESS not in str(caught.value)
    assert str(caught.value).startswith("ConversionException in test_tasks.py:")
    # Airflow prints what led to an error as well.
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_place_in_our_own_code_is_told(tmp_path: Path) -> None:
    with pytest.raises(StepError) as caught, safe_errors():
        write_badly(tmp_path)
    assert ADDRESS not in str(caught.value)
    assert re.match(
        r"ConversionException in pipeline/lake/parquet\.py:\d+; its text is withheld", str(caught.value)
    )


@pytest.mark.parametrize(
    "error",
    [
        ObjectError("a.log", "is empty"),
        SourceError("/logs", "is missing"),
        SettingsError("wrong"),
        WindowError("no"),
    ],
)
def test_our_own_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, safe_errors():
        raise error
    assert caught.value is error


def test_our_own_error_loses_what_led_to_it() -> None:
    with pytest.raises(ObjectError) as caught, safe_errors():
        raise ObjectError("a.log", "cannot be read") from duckdb.ConversionException(ADDRESS)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_the_operating_systems_reason_is_told(tmp_path: Path) -> None:
    with (
        pytest.raises(StepError, match=r"FileNotFoundError: No such file or directory: .*gone") as caught,
        safe_errors(),
    ):
        (tmp_path / "gone").read_bytes()
    assert "test_tasks.py" in str(caught.value) or "pathlib.py" in str(caught.value)


def test_an_interruption_is_not_held_up() -> None:
    with pytest.raises(KeyboardInterrupt), safe_errors():
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("given", "window"),
    [
        ({"full": True}, (True, None, None)),
        ({"start": "2026-01-01", "end": "2026-01-01"}, (False, date(2026, 1, 1), date(2026, 1, 1))),
        (
            {"start": "2026-02-28", "end": "2026-03-01", "full": True},
            (True, date(2026, 2, 28), date(2026, 3, 1)),
        ),
    ],
)
def test_a_window(given: dict[str, Any], window: tuple[bool, date | None, date | None]) -> None:
    full, start, end = window
    assert parse_window(given) == {"full": full, "start": start, "end": end}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "No window is given"),
        ({"start": None, "end": None, "full": False}, "No window is given"),
        ({"start": "2026-01-01"}, "Only one end"),
        ({"end": "2026-01-01", "full": True}, "Only one end"),
        ({"start": "2026-01-02", "end": "2026-01-01"}, "is no window"),
        ({"start": "2006-01-02", "end": "2026-01-01"}, "is no window"),
        ({"start": "2026-02-30", "end": "2026-03-01"}, "start is not a date"),
        ({"start": "2026-02-01", "end": "soon"}, "end is not a date"),
    ],
)
def test_what_is_no_window(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(WindowError, match=reason):
        parse_window(given)


def summary(objects: int, refused: list[str], already: int = 0) -> dict[str, Any]:
    counts = dict.fromkeys(tasks.COUNTS, 0)
    told = {"refused": refused, "rewritten": ["s3://a"], "warnings": ["GeoLite2-City.mmdb is no mmdb file"]}
    told |= {"reasons": {"missing_field": 2}, "missing_fields": {"status": objects}}
    return counts | told | {"objects": objects, "lines": 10 * objects, "already_loaded": already}


def test_the_sum_of_loads() -> None:
    total = total_loads([summary(2, []), summary(3, ["a.log: is empty"], already=1)])
    assert (total["objects"], total["lines"], total["already_loaded"]) == (5, 50, 1)
    assert total["refused"] == ["a.log: is empty"]
    assert total["rewritten"] == ["s3://a", "s3://a"]
    assert total["warnings"] == ["GeoLite2-City.mmdb is no mmdb file"]
    assert (total["reasons"], total["missing_fields"]) == ({"missing_field": 4}, {"status": 5})


def test_nothing_at_all_could_be_loaded() -> None:
    with pytest.raises(ObjectError, match=r"all 7 objects: none could be read: a; a; a; a; a\. Each is"):
        total_loads([summary(0, ["a."] * 7)])
    assert total_loads([summary(0, [])])["objects"] == 0
    # What was loaded before is there to build from.
    assert total_loads([summary(0, ["a"])], has_loads=True)["refused"] == ["a"]
    assert total_loads([summary(0, ["a"], already=1)])["refused"] == ["a"]
