"""dbt for tests: each run is a fork of one process that has imported dbt and read our parsed project.

A run is a process of its own, with the arguments and the environment that `pipeline.warehouse.build` gives
it. What is the same each time is done once: to import 1,300 modules and to read 1,000 parsed nodes is a third
of a build.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from typing import Any

from pipeline.process.machine import machine_cores, machine_memory
from pipeline.process.resources import duckdb_size
from pipeline.warehouse.dbt_process import DBT, PARSED, PROJECT

ROOT = Path(__file__).resolve().parents[2]
# Threads do not live on in a fork: what waits for them waits for ever.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "PULLHOUSE_DATA": ".",
    # As a build hands it in by default: under another one, dbt parses all anew.
    "PULLHOUSE_MEMORY_LIMIT": duckdb_size(machine_memory() // 4),
    "PULLHOUSE_BUILD_THREADS": str(max(1, machine_cores() // 4)),
    "DO_NOT_TRACK": "1",
}


def run(command: list[str], env: dict[str, str], cwd: Path, **others: Any) -> CompletedProcess[Any]:
    """What `subprocess.run` does with a command of the build; in a fork, if it is about our project.

    Another project (`tests.support.variants`) is not parsed yet: dbt compares its files with ours and
    parses what differs. It does so with threads, which a fork does not have.
    """
    arguments = command[len(DBT) :]
    target = cwd / arguments[arguments.index("--target-path") + 1]
    if str(PROJECT) not in arguments:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(_parsed() / PARSED, target)
        return subprocess.run(command, env=env, cwd=cwd, **others)
    server = _server()
    assert server.stdin
    assert server.stdout
    asked = {"arguments": arguments, "env": env, "cwd": str(cwd), "output": others["stdout"].name}
    server.stdin.write(json.dumps(asked) + "\n")
    server.stdin.flush()
    return CompletedProcess(command, int(server.stdout.readline()))


@cache
def _parsed() -> Path:
    """A folder with what dbt parsed of our project, parsed once by each process of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="pullhouse-parsed-"))
    atexit.register(shutil.rmtree, folder)
    subprocess.run([*DBT, *_parse(folder)], env=os.environ | ONE_THREAD, check=True)
    return folder


def _parse(folder: Path) -> list[str]:
    where = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    return ["--quiet", "parse", *where, "--target-path", str(folder), "--log-path", str(folder)]


@cache
def _server() -> Popen[str]:
    """One for each process of the tests; it ends with that process."""
    command = [sys.executable, "-m", "tests.support.dbt_forks", str(_parsed())]
    server = Popen(command, cwd=ROOT, env=os.environ | ONE_THREAD, stdin=PIPE, stdout=PIPE, text=True)
    atexit.register(server.communicate)
    return server


def serve(folder: Path) -> int | str | None:
    """Answer each line with the exit code of a run; returns, in the fork of a run, its exit code."""
    from dbt.cli.main import cli, dbtRunner

    parsed = dbtRunner().invoke(_parse(folder))
    assert parsed.success, parsed.exception
    # What is there already is no garbage. A collector that looks through it copies every page for the fork.
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            continue
        _enter(**asked)
        try:
            cli.main(asked["arguments"], prog_name="dbt", obj={"manifest": parsed.result})
        except SystemExit as ended:
            return ended.code
    # Without the end of an interpreter, at which DuckDB's module complains of what dbt still holds.
    os._exit(0)


def _enter(arguments: list[str], env: dict[str, str], cwd: str, output: str) -> None:
    """Become the process of a run."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    written = os.open(output, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(written, descriptor)


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])))
