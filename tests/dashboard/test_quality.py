"""Data quality: what was not loaded, and how right the counts are expected to be."""

from __future__ import annotations

import re

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.dashboard.conftest import APP, Open, Published
from tests.dashboard.test_pages import complaints


def table(page: AppTest, column: str) -> pd.DataFrame:
    """The one table with this column."""
    (found,) = [one.value for one in page.dataframe if column in one.value.columns]
    return found


def test_what_the_sample_lost(marts: Published, open_page: Open) -> None:
    """Nothing was refused; the quarantined lines by reason and field are those of the loaded objects."""
    page = open_page("quality")
    assert complaints(page) == []
    assert "Every object that was found could be loaded." in [one.value for one in page.info]
    (expected,) = marts.rows("select sum(quarantined_count) from load_ledger where not is_superseded")
    found = table(page, "what_to_do")
    assert (int(found["line_count"].sum()),) == expected
    assert expected > (0,)


def test_the_sample_is_as_right_as_it_was_measured(marts: Published, open_page: Open) -> None:
    """Some of its blobs are redirected; a catalogue knows all; JSON has every field: a cell of a page."""
    text = (APP.parents[1] / "docs" / "counting.md").read_text("utf-8")
    row = r"^\| (?:gateway|proxies manifests, redirects blobs) \| ([^|]+?) \|"
    cells = re.findall(row, text, re.MULTILINE)
    assert cells[0] == "JSON, with a manifest catalogue"
    found = table(open_page("quality"), "expected_accuracy")
    assert set(found["expected_accuracy"]) == {cells[1]}


def test_logs_without_clients_were_measured_too(marts: Published, open_page: Open) -> None:
    """In HAProxy's format, which has no user agent."""
    marts.change_table("data_quality_daily_base", "update {table} set unknown_client_count = distinct_count")
    text = (APP.parents[1] / "docs" / "counting.md").read_text("utf-8")
    (figure,) = re.findall(r"^\| HAProxy \| ([^|]+?) \|$", text, re.MULTILINE)
    found = table(open_page("quality"), "expected_accuracy")
    assert set(found["expected_accuracy"]) == {figure}


def test_a_refused_object_is_named(marts: Published, open_page: Open) -> None:
    marts.change_table(
        "refused_objects",
        "insert into {table}"
        " values ('edge', '<b>=1+1.log', '<b>=1+1.log: is odd', timestamp '2026-11-01', false)",
    )
    page = open_page("quality")
    assert complaints(page) == []
    found = table(page, "refused_since")
    assert list(found["reason"]) == ["<b>=1+1.log: is odd"]


def test_lines_that_lack_a_field_are_told_what_to_do(marts: Published, open_page: Open) -> None:
    marts.change_table("quarantine_reasons", "delete from {table}")
    marts.change_table(
        "quarantine_reasons",
        "insert into {table} values ('a', 'edge', 'a.log', 'missing_field', 'msec', 12),"
        " ('b', 'edge', 'b.log', 'missing_field', 'msec', 3),"
        " ('b', 'edge', 'b.log', 'not_json', null, 4)",
    )
    found = table(open_page("quality"), "what_to_do")
    assert list(
        found[["reason", "field", "line_count", "object_count"]].itertuples(index=False, name=None)
    ) == [
        ("missing_field", "msec", 15, 2),
        ("not_json", "", 4, 1),
    ]
    assert found["what_to_do"].str.contains("docs/log-format.md").all()
