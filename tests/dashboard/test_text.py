"""What a client wrote is shown as text: on the page, in charts, in files that a spreadsheet opens."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from dashboard import exports
from dashboard.text import plain, shown, visible
from tests.dashboard.conftest import Open, Published
from tests.dashboard.test_pages import VIEWS, complaints

FORMULAS = ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1", "|calc", "%0A=1"]
PAYLOADS = [
    "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://tracker.invalid/x.png)",
    ":red[x] :material/home:", "$x^2$", "`x`", "=cmd|' /C calc'!A0", "a\u202egnp.exe",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    read = pd.read_csv(io.BytesIO(exports.csv(pd.DataFrame({"tag": [text]}))), keep_default_na=False)
    assert str(read["tag"][0]).startswith(("'", "<U+"))


def test_numbers_and_plain_text_of_a_csv_stay() -> None:
    frame = pd.DataFrame(
        {"tag": ["1.0", "latest", None], "count": [-5, 0, 7], "day": pd.to_datetime("2026-10-01")}
    )
    expected = b"tag,count,day\n1.0,-5,2026-10-01\nlatest,0,2026-10-01\n,7,2026-10-01\n"
    assert exports.csv(frame) == expected


def test_parquet_has_the_values_as_they_are() -> None:
    frame = pd.DataFrame({"tag": ["=1+1", "a\u202eb"], "count": [1, 2]})
    assert pd.read_parquet(io.BytesIO(exports.parquet(frame))).values.tolist() == frame.values.tolist()


def test_invisible_characters_are_written_out() -> None:
    assert visible("a\u202eb\x00\u200b") == "a<U+202E>b<U+0000><U+200B>"
    assert shown(pd.DataFrame({"tag": ["\u2066x", None], "n": [1, 2]}))["tag"].iloc[0] == "<U+2066>x"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markdown_of_a_value_has_no_mark_left(payload: str) -> None:
    made = plain(payload)
    for index, letter in enumerate(made):
        if letter in "[]()<>!`*_:$":
            assert made[index - 1] == "\\"


@pytest.mark.parametrize("view", VIEWS)
def test_payloads_in_the_marts_are_text(marts: Published, open_page: Open, view: str) -> None:
    """Markdown is run where a page says markdown: no such element may hold a payload as it is."""
    values = ", ".join("'" + one.replace("'", "''") + "'" for one in PAYLOADS)
    chosen = f"list_extract([{values}], 1 + (hash(pull_id) % {len(PAYLOADS)})::int)"
    marts.change_table(
        "fct_pulls_base",
        f"update {{table}} set tag = {chosen}, client_name = {chosen}, company = {chosen},"
        f" network_operator = {chosen}, cloud_provider = {chosen}, country_code = {chosen}",
    )
    marts.change_table("client_inflation_daily", f"update {{table}} set client_name = '{PAYLOADS[0]}'")
    marts.change_table("tag_usage", f"update {{table}} set tag = '{PAYLOADS[0]}' where tag = 'latest'")
    marts.change_table("unmet_demand_daily", f"update {{table}} set nearest_tag = '{PAYLOADS[2]}'")
    page = open_page(view, first="tag", second="client_name", filter=[f"tag is not: {PAYLOADS[2]}"])
    assert complaints(page) == []
    marked = [one.value for kind in ("markdown", "caption", "info", "warning") for one in getattr(page, kind)]
    labels = [
        one.label for kind in ("metric", "expander", "button", "selectbox") for one in getattr(page, kind)
    ]
    for payload in PAYLOADS:
        assert [text for text in (*marked, *labels) if payload in text] == []
    cells = "".join(str(one.value.values.tolist()) for one in page.dataframe)
    if view in ("breakdown", "networks", "versions", "inflation", "unmet"):
        assert "tracker.invalid" in cells or "<img src=x" in cells
    assert "\u202e" not in cells
