"""`make bench`: what a million lines cost Pullhouse, as a multiple of the cheapest reading of the same log.

In one run, by turns, at two sizes: the yardstick, each step of the pipeline, GoAccess where it is installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from bench.measure import CommandError, Cost, Line, line_through, run

# For GoAccess, which looks up a country for each address as Pullhouse does. A full database would cost more.
COUNTRIES = Path(__file__).parents[1] / "tests/data/reference/maxmind/GeoIP2-Country-Test.mmdb"
STEPS = ("load", "plan", "build", "publish")
# The yardstick reads the log as often: once is over before it can be measured.
YARDSTICK_TIMES = 10
SHOWN_NODES = 40
# The least that answers how many pulls: load, and what these two models are made of.
HEADLINE = "headline"
HEADLINE_MODELS = ("fct_pulls", "pulls_daily")
RATIOS = ("everything", "load", HEADLINE, "build", "goaccess")

# By name of what was measured: its costs at one size.
Costs = dict[str, list[Cost]]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 where a step failed."""
    options = _options(arguments)
    folder = Path(options.keep or tempfile.mkdtemp(prefix="pullhouse-bench-"))
    try:
        _bench(folder, sorted(options.lines), options.days, options.seed, options.rounds)
    except CommandError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--lines", type=int, nargs=2, default=[100_000, 200_000], help="the two sizes")
    parser.add_argument("--days", type=int, default=1, help="days that the lines are of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1, help="how often all is done; medians are printed")
    parser.add_argument("--keep", help="folder in which the logs and the data directories stay")
    options = parser.parse_args(arguments)
    if options.lines[0] == options.lines[1] or min(*options.lines, options.days, options.rounds) < 1:
        parser.error("two different sizes, days and rounds of at least 1 are wanted")
    return options


def _bench(folder: Path, sizes: list[int], days: int, seed: int, rounds: int) -> None:
    measured: dict[int, Costs] = {size: defaultdict(list) for size in sizes}
    nodes: dict[int, dict[str, float]] = {}
    published: dict[int, dict[str, int]] = {}
    for size in sizes:
        _python("bench.traffic", folder / f"logs-{size}", size, "--days", days, "--seed", seed)
    for _ in range(rounds):
        for size in sizes:
            nodes[size] = _measure(folder, size, measured[size])
            published[size] = bytes_of(folder / f"data-{size}")
    medians = {size: {name: _median(costs) for name, costs in measured[size].items()} for size in sizes}
    _print_steps(sizes, medians, measured)
    _print_bytes(sizes, published)
    _print_nodes(sizes, nodes)


def _measure(folder: Path, size: int, costs: Costs) -> dict[str, float]:
    """One round at one size; CPU seconds of each node of the build."""
    logs, data = folder / f"logs-{size}", folder / f"data-{size}"
    shutil.rmtree(data, ignore_errors=True)
    environment = {"PULLHOUSE_DATA": str(data), "PULLHOUSE_LOGS": str(logs / "*.jsonl")}
    costs["yardstick"].append(_python("bench.yardstick", logs, YARDSTICK_TIMES))
    for step in STEPS:
        costs[step].append(_python("pipeline", step, environment=environment))
    costs["yardstick"].append(_python("bench.yardstick", logs, YARDSTICK_TIMES))
    if shutil.which("goaccess"):
        page = str(folder / "goaccess.html")
        command = ["goaccess", str(logs / "combined.log"), "--log-format=COMBINED", "-o", page]
        command += ["--geoip-database", str(COUNTRIES)]
        costs["goaccess"].append(run(command))
    target = data / "dbt" / "target"
    nodes = node_costs(target / "run_results.json", costs["build"][-1])
    headline = sum(nodes.get(name, 0.0) for name in ancestors(target / "manifest.json", HEADLINE_MODELS))
    costs[HEADLINE].append(Cost(costs["load"][-1].cpu_s + headline, costs["build"][-1].peak_mib))
    return nodes


def bytes_of(data: Path) -> dict[str, int]:
    """Bytes on disk of what was published: the file of the marts, and the requests of sessions beside it."""
    beside = sum(path.stat().st_size for path in (data / "parquet").rglob("*.parquet"))
    return {"pullhouse.duckdb": (data / "pullhouse.duckdb").stat().st_size, "parquet": beside}


def _python(module: str, *arguments: object, environment: dict[str, str] | None = None) -> Cost:
    return run([sys.executable, "-m", module, *map(str, arguments)], environment)


def _median(costs: list[Cost]) -> float:
    return statistics.median(cost.cpu_s for cost in costs)


def node_costs(results: Path, build: Cost) -> dict[str, float]:
    """CPU seconds of each model, and of all tests together, from when dbt says that it ran each."""
    found: dict[str, float] = defaultdict(float)
    for node in json.loads(results.read_text(encoding="utf-8"))["results"]:
        kind, _, name = node["unique_id"].split(".")[:3]
        for timing in node["timing"]:
            start, end = (_seconds(timing[name]) for name in ("started_at", "completed_at"))
            found[name if kind == "model" else f"({kind}s)"] += build.between(start, end)
    return dict(found)


def ancestors(manifest: Path, models: Iterable[str]) -> set[str]:
    """Names of these models, and of all models that they are made of."""
    parents: dict[str, list[str]] = json.loads(manifest.read_text(encoding="utf-8"))["parent_map"]
    found: set[str] = set()
    left = [f"model.pullhouse.{name}" for name in models]
    while left:
        unique_id = left.pop()
        if unique_id.startswith("model.") and unique_id not in found:
            found.add(unique_id)
            left.extend(parents[unique_id])
    return {unique_id.split(".")[2] for unique_id in found}


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()


def lines_of(sizes: list[int], medians: dict[int, dict[str, float]]) -> dict[str, Line]:
    """For everything measured, and for all steps together, what a million lines cost."""
    found = {}
    for name in medians[sizes[0]]:
        times = YARDSTICK_TIMES if name == "yardstick" else 1
        found[name] = line_through(*((size * times, medians[size][name]) for size in sizes))
    totals = [(size, sum(medians[size][step] for step in STEPS)) for size in sizes]
    return found | {"everything": line_through(*totals)}


def _print_steps(sizes: list[int], medians: dict[int, dict[str, float]], measured: dict[int, Costs]) -> None:
    found = lines_of(sizes, medians)
    print(f"CPU seconds of all processes; the yardstick reads its log {YARDSTICK_TIMES} times")
    print(f"{'':14}{sizes[0]:>12,}{sizes[1]:>12,}{'intercept':>12}{'per million':>13}{'peak MiB':>10}")
    for name, line in found.items():
        parts = STEPS if name == "everything" else (name,)
        shown = "".join(f"{sum(medians[size][part] for part in parts):12.2f}" for size in sizes)
        peak = max(cost.peak_mib for part in parts for cost in measured[sizes[1]][part])
        print(f"{name:14}{shown}{line.intercept_s:12.2f}{line.marginal_s:13.2f}{peak:10,.0f}")
    for name in [name for name in RATIOS if name in found]:
        times = found[name].marginal_s / found["yardstick"].marginal_s
        print(f"ratio {name}: {times:.1f} x the yardstick")


def _print_bytes(sizes: list[int], published: dict[int, dict[str, int]]) -> None:
    print(f"\n{'published, MiB':20}{sizes[0]:>12,}{sizes[1]:>12,}{'per million':>13}")
    for name in published[sizes[0]]:
        small, large = (published[size][name] / 2**20 for size in sizes)
        per_million = line_through((sizes[0], small), (sizes[1], large)).marginal_s
        print(f"{name:20}{small:12.1f}{large:12.1f}{per_million:13.1f}")


def _print_nodes(sizes: list[int], nodes: dict[int, dict[str, float]]) -> None:
    small, large = (nodes[size] for size in sizes)
    print(f"\nthe build's nodes: CPU seconds at {sizes[0]:,} and {sizes[1]:,} lines (shown: {SHOWN_NODES})")
    for name, cost in sorted(large.items(), key=lambda item: -item[1])[:SHOWN_NODES]:
        print(f"{name:40}{small.get(name, 0):8.2f}{cost:8.2f}")
    print(f"{'(all models and tests)':40}{sum(small.values()):8.2f}{sum(large.values()):8.2f}")


if __name__ == "__main__":
    sys.exit(main())
