"""dbt as a process of its own: for a build, for a command by hand, and once when Pullhouse is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.paths import REPOSITORY_ROOT
from pipeline.process.resources import duckdb_size
from pipeline.settings import Settings
from pipeline.warehouse import scratch

PROJECT = REPOSITORY_ROOT / "dbt_project"
# dbt's package imports what it then runs: Python warns of that, on every screen.
DBT = [sys.executable, "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main"]
PARSED = "partial_parse.msgpack"
# Where dbt itself keeps what it parsed of a project.
PARSED_OF_CHECKOUT = PROJECT / "target" / PARSED


def run(
    settings: Settings, arguments: list[str], quiet: bool = True, by_hand: bool = False
) -> tuple[int, Path]:
    """Run dbt on this data directory; returns its exit code and where its output lies.

    `by_hand`: staging and intermediate tables are in `scratch.duckdb`, where the next command finds them,
    however small they are. For dbt that is another profile, for which it parses all anew: it keeps what it
    parsed in a folder of its own.

    A process of its own: what it opened is closed when it ends, and the warehouse can be copied.
    """
    folder = settings.data / "dbt"
    target = folder / ("by_hand" if by_hand else "target")
    target.mkdir(parents=True, exist_ok=True)
    if not by_hand:
        _begin_with_what_was_parsed(target)
    log = folder / "output.log"
    command = [
        *DBT, *arguments,
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
        "--target-path", str(target), "--log-path", str(folder / "logs"),
    ]  # fmt: skip
    # dbt runs in the data directory and knows it as that: so what it has parsed holds for every other one,
    # which under a name of its own would be another profile, and parsed anew.
    environment = os.environ | {
        "PULLHOUSE_DATA": ".",
        "PULLHOUSE_MEMORY_LIMIT": duckdb_size(settings.memory_limit),
        "PULLHOUSE_BUILD_THREADS": str(settings.build_threads),
        "PULLHOUSE_SCRATCH": settings.scratch.name if by_hand else scratch.place(settings),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }
    if not quiet:
        return subprocess.run(command, env=environment, cwd=settings.data, check=False).returncode, log
    with log.open("w", encoding="utf-8") as output:
        done = subprocess.run(
            # Every query as text in a second log would cost a tenth of a small build.
            [*command, "--no-use-colors", "--log-level-file", "none"],
            env=environment,
            cwd=settings.data,
            check=False,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return done.returncode, log


def _begin_with_what_was_parsed(target: Path) -> None:
    """To parse 160 models takes five CPU seconds: a new data directory begins with what `parse` made.

    dbt compares it with the files and with the profile, and parses again what is not as it was.
    """
    if PARSED_OF_CHECKOUT.exists() and not (target / PARSED).exists():
        shutil.copyfile(PARSED_OF_CHECKOUT, target / PARSED)


def parse() -> int:
    """Parse the models for all data directories to come; returns dbt's exit code. scripts/setup does it."""
    with tempfile.TemporaryDirectory(prefix="pullhouse-parse-") as folder:
        settings = Settings(data=Path(folder))
        code, log = run(settings, ["parse"])
        if code:
            print(log.read_text(encoding="utf-8"), file=sys.stderr)
            return code
        PARSED_OF_CHECKOUT.parent.mkdir(exist_ok=True)
        # Another run may be copying it.
        written = PARSED_OF_CHECKOUT.with_suffix(f".{os.getpid()}")
        shutil.copyfile(settings.data / "dbt" / "target" / PARSED, written)
        written.replace(PARSED_OF_CHECKOUT)
    return 0


if __name__ == "__main__":
    sys.exit(parse())
