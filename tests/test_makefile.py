"""What the Makefile hands on to the commands: only what was given to it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

SHOW = "show: ; @env | sed -n '/^PULLHOUSE_/p' | sort"


def handed_on(repo_root: Path, *arguments: str, **environment: str) -> list[str]:
    """The PULLHOUSE_* variables that a command of the menu sees."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PULLHOUSE_", "MAKE"))}
    done = subprocess.run(
        ["make", "--no-print-directory", "--eval", SHOW, "show", *arguments],
        cwd=repo_root, env=clean | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_nothing_is_handed_on_that_was_not_given(repo_root: Path) -> None:
    """A default of the Makefile would win over pullhouse.toml, which may name another data directory."""
    assert handed_on(repo_root) == []


@pytest.mark.parametrize("name", ["DATA", "LOGS", "TRUSTED_PROXIES", "CATALOGUE", "LABELS"])
def test_what_was_given_is_handed_on_as_it_is(repo_root: Path, name: str) -> None:
    value = "/var/log/my gateway/*.gz"
    assert handed_on(repo_root, f"{name}={value}") == [f"PULLHOUSE_{name}={value}"]


def test_a_variable_of_the_environment_stands_until_the_command_line_says_otherwise(repo_root: Path) -> None:
    assert handed_on(repo_root, PULLHOUSE_DATA="/srv/a") == ["PULLHOUSE_DATA=/srv/a"]
    assert handed_on(repo_root, "DATA=/srv/b", PULLHOUSE_DATA="/srv/a") == ["PULLHOUSE_DATA=/srv/b"]
