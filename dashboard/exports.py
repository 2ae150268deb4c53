"""The figures of a table as a file."""

from __future__ import annotations

import io

import pandas as pd

from dashboard.text import for_spreadsheets


def csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 CSV with a header; cells that a spreadsheet would run begin with an apostrophe."""
    return for_spreadsheets(frame).to_csv(index=False).encode()


def parquet(frame: pd.DataFrame) -> bytes:
    """Parquet with the values as they are in the marts."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()
