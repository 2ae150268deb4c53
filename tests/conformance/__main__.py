"""`make conformance`: how right the counts are, scenario by scenario, by log format and by gateway mode.

The truth is `truth.json` and the splice of the synthetic world, never the code under test.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.conformance import worlds
from tests.conformance.accuracy import Accuracy, by_format, by_layout, by_mode
from tests.counting.scoring import score
from tests.support import synthetic
from tests.support.layouts import Corpus, write
from tests.support.variants import changed
from tests.support.warehouse import make
from tests.support.written import Written

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "counting.md"
SYNTHETIC_REQUESTS = 200_000
GAPS_S = (10, 60, 300, 21_600)
RULE = "manifest_gap_seconds: 10"
BEGIN, END = "<!-- conformance: begin -->", "<!-- conformance: end -->"


def main(arguments: list[str]) -> int:
    """Print the tables; with `--write`, put the summary into docs/counting.md too."""
    corpora = [Corpus(ROOT / "tests" / "data" / name) for name in ("corpus", "corpus2")]
    scenarios = Written(ROOT / "tests" / "data" / "written")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second = (_worlds(corpus, folder / f"recorded-{n}") for n, corpus in enumerate(corpora))
        written = _worlds(scenarios, folder / "written")
        print(_scenarios(first[0]))
        print(_scenarios(second[0]))
        formats = by_format(worlds.build_formats(corpora, folder / "formats"))
        summary = "\n".join(
            [
                _summary(first, corpora[0]),
                "Clients that the first corpus lacks (the second corpus):\n",
                _summary(second, corpora[1]),
                "By the format of the log, both corpora, without a catalogue, each scenario by itself:\n",
                _table("log format", formats),
                _same_session(corpora[0], folder / "synthetic"),
                _sensitivity(corpora[0], folder / "sensitivity"),
                "\nScenarios that were **written** from clients' sources, not recorded:\n",
                _table("layout", [entry for world in written for entry in by_layout(world)]),
            ]
        )
    print(summary)
    if "--write" in arguments:
        page = PAGE.read_text("utf-8")
        pattern = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
        PAGE.write_text(pattern.sub(lambda _: f"{BEGIN}\n{summary}{END}", page), "utf-8")
    return 0


def _worlds(scenarios: Corpus | Written, folder: Path) -> list[worlds.World]:
    """The scenarios as JSON with and without a catalogue, and as combined text."""
    return [
        worlds.build(scenarios, folder / "catalogue"),
        worlds.build(scenarios, folder / "without", with_catalogue=False),
        worlds.build(scenarios, folder / "combined", with_catalogue=False, is_combined=True),
    ]


def _scenarios(world: worlds.World) -> str:
    """Expected, found, and the number of each published definition, by scenario, each on its own day."""
    separate = world.layouts[0]
    rows = world.warehouse.query(
        "select period_start, definition_id, pull_count from pull_definitions_daily where repository = '*'"
    )
    definitions = sorted({definition for _, definition, _ in rows})
    counts = {(day, definition): count for day, definition, count in rows}
    days = {placed.scenario: placed.ends_at.date() for placed in separate.placed}
    lines = ["scenario | expected (downloads, checks) | found | " + " | ".join(definitions)]
    for entry in score(world.warehouse, separate):
        numbers = [str(counts.get((days[entry.scenario], definition), 0)) for definition in definitions]
        mark = "" if entry.is_exact else " MISSED"
        lines.append(f"{entry.scenario} | {entry.expected} | {entry.found}{mark} | " + " | ".join(numbers))
    return "\n".join(lines) + "\n"


def _summary(made: list[worlds.World], corpus: Corpus) -> str:
    layouts = [entry for world in made for entry in by_layout(world)]
    modes = [entry for world in made for entry in by_mode(world, corpus)]
    return (
        _table("layout", layouts)
        + "\nBy what the gateway did when the scenario was recorded, all layouts but the interleaved one:\n\n"
        + _table("gateway", modes)
    )


def _table(what: str, entries: list[Accuracy]) -> str:
    names = list(dict.fromkeys(entry.world for entry in entries))
    cells = {(entry.what, entry.world): entry.text for entry in entries}
    lines = [f"| {what} | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for row in dict.fromkeys(entry.what for entry in entries):
        lines.append(f"| {row} | " + " | ".join(cells[row, name] for name in names) + " |")
    return "\n".join(lines) + "\n"


def _same_session(corpus: Corpus, folder: Path) -> str:
    world = synthetic.make(corpus, SYNTHETIC_REQUESTS)
    write(world.lines, folder / "logs" / "access.jsonl")
    made = make(folder / "data", folder / "logs", only=synthetic.READ)
    found, downloads = synthetic.sessions_of(made), synthetic.downloads_of(made)
    lines = [
        f"\nWhether two of {len(world.lines):,} requests, spliced from recordings, are of one session, and\n"
        "how many downloads were counted of those that were spliced in:\n",
        "| | precision | recall | downloads counted | downloads made |\n|---|---|---|---|---|",
    ]
    for name, is_shared in (
        ("origins with an address of their own", False),
        ("many machines behind a NAT", True),
    ):
        part = {key: value for key, value in found.items() if (key in world.behind_nat) == is_shared}
        precision, recall = synthetic.same_session(part, world.instance_of)
        counted = {pull: count for key, (pull, count) in downloads.items() if key in part}
        lines.append(
            f"| {name} | {precision:.4f} | {recall:.4f} | {sum(counted.values()):,} |"
            f" {world.downloads(behind_nat=is_shared):,} |"
        )
    return "\n".join(lines) + "\n"


def _sensitivity(corpus: Corpus, folder: Path) -> str:
    """The same traffic with other gaps between manifest requests; 6 h is the window of Docker Hub's limit."""
    lines = [
        "With other values of `manifest_gap_seconds`:\n",
        "| seconds | separate | packed, 20 s apart |\n|---|---|---|",
    ]
    for seconds in GAPS_S:
        layouts = worlds.plain(corpus)
        place = folder / str(seconds)
        for layout in layouts:
            write(layout.lines, place / "logs" / f"{layout.seed}.log")
        with changed(place / "root", "dbt_project.yml", RULE, f"manifest_gap_seconds: {seconds}"):
            warehouse = make(place / "data", place / "logs", only=("fct_pulls",))
        scores = [score(warehouse, layout) for layout in layouts]
        cells = [f"{sum(entry.is_exact for entry in found)} of {len(found)}" for found in scores]
        lines.append(f"| {seconds:,} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
