"""The worlds that the kit counts: layouts of the corpus, with and without catalogue, as JSON and as text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conformance.writers import WRITERS
from tests.support.layouts import (
    Corpus,
    Layout,
    as_combined,
    interleaved,
    midnight,
    packed,
    separate,
    write,
    write_text,
)
from tests.support.warehouse import Warehouse, make
from tests.support.written import Written

HOUR = timedelta(hours=1)
# What a score reads, and the definitions by scenario of `make conformance`.
READ = ("fct_pulls", "pull_definitions_daily")


@dataclass(frozen=True, slots=True)
class World:
    """Published marts over several layouts, each in months of its own."""

    name: str
    warehouse: Warehouse
    layouts: list[Layout]


def plain(corpus: Corpus) -> list[Layout]:
    """The two layouts that every counter should get right."""
    return [
        # A day each, so that the definitions by day are definitions by scenario.
        separate(corpus, seed=7, first=datetime(2026, 1, 1, 0, 30, tzinfo=UTC), every=24 * HOUR),
        packed(corpus, seed=11, first_midnight=datetime(2026, 5, 1, tzinfo=UTC)),
    ]


def recorded(corpus: Corpus) -> list[Layout]:
    """All layouts of the corpus."""
    return [
        *plain(corpus),
        packed(corpus, seed=13, first_midnight=datetime(2026, 6, 1, tzinfo=UTC), pause=2 * HOUR),
        interleaved(corpus, seed=400, first=datetime(2026, 8, 1, tzinfo=UTC)),
    ]


def written(scenarios: Written) -> list[Layout]:
    """All layouts of the written scenarios; in the last one two of an origin overlap."""
    return [
        midnight(scenarios, seed=17, first_midnight=datetime(2025, 8, 1, tzinfo=UTC)),
        separate(scenarios, seed=7, first=datetime(2026, 1, 1, 0, 30, tzinfo=UTC)),
        packed(scenarios, seed=11, first_midnight=datetime(2026, 2, 1, tzinfo=UTC)),
        packed(scenarios, seed=13, first_midnight=datetime(2026, 5, 1, tzinfo=UTC), pause=2 * HOUR),
        interleaved(scenarios, seed=400, first=datetime(2026, 8, 15, tzinfo=UTC)),
    ]


def build(
    corpus: Corpus | Written, folder: Path, with_catalogue: bool = True, is_combined: bool = False
) -> World:
    """Lay the scenarios out in every way, load them, make the marts. Text has no fractions of a second."""
    layouts = written(corpus) if isinstance(corpus, Written) else recorded(corpus)
    for layout in layouts:
        path = folder / "logs" / f"{layout.seed}.log"
        if is_combined:
            write_text(map(as_combined, layout.lines), path)
        else:
            write(layout.lines, path)
    catalogue = folder / "catalogue.json"
    catalogue.write_text(json.dumps({k: v for one in layouts for k, v in one.catalogue.items()}), "utf-8")
    made = make(folder / "data", folder / "logs", catalogue if with_catalogue else None, only=READ)
    log_format = "combined text" if is_combined else "JSON"
    name = f"{log_format}, {'with' if with_catalogue else 'without'} a manifest catalogue"
    return World(name, made, layouts)


@dataclass(frozen=True, slots=True)
class FormatWorld:
    """Published marts over scenarios that lie apart, once in each log format, without a catalogue."""

    warehouse: Warehouse
    layouts: dict[str, list[Layout]]


def build_formats(corpora: list[Corpus], folder: Path) -> FormatWorld:
    """Lay the scenarios out once a format, each time under other names and in months of their own."""
    layouts: dict[str, list[Layout]] = {}
    first = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    for number, (log_format, writer) in enumerate(WRITERS.items()):
        for position, corpus in enumerate(corpora):
            layout = separate(corpus, 100 * (number + 1) + position, first)
            first += timedelta(days=len(corpus.truth) // 24 + 2)
            write_text(map(writer, layout.lines), folder / "logs" / f"{layout.seed}.log")
            layouts.setdefault(log_format, []).append(layout)
    return FormatWorld(make(folder / "data", folder / "logs", only=READ), layouts)
