"""Nothing is lost while a registry is killed, or the settings change."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.gateway import PATIENCE_S, Gateway, free_port, started
from tests.live.lab import registry, slow_door
from tests.live.lab.clients import Machine, run
from tests.live.lab.images import OCI, Pusher

pytestmark = pytest.mark.live

# Twenty pulls by clients that ask again for the rest of a layer that broke off.
PULLERS = ["skopeo 1.22"] * 11 + ["podman 5"] * 7 + ["docker 28", "containerd 2.1"]
LAYER_BYTES = 8_000_000
DOCKER = "docker/28.5.2 go/go1.25 os/linux arch/amd64 UpstreamClient(Docker-Client/28.5.2)"
REQUESTS, AT_A_TIME, CHANGES = 50_000, 5_000, 20
MODES = ("none", "blobs", "all")


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


@dataclass
class Loaded:
    """What came of a load in one mode: complete answers, lines in the log, and what the gateway printed."""

    answers: int
    lines: int
    said: str


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loaded]:
    """All modes at once: a test of one mode mostly waits until the gateway looks at its file."""
    with (
        _plain_server(tmp_path_factory.mktemp("behind")) as url,
        ThreadPoolExecutor(len(MODES)) as pool,
    ):
        folders = {mode: tmp_path_factory.mktemp(f"load-{mode}") for mode in MODES}
        return dict(
            zip(MODES, pool.map(lambda mode: _under_load(folders[mode], url, mode), MODES), strict=True)
        )


@pytest.mark.parametrize("mode", MODES)
def test_the_settings_change_under_load_and_every_answer_is_in_the_log(
    loaded: dict[str, Loaded], mode: str
) -> None:
    found = loaded[mode]
    assert found.said.count("has changed and is in use") >= CHANGES
    assert found.answers == found.lines >= REQUESTS


def _under_load(folder: Path, url: str, mode: str) -> Loaded:
    main = f'[registries.main]\nurl = "{url}"\n[repositories."*"]\nregistry = "main"\n'
    main += f'redirect = "{mode}"\n'
    with started(folder / "gateway", main) as gateway:
        ended = threading.Event()
        changes = threading.Thread(target=_change, args=(gateway, main, ended))
        changes.start()
        answers = 0
        # No change may come when the load is over.
        while answers < REQUESTS or not ended.is_set():
            answers += _load(gateway.port)
        changes.join()
        deadline = time.monotonic() + PATIENCE_S
        while (lines := gateway.log().count(b"\n")) < answers and time.monotonic() < deadline:
            time.sleep(0.1)
        return Loaded(answers, lines, gateway.said.read_text("utf-8"))


def _change(gateway: Gateway, main: str, ended: threading.Event) -> None:
    """Another map each time; the gateway looks at its file once a second."""
    try:
        for number in range(CHANGES):
            gateway.use(f'{main}[repositories."other/app{number}"]\nregistry = "main"\nredirect = "none"\n')
            gateway.wait_for("has changed and is in use", number + 1)
    finally:
        ended.set()


def _load(port: int) -> int:
    """Complete requests, as Apache's own tool counts them; none may fail."""
    command = ["ab", "-q", "-n", str(AT_A_TIME), "-c", "2", "-H", f"User-Agent: {DOCKER}"]
    done = subprocess.run(
        [*command, "-H", f"Accept: {OCI.index}", f"http://127.0.0.1:{port}/v2/acme/app/manifests/1.0"],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    counts = {
        name: int(value) for name, value in re.findall(r"^(\w+) requests: +(\d+)", done.stdout, re.MULTILINE)
    }
    assert counts["Failed"] == 0, done.stdout
    return counts["Complete"]


@contextmanager
def _plain_server(folder: Path) -> Iterator[str]:
    """nginx with one answer to everything: manifests of a real registry would cost a minute of CPU time."""
    port = free_port()
    configuration = f"""
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    server {{
        listen 127.0.0.2:{port};
        location / {{ default_type {OCI.index}; return 200 '{{"schemaVersion":2}}'; }}
    }}
}}
"""
    (folder / "nginx.conf").write_text(configuration, "utf-8")
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder])
    try:
        yield f"http://127.0.0.2:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
