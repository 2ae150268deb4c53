"""What the Makefile hands on to the commands: only what was given to it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

SHOW = "show: ; @env | sed -n '/^PULLHOUSE_/p;/^PYTHONDONTWRITEBYTECODE/p' | sort"


def handed_on(repo_root: Path, *arguments: str, **environment: str) -> list[str]:
    """The PULLHOUSE_* variables that a command of the menu sees, and the one that is taken away."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PULLHOUSE_", "MAKE"))}
    done = subprocess.run(
        ["make", "--no-print-directory", "--eval", SHOW, "show", *arguments],
        cwd=repo_root, env=clean | environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_nothing_is_handed_on_that_was_not_given(repo_root: Path) -> None:
    """A default of the Makefile would win over pullhouse.toml, which may name another data directory."""
    assert handed_on(repo_root) == []


def test_python_may_keep_what_it_compiled(repo_root: Path) -> None:
    """Each of the many processes of a run would compile 1,300 modules again."""
    assert handed_on(repo_root, PYTHONDONTWRITEBYTECODE="1") == []


@pytest.mark.parametrize("name", ["DATA", "LOGS", "TRUSTED_PROXIES", "CATALOGUE", "LABELS"])
def test_what_was_given_is_handed_on_as_it_is(repo_root: Path, name: str) -> None:
    value = "/var/log/my gateway/*.gz"
    assert handed_on(repo_root, f"{name}={value}") == [f"PULLHOUSE_{name}={value}"]


def answered(repo_root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What make says of a call, without doing it."""
    command = ["make", "--dry-run", "status", *arguments]
    return subprocess.run(command, cwd=repo_root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("LOG", "LOGS"),
        ("log", "LOGS"),
        ("LOGFORMAT", "LOG_FORMAT"),
        ("log-format", "LOG_FORMAT"),
        ("Data", "DATA"),
        ("DATE", "DATA"),
        ("trusted_proxies", "TRUSTED_PROXIES"),
        ("PROXIES", "TRUSTED_PROXIES"),
        ("CATALOG", "CATALOGUE"),
    ],
)
def test_a_misspelt_option_is_an_error_that_names_the_right_one(
    repo_root: Path, given: str, meant: str
) -> None:
    """It would be passed over, and other logs read than were meant."""
    done = answered(repo_root, f"{given}=/var/log", "PULL=1")
    assert done.returncode == 2
    assert f"there is no {given}= (did you mean {meant}=?)" in done.stderr
    assert "PULL= " not in done.stderr


def test_an_option_like_no_other_is_an_error_that_names_all(repo_root: Path) -> None:
    done = answered(repo_root, "QQQQ=1")
    assert done.returncode == 2
    assert "there is no QQQQ=; there are LOGS, DATA, " in done.stderr


def test_every_option_of_the_menu_is_one(repo_root: Path) -> None:
    """Those that the help names, those that the targets use, and settings under their own names."""
    text = (repo_root / "Makefile").read_text("utf-8")
    named = set(re.findall(r"\b([A-Z_]+)=<|\b(ARGS)=|\$\((ARGS|PULL|REGISTRY|PYTHON)\)", text))
    options = {name for names in named for name in names if name}
    assert {"LOGS", "DATA", "PULL", "ARGS", "REGISTRY", "PYTHON"} <= options
    done = answered(repo_root, *(f"{name}=x" for name in options), "PULLHOUSE_LOOKBACK_DAYS=3")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_variable_of_the_environment_stands_until_the_command_line_says_otherwise(repo_root: Path) -> None:
    assert handed_on(repo_root, PULLHOUSE_DATA="/srv/a") == ["PULLHOUSE_DATA=/srv/a"]
    assert handed_on(repo_root, "DATA=/srv/b", PULLHOUSE_DATA="/srv/a") == ["PULLHOUSE_DATA=/srv/b"]


def test_the_menu_fits_a_terminal(repo_root: Path) -> None:
    """Every target that says what it does is a line of 80 characters at most."""
    text = (repo_root / "Makefile").read_text("utf-8")
    menu = subprocess.run(["make", "-s", "help"], cwd=repo_root, capture_output=True, text=True, check=True)
    lines = menu.stdout.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert [line.split()[0] for line in lines[1 : lines.index("Options:")]] == re.findall(
        r"^([a-z-]+):.*## ", text, re.MULTILINE
    )
