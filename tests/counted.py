"""One warehouse for all counting tests: building it takes most of their time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.counting.cases import Case, all_cases
from tests.layouts import Corpus, Layout, packed, separate, write
from tests.warehouse import Warehouse, make


@dataclass(frozen=True, slots=True)
class Counted:
    """Published marts over both layouts of the corpus and all cases."""

    warehouse: Warehouse
    separate: Layout
    packed: Layout
    cases: list[Case]


def build(corpus: Path, folder: Path, with_catalogue: bool = True) -> Counted:
    """Lay the corpus out under two seeds, add the cases, make the marts."""
    recorded = Corpus(corpus)
    layouts = [
        separate(recorded, seed=7, first=datetime(2026, 3, 2, 0, 30, tzinfo=UTC)),
        packed(recorded, seed=11, first_midnight=datetime(2026, 4, 5, tzinfo=UTC)),
    ]
    cases = all_cases()
    for layout in layouts:
        write(layout.lines, folder / "logs" / f"{layout.seed}.jsonl")
    write((line for case in cases for line in case.lines), folder / "logs" / "cases.jsonl")
    catalogue = folder / "catalogue.json"
    catalogue.write_text(json.dumps(layouts[0].catalogue | layouts[1].catalogue), "utf-8")
    made = make(folder / "data", folder / "logs", catalogue if with_catalogue else None, all_tests=True)
    return Counted(made, *layouts, cases)
