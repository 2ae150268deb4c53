"""scripts/compose: the plugin, else its predecessor, else one line that says what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

DOCKER = '#!/bin/sh\n[ "$1" = compose ] && [ -z "$NO_PLUGIN" ] && echo "plugin $2"\n'
OLD = '#!/bin/sh\necho "old $1"\n'


@pytest.mark.parametrize(
    ("programs", "environment", "code", "said"),
    [
        ({"docker": DOCKER, "docker-compose": OLD}, {}, 0, "plugin up"),
        ({"docker": DOCKER, "docker-compose": OLD}, {"NO_PLUGIN": "1"}, 0, "old up"),
        (
            {"docker": DOCKER},
            {"NO_PLUGIN": "1"},
            2,
            "pullhouse: docker's compose plugin is missing: https://",
        ),
        ({}, {}, 2, "pullhouse: docker's compose plugin is missing: https://"),
    ],
)
def test_what_is_there_is_used(
    repo_root: Path,
    tmp_path: Path,
    programs: dict[str, str],
    environment: dict[str, str],
    code: int,
    said: str,
) -> None:
    for name, text in programs.items():
        (tmp_path / name).write_text(text, "utf-8")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(repo_root / "scripts" / "compose"), "up"], env={"PATH": str(tmp_path)} | environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code
    assert len(done.stdout.splitlines()) == 1
    assert done.stdout.startswith(said)
