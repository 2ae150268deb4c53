"""Routes from Redis, by Lua inside nginx: changed without a reload, kept while it is down; the same log."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gateway.test_log_format import CONTRACT_A
from tests.live.gateway import GATEWAY, PATIENCE_S, Gateway, free_port, started
from tests.live.lab import registry
from tests.live.lab.images import Pusher
from tests.live.stub_registry import DIGEST, Registry, serve

pytestmark = pytest.mark.live

DOCKER = "docker/28.5.2 go/go1.25 os/linux arch/amd64 UpstreamClient(Docker-Client/28.5.2 \\(linux\\))"
KEY, PASSWORD = "gateway:routes", "lab-redis-1"
TABLES = """
[registries.main]
url = "{main}"
[registries.other]
url = "{other}"
[repositories."*"]
registry = "main"
redirect = "none"
[redis]
address = "127.0.0.1:{port}"
password = "{password}"
"""


@dataclass
class Lab:
    gateway: Gateway
    main: Registry
    other: Registry
    port: int

    def redis(self, *command: str) -> str:
        """Redis's own client."""
        words = ["redis-cli", "-p", str(self.port), "-a", PASSWORD, "--no-auth-warning", *command]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    def route(self, pattern: str, value: str) -> None:
        self.redis("HSET", KEY, pattern, value)

    def asked(self, repository: str) -> str:
        """Which registry answers for a repository, and under which name there."""
        for one in (self.main, self.other):
            one.seen.clear()
        assert self.gateway.ask("GET", f"/v2/{repository}/manifests/1.0", User_Agent="curl/8").status == 200
        found = {
            f"{name} {path.split('/v2/')[1].removesuffix('/manifests/1.0')}"
            for name, one in (("main", self.main), ("other", self.other))
            for path in one.paths()
        }
        return " and ".join(sorted(found))


def eventually(ask: Callable[[], object], expected: object) -> None:
    """The worker that reads Redis does so once a second."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := ask()) != expected:
        assert time.monotonic() < deadline, f"still {found}"
        time.sleep(0.1)


def redis_server(folder: Path, port: int) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    return subprocess.Popen([*command, "--requirepass", PASSWORD], stdout=subprocess.DEVNULL)


def wait_for_redis(lab: Lab) -> None:
    words = ["redis-cli", "-p", str(lab.port), "-a", PASSWORD, "--no-auth-warning", "ping"]
    eventually(lambda: subprocess.run(words, capture_output=True, text=True, check=False).stdout, "PONG\n")


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    """No Redis yet: gateway.toml's own rules serve."""
    port = free_port()
    with serve() as main, serve() as other:
        tables = TABLES.format(main=main.url, other=other.url, port=port, password=PASSWORD)
        with started(tmp_path / "gateway", tables) as gateway:
            yield Lab(gateway, main, other, port)


def workers(lab: Lab) -> set[str]:
    """The processes of nginx: after a reload they are others."""
    master = lab.gateway.settings.parent.joinpath("state", "nginx.pid").read_text("utf-8").strip()
    return set(subprocess.run(["pgrep", "-P", master], capture_output=True, text=True).stdout.split())


def test_routes_come_from_redis_and_outlive_it(lab: Lab, tmp_path: Path) -> None:
    at_first = workers(lab)
    assert lab.asked("team/app") == "main team/app"
    lab.gateway.wait_for("Redis: it does not answer: connection refused; the routes known so far serve on")
    server = redis_server(tmp_path / "redis", lab.port)
    try:
        wait_for_redis(lab)
        lab.route("team/*", "other none deep/*")
        eventually(lambda: lab.asked("team/app"), "other deep/app")
        lab.route("team/app", "main none acme/tool")
        eventually(lambda: lab.asked("team/app"), "main acme/tool")
        # One repository, then the longest prefix, then gateway.toml's own rules.
        lab.route("team/sub/*", "main none")
        eventually(lambda: lab.asked("team/sub/a"), "main team/sub/a")
        assert [lab.asked(name) for name in ("team/apple", "team/a/b", "team", "else/app")] == [
            "other deep/apple", "other deep/a/b", "main team", "main else/app",
        ]  # fmt: skip
        assert workers(lab) == at_first

        lab.route("team/app", "mian none")
        lab.route("team/other", "other none")
        lab.gateway.wait_for(
            'Redis: "team/app" names no registry of gateway.toml: <registry> <mode> [<repository there>];'
            " the routes known so far serve on"
        )
        assert (lab.asked("team/app"), lab.asked("team/other")) == ("main acme/tool", "other deep/other")
        lab.redis("DEL", KEY)
        lab.gateway.wait_for("Redis: there is no hash gateway:routes; the routes known so far serve on")
        assert lab.asked("team/app") == "main acme/tool"
    finally:
        server.kill()
        server.wait()
    lab.gateway.wait_for("connection refused", times=2)
    assert lab.asked("team/app") == "main acme/tool"
    # A change of gateway.toml starts new workers: what was known stays known.
    lab.gateway.use(lab.gateway.settings.read_text("utf-8").removeprefix(lab.gateway.head) + "#\n")
    lab.gateway.use(
        lab.gateway.settings.read_text("utf-8").removeprefix(lab.gateway.head)
        + '[repositories."new/app"]\nregistry = "other"\n'
    )
    eventually(lambda: lab.asked("new/app"), "other new/app")
    assert lab.asked("team/app") == "main acme/tool"
    assert workers(lab).isdisjoint(at_first)


def test_modes_come_from_redis_and_the_log_is_the_same(lab: Lab, tmp_path: Path) -> None:
    server = redis_server(tmp_path / "redis", lab.port)
    blob, manifest = f"/v2/team/app/blobs/{DIGEST}", "/v2/team/app/manifests/1.0"
    try:
        wait_for_redis(lab)
        for mode, statuses in (("all", [307, 307]), ("blobs", [307, 200]), ("none", [200, 200])):
            lab.route("*", f"other {mode}")
            eventually(lambda: [_status(lab, path) for path in (blob, manifest)], statuses)
        lab.route("team/app", "other all acme/tool")
        eventually(lambda: _status(lab, manifest), 307)
    finally:
        server.terminate()
        server.wait()
    answer = lab.gateway.ask("GET", manifest, User_Agent=DOCKER)
    assert answer.headers["location"] == f"{lab.other.url}/v2/acme/tool/manifests/1.0"
    line = lab.gateway.lines()[-1]
    assert set(line) == CONTRACT_A
    assert (line["request_uri"], line["status"]) == (manifest, "307")
    token = {"User_Agent": "curl/8", "Authorization": "Bearer x"}
    lab.gateway.ask("GET", manifest, **token)
    assert re.fullmatch(r"[0-9a-f]{16}", lab.gateway.lines()[-1]["session_token_hash"])


def _status(lab: Lab, path: str) -> int:
    return lab.gateway.ask("GET", path, User_Agent=DOCKER).status


def test_the_next_pull_goes_where_redis_says(tmp_path: Path) -> None:
    """A real client, before two real registries: each answers for its own pull."""
    port = free_port()
    with registry.running(tmp_path / "a") as main, registry.running(tmp_path / "b") as other:
        for seed, one in enumerate((main, other)):
            Pusher(one.url).image("acme/app", "1.0", seed)
        tables = TABLES.format(main=main.url, other=other.url, port=port, password=PASSWORD)
        server = redis_server(tmp_path / "redis", port)
        try:
            with started(tmp_path / "gateway", tables) as gateway:
                lab = Lab(gateway, None, None, port)  # type: ignore[arg-type]
                wait_for_redis(lab)
                served = []
                for name in ("main", "other", "main"):
                    lab.route("acme/app", f"{name} blobs")
                    time.sleep(1.5)
                    before = [_answers(one) for one in (main, other)]
                    _pull(gateway, tmp_path / f"image-{len(served)}")
                    after = [_answers(one) for one in (main, other)]
                    served.append([then > now for then, now in zip(after, before, strict=True)])
        finally:
            server.terminate()
            server.wait()
    assert served == [[True, False], [False, True], [True, False]]


def _answers(one: registry.Registry) -> int:
    """Of the image; the ping names none, and goes where gateway.toml says."""
    return sum(answer["http.request.uri"].startswith("/v2/acme/app/") for answer in one.answers())


def _pull(gateway: Gateway, folder: Path) -> None:
    reference = f"docker://127.0.0.1:{gateway.port}/acme/app:1.0"
    command = ["skopeo", "copy", "--quiet", "--src-tls-verify=false", reference, f"dir:{folder}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_without_lua_it_is_said_what_is_missing(tmp_path: Path) -> None:
    """An nginx that says its modules lie elsewhere."""
    fake = tmp_path / "bin" / "nginx"
    fake.parent.mkdir()
    fake.write_text(f'#!/bin/sh\n[ "$1" = -V ] && echo --modules-path={tmp_path} >&2\n', "utf-8")
    fake.chmod(0o755)
    settings = tmp_path / "gateway.toml"
    settings.write_text(
        TABLES.format(main="http://a.example", other="http://b.example", port=1, password="x")
    )
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "check", "--settings", settings, "--state", tmp_path / "state"],
        cwd=GATEWAY.parent, env={"PATH": f"{fake.parent}:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "[redis] needs nginx's module for Lua: apt-get install libnginx-mod-http-lua" in done.stderr
