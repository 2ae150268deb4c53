"""`make bench-history`: what a day costs after a month and after a year of days.

The days before a measured one are loaded and built together, which leaves what daily runs leave; the measured
day then comes by a run of its own. The year begins on the first of January, so that the last day is the one
on which most of a year has to be looked at again.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench import traffic
from bench.__main__ import STEPS, bytes_of, node_costs
from bench.measure import CommandError, Cost, run

FIRST_DAY = date(2025, 1, 1)
SHOWN_NODES = 15


@dataclass(frozen=True, slots=True)
class Day:
    """What the run of one day cost: each step, each node of the build, and what was published after it."""

    number: int
    steps: dict[str, float]
    nodes: dict[str, float]
    published: dict[str, int]

    @property
    def total(self) -> float:
        """CPU seconds of all steps."""
        return sum(self.steps.values())


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where a step failed."""
    options = _options(arguments)
    folder = Path(options.keep or tempfile.mkdtemp(prefix="pullhouse-history-"))
    try:
        days = measure(folder, options.lines, sorted(options.days), options.seed)
    except CommandError as error:
        print(f"bench-history: {error}", file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{options.lines:,} lines a day; CPU seconds of all processes")
    print("\n".join(report(*days)))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-history", description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000, help="lines of each day")
    parser.add_argument("--days", type=int, nargs=2, default=[30, 365], help="the days that are measured")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder in which the logs and the data directory stay")
    options = parser.parse_args(arguments)
    if options.days[0] == options.days[1] or min(*options.days) < 2 or options.lines < 1:
        parser.error("two different days from the second on, and at least one line a day, are wanted")
    return options


def measure(folder: Path, lines: int, days: list[int], seed: int) -> list[Day]:
    """Make a log of so many lines a day under `folder`, and run the pipeline; what each of `days` cost."""
    made, logs, data = folder / "made", folder / "logs", folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    traffic.write(made, lines * days[-1], days[-1], seed, FIRST_DAY)
    objects = sorted(made.glob("*.jsonl"))
    environment = {"PULLHOUSE_DATA": str(data), "PULLHOUSE_LOGS": str(logs / "*.jsonl")}
    found = []
    for number in days:
        _deliver(objects[: number - 1], logs)
        _steps(environment)
        _deliver(objects[:number], logs)
        costs = _steps(environment)
        results = data / "dbt" / "target" / "run_results.json"
        steps = {step: cost.cpu_s for step, cost in costs.items()}
        found.append(Day(number, steps, node_costs(results, costs["build"]), bytes_of(data)))
    return found


def _deliver(objects: list[Path], logs: Path) -> None:
    for path in objects:
        target = logs / path.name
        if not target.exists():
            target.hardlink_to(path)


def _steps(environment: dict[str, str]) -> dict[str, Cost]:
    return {step: run([sys.executable, "-m", "pipeline", step], environment) for step in STEPS}


def report(early: Day, late: Day) -> list[str]:
    """What is printed: the steps of both days with their ratio, and the nodes that grew most."""
    shown = [f"{'':40}{f'day {early.number}':>10}{f'day {late.number}':>10}{'ratio':>8}"]
    rows = [(step, early.steps[step], late.steps[step]) for step in early.steps]
    rows.append(("everything", early.total, late.total))
    shown += [f"{name:40}{before:10.2f}{after:10.2f}{after / before:8.2f}" for name, before, after in rows]
    for name, size in late.published.items():
        before, after = early.published[name] / 2**20, size / 2**20
        shown.append(f"{name + ', MiB':40}{before:10.1f}{after:10.1f}{after / before:8.2f}")
    shown.append(
        f"ratio everything: day {late.number} costs {late.total / early.total:.2f} x day {early.number}"
    )
    grown = {name: cost - early.nodes.get(name, 0) for name, cost in late.nodes.items()}
    shown.append(f"\nthe nodes that grew most: CPU seconds on both days (shown: {SHOWN_NODES})")
    for name in sorted(grown, key=lambda name: -grown[name])[:SHOWN_NODES]:
        shown.append(f"{name:40}{early.nodes.get(name, 0):10.2f}{late.nodes[name]:10.2f}")
    return shown


if __name__ == "__main__":
    sys.exit(main())
