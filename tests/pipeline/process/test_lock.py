from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.process.lock import LockError, warehouse_lock
from pipeline.settings import Settings

HOLD = """
import sys
from pathlib import Path
from pipeline.process.lock import warehouse_lock
from pipeline.settings import Settings
with warehouse_lock(Settings(data=Path(sys.argv[1]), lock_wait_s=0)):
    print("held", flush=True)
    sys.stdin.readline()
"""


def holder(data: Path, repo_root: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until it is told to let go."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=repo_root,
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_gets_a_clear_error_when_it_waits_too_long(tmp_path: Path, repo_root: Path) -> None:
    settings = Settings(data=tmp_path, lock_wait_s=0)
    process = holder(tmp_path, repo_root)
    with pytest.raises(LockError, match=r"Another run has held .*warehouse\.duckdb for 0 s") as caught:  # noqa: SIM117
        with warehouse_lock(settings):
            raise AssertionError("two hold it")
    assert "Wait for it to end" in str(caught.value)
    process.communicate("let go\n")
    with warehouse_lock(settings):
        pass


def test_a_second_process_waits_its_turn(tmp_path: Path, repo_root: Path) -> None:
    process = holder(tmp_path, repo_root)
    assert process.stdin
    process.stdin.write("let go\n")
    process.stdin.flush()
    with warehouse_lock(Settings(data=tmp_path, lock_wait_s=30)):
        process.wait(30)
    assert process.returncode == 0


def test_the_lock_dies_with_its_process(tmp_path: Path, repo_root: Path) -> None:
    process = holder(tmp_path, repo_root)
    process.kill()
    process.communicate()
    begun = time.monotonic()
    with warehouse_lock(Settings(data=tmp_path, lock_wait_s=30)):
        assert time.monotonic() - begun < 10


def test_who_holds_it_may_take_it_again_and_keeps_it(tmp_path: Path, repo_root: Path) -> None:
    settings = Settings(data=tmp_path, lock_wait_s=0)
    with warehouse_lock(settings):
        with warehouse_lock(settings):
            pass
        other = subprocess.run(
            [sys.executable, "-c", HOLD, str(tmp_path)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=repo_root,
            check=False,
        )
        assert "LockError" in other.stderr
