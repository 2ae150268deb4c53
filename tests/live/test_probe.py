"""`make check-gateway`: what is said of a gateway that works, and of several that do not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.live.gateway import GATEWAY, free_port, started
from tests.live.lab import registry, token_service
from tests.live.lab.images import Pusher
from tests.live.stub_registry import serve

pytestmark = pytest.mark.live

RULE = '[repositories."*"]\nregistry = "main"\nredirect = "blobs"\n'


def probe(url: str) -> tuple[int, str]:
    """Exit code and words, as from `make check-gateway URL=…`."""
    command = [sys.executable, "-m", "gateway", "probe", url]
    done = subprocess.run(command, cwd=GATEWAY.parent, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


@dataclass
class Ports:
    free: int
    strict: int
    lost: int


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    folder = tmp_path_factory.mktemp("probe")
    with (
        token_service.running(folder) as tokens,
        registry.running(folder / "registry") as free,
        registry.running(folder / "registry", tokens) as strict,
    ):
        Pusher(free.url).image("acme/app", "1.0", 1)
        demand = f'token = "{tokens.url}/token"\nservice = "{tokens.service}"\n'
        lost = f'[registries.main]\nurl = "http://127.0.0.1:{free_port()}"\n'
        with (
            started(folder / "free", f'[registries.main]\nurl = "{free.url}"\n{RULE}') as one,
            started(folder / "strict", f'[registries.main]\nurl = "{strict.url}"\n{demand}{RULE}') as two,
            started(folder / "lost", lost + RULE) as three,
        ):
            yield Ports(one.port, two.port, three.port)


def test_a_pull_that_works(ports: Ports) -> None:
    code, said = probe(f"http://127.0.0.1:{ports.free}/acme/app:1.0")
    assert code == 0, said
    assert said.splitlines() == [
        "gateway: works: a Pullhouse gateway answers",
        "gateway: works: the ping",
        "gateway: works: the manifest of acme/app:1.0",
        "gateway: works: the first of its 2 platforms",
        "gateway: works: the beginning of a layer",
        "gateway: docker: manifests proxied, layers redirected",
        "gateway: containerd: manifests proxied, layers redirected",
        "gateway: podman: manifests proxied, layers redirected",
        "gateway: anybody else: manifests proxied, layers proxied",
    ]


def test_a_pull_with_tokens_works(ports: Ports) -> None:
    code, said = probe(f"http://127.0.0.1:{ports.strict}/acme/app:1.0")
    assert code == 0, said
    assert "works: a token for pulling, without a login" in said
    assert "containerd: manifests proxied, layers redirected" in said
    assert "podman: manifests proxied, layers proxied" in said


def test_what_fails_is_said_in_the_registrys_words(ports: Ports) -> None:
    code, said = probe(f"http://127.0.0.1:{ports.free}/acme/app:2.0")
    assert code == 2
    assert "does not work: acme/app:2.0 is answered with 404: manifest unknown" in said
    code, said = probe(f"http://127.0.0.1:{ports.lost}/acme/app:1.0")
    assert code == 2
    assert "502: the gateway reached no registry that has this" in said


def test_no_gateway_and_no_address() -> None:
    code, said = probe(f"http://127.0.0.1:{free_port()}/acme/app:1.0")
    assert (code, "does not answer: Connection refused" in said) == (2, True)
    code, said = probe("images.example.com/team/app")
    assert (code, "make check-gateway URL=https://" in said) == (2, True)


def test_what_is_no_gateway_of_ours_is_worth_a_look(ports: Ports) -> None:
    with serve() as other:
        code, said = probe(f"{other.url}/")
    assert code == 1
    assert "no Pullhouse gateway" in said
    assert "no pull was tried" in said
