"""One warehouse for all counting tests: building it takes most of their time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.counting.cases import Case, all_cases
from tests.support.layouts import Corpus, Layout, interleaved, packed, separate, write
from tests.support.warehouse import Warehouse, make


@dataclass(frozen=True, slots=True)
class Counted:
    """Published marts over both layouts of the corpus and all cases."""

    warehouse: Warehouse
    separate: Layout
    packed: Layout
    packed_hours_apart: Layout
    interleaved: Layout
    cases: list[Case]

    @property
    def layouts(self) -> list[Layout]:
        """All layouts of the corpus."""
        return [self.separate, self.packed, self.packed_hours_apart, self.interleaved]


def united_catalogue(layouts: list[Layout]) -> dict[str, Any]:
    """One catalogue file for several layouts, whose repositories have different names."""
    return {name: entry for layout in layouts for name, entry in layout.catalogue.items()}


def build(corpus: Path, folder: Path, with_catalogue: bool = True) -> Counted:
    """Lay the corpus out under two seeds, add the cases, make the marts."""
    recorded = Corpus(corpus)
    layouts = [
        separate(recorded, seed=7, first=datetime(2026, 3, 2, 0, 30, tzinfo=UTC)),
        packed(recorded, seed=11, first_midnight=datetime(2026, 4, 5, tzinfo=UTC)),
        packed(recorded, seed=13, first_midnight=datetime(2026, 7, 1, tzinfo=UTC), pause=timedelta(hours=2)),
        interleaved(recorded, seed=400, first=datetime(2026, 9, 1, tzinfo=UTC)),
    ]
    cases = all_cases()
    for layout in layouts:
        write(layout.lines, folder / "logs" / f"{layout.seed}.jsonl")
    write((line for case in cases for line in case.lines), folder / "logs" / "cases.jsonl")
    catalogue = folder / "catalogue.json"
    catalogue.write_text(json.dumps(united_catalogue(layouts)), "utf-8")
    known = catalogue if with_catalogue else None
    made = make(folder / "data", folder / "logs", known, data_tests=True, unit_tests=True)
    return Counted(made, *layouts, cases)
