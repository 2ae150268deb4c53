"""The cores of `make test` each collect the tests for themselves and must find the same names in one order.

A name made of something that changes from one process to the next (the time in a gzip header, the order of a
set) stops the whole run before its first test.
"""

import os
import subprocess
import sys
from pathlib import Path

TWO = """
import pytest
@pytest.mark.parametrize("content", {changing})
def test_it(content): ...
"""


def names(root: Path, tests: Path, hash_seed: int) -> list[str]:
    """The names of all tests below a folder, as a process with this hash seed collects them."""
    options = ["--collect-only", "-q", "-o", "addopts=--import-mode=importlib", "-p", "no:cacheprovider"]
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--rootdir", str(root), str(tests)],
        cwd=root,
        env=os.environ | {"PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-2000:]
    return [line for line in answer.stdout.splitlines() if "::" in line]


def test_every_process_collects_the_same_tests(repo_root: Path) -> None:
    assert names(repo_root, repo_root / "tests", 1) == names(repo_root, repo_root / "tests", 2)


def test_a_name_that_changes_is_seen(tmp_path: Path) -> None:
    test = tmp_path / "test_it.py"
    test.write_text(TWO.format(changing='sorted({"a", "b", "c", "d"}, key=hash)'))
    assert names(tmp_path, test, 1) != names(tmp_path, test, 2)
