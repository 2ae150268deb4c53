"""Text that clients made, so that a page, a chart or a spreadsheet shows it and never runs it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$:&^=-])")
# Control characters and those that turn the direction of writing: they would hide or reorder what
# stands there.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# What a spreadsheet takes for the start of a formula, also in their full-width forms.
_FORMULA = re.compile(r"^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20|%]")


def visible(value: str) -> str:
    """The text with every invisible character written out: "a\u202eb" becomes "a<U+202E>b"."""
    return _INVISIBLE.sub(lambda found: f"<U+{ord(found.group()):04X}>", value)


def plain(value: object) -> str:
    """Markdown that shows this text as it is: no link, no picture, no colour, no HTML."""
    return _MARKDOWN.sub(r"\\\1", visible(str(value)))


def without_formula(value: object) -> object:
    """A cell that no spreadsheet runs: an apostrophe before what looks like a formula. Numbers stay."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every text made visible; numbers, dates and names of columns stay."""
    return _mapped(frame, lambda value: visible(value) if isinstance(value, str) else value)


def for_spreadsheets(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it is written to CSV: visible text, and no formula."""
    return _mapped(shown(frame), without_formula)


def _mapped(frame: pd.DataFrame, change: Callable[[object], object]) -> pd.DataFrame:
    texts = [
        name
        for name, kind in frame.dtypes.items()
        if pd.api.types.is_string_dtype(kind) or pd.api.types.is_object_dtype(kind)
    ]
    return frame.assign(**{str(name): _changed(frame[name], change) for name in texts})


def _changed(column: pd.Series, change: Callable[[object], object]) -> pd.Series:
    """Each distinct value is changed once: a million rows have a few thousand names."""
    try:
        known = {value: change(value) for value in column.unique()}
    except TypeError:  # lists and the like, of which no table has many
        return column.map(change)
    return column.map(known)
