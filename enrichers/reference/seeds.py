"""Reads the seeds that enrichers share with dbt: small CSV files, one row = one decision with its source."""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from enrichers.reference.errors import ReferenceDataError

SEEDS = Path(__file__).resolve().parents[2] / "seeds"


@lru_cache(maxsize=8)
def read_seed(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `seeds/<name>.csv` as text; an empty field is "".

    Raises ReferenceDataError when the file cannot be read.
    """
    path = SEEDS / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))
    except OSError as error:
        raise ReferenceDataError(f"{path}: {error.strerror}. Restore it from the repository.") from None
