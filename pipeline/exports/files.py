"""What the exports have in common: how a file is written, and rows of a frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from dashboard.exports import csv
from pipeline.lake.ledger import write_durably


def write_json(path: Path, document: dict[str, Any]) -> None:
    """Replace the file as a whole; every character outside ASCII is escaped."""
    write_text(path, json.dumps(document, indent=2, ensure_ascii=True) + "\n")


def write_csv(path: Path, frame: pd.DataFrame) -> None:
    """Replace the file as a whole; no spreadsheet runs a cell, and invisible characters are written out."""
    write_text(path, csv(frame).decode())


def write_text(path: Path, text: str) -> None:
    """Replace the file as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_durably(path, text)


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows by the names of their columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
