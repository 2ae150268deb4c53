"""Nothing is lost while a registry is killed, or the settings change."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.live.gateway import started
from tests.live.lab import registry, slow_door
from tests.live.lab.clients import Machine, run
from tests.live.lab.images import OCI, Pusher

pytestmark = pytest.mark.live

# Twenty pulls by clients that ask again for the rest of a layer that broke off.
PULLERS = ["skopeo 1.22"] * 11 + ["podman 5"] * 7 + ["docker 28", "containerd 2.1"]
LAYER_BYTES = 8_000_000
DOCKER = "docker/28.5.2 go/go1.25 os/linux arch/amd64 UpstreamClient(Docker-Client/28.5.2)"
REQUESTS, CHANGES = 50_000, 20


def test_a_registry_is_killed_in_the_middle_of_twenty_pulls_and_all_finish(
    machine: Machine, tmp_path: Path
) -> None:
    with registry.running(tmp_path / "second") as second:
        Pusher(second.url).image("acme/app", "1.0", 1, OCI, LAYER_BYTES)
    shutil.copytree(tmp_path / "second" / "images", tmp_path / "first" / "images")
    with (
        registry.running(tmp_path / "first") as first,
        registry.running(tmp_path / "second") as second,
        slow_door.before(first.port) as door,
    ):
        tables = f"""
[registries.first]
url = "{door.url}"
[registries.second]
url = "{second.url}"
[repositories."*"]
registry = "first"
redirect = "none"
fallback = "second"
"""
        with started(tmp_path / "gateway", tables) as gateway, ThreadPoolExecutor(len(PULLERS)) as pool:
            reference = f"127.0.0.1:{gateway.port}/acme/app:1.0"
            pulls = [
                pool.submit(run, machine, client, reference, tmp_path / "work" / str(number), 120)
                for number, client in enumerate(PULLERS)
            ]
            _wait_for_layers(door, 5)
            first.process.kill()
            door.cut()
            ended = [pull.result() for pull in pulls]
            failed = [
                f"{client}: {output[-300:]}"
                for client, (code, output) in zip(PULLERS, ended, strict=True)
                if code
            ]
            lines = gateway.lines()
        assert failed == []
        # It was in the middle: layers broke off, and the rest of them was asked for.
        assert any(_is_short(line) for line in lines)
        assert any(answer["http.response.status"] == 206 for answer in second.answers())


def _is_short(line: dict[str, str]) -> bool:
    return line["method"] == "GET" and int(line["body_bytes_sent"]) < int(line["resp_content_length"] or 0)


def _wait_for_layers(door: slow_door.Door, count: int) -> None:
    """So many layers have begun to arrive, and none of these can have come whole."""
    deadline = time.monotonic() + 60
    while sum(carried > LAYER_BYTES / 20 for carried in list(door.carried.values())) < count:
        assert time.monotonic() < deadline, door.carried
        time.sleep(0.02)


@pytest.mark.parametrize("mode", ["none", "blobs", "all"])
def test_the_settings_change_under_load_and_every_answer_is_in_the_log(tmp_path: Path, mode: str) -> None:
    with registry.running(tmp_path / "registry") as behind:
        Pusher(behind.url).image("acme/app", "1.0", 1)
        main = f'[registries.main]\nurl = "{behind.url}"\n[repositories."*"]\nregistry = "main"\n'
        main += f'redirect = "{mode}"\n'
        with started(tmp_path / "gateway", main) as gateway:
            ended = threading.Event()
            changes = threading.Thread(target=_change, args=(gateway, main, ended))
            changes.start()
            answers = sum(_load(gateway.port) for _ in range(1))
            ended.wait(60)
            changes.join()
            time.sleep(1)
            lines = gateway.log().count(b"\n")
            said = gateway.said.read_text("utf-8")
    assert said.count("has changed and is in use") >= CHANGES
    assert answers == lines == REQUESTS


def _change(gateway, main: str, ended: threading.Event) -> None:  # type: ignore[no-untyped-def]
    """Another map each time; the gateway looks at its file once a second."""
    for number in range(CHANGES):
        gateway.use(f'{main}[repositories."other/app{number}"]\nregistry = "main"\nredirect = "none"\n')
        gateway.wait_for("has changed and is in use", number + 1)
    ended.set()


def _load(port: int) -> int:
    """Complete requests, as Apache's own tool counts them; none may fail."""
    command = [
        "ab",
        "-q",
        "-n",
        str(REQUESTS),
        "-c",
        "8",
        "-H",
        f"User-Agent: {DOCKER}",
        "-H",
        f"Accept: {OCI.index}",
    ]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/v2/acme/app/manifests/1.0"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    counts = {
        name: int(value) for name, value in re.findall(r"^(\w+) requests: +(\d+)", done.stdout, re.MULTILINE)
    }
    assert counts["Failed"] == 0, done.stdout
    return counts["Complete"]
