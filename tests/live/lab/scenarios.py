"""Which client does what, through a gateway in which mode, before a registry of which kind."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live.gateway import Gateway, free_port, started
from tests.live.lab import registry, token_service
from tests.live.lab.clients import CLIENTS, OTHER_PLATFORM, Machine, run
from tests.live.lab.images import DOCKER, OCI, Image, Pusher
from tests.live.lab.witness import pulled

MODES = ("none", "blobs", "all")
# Those with a store of images, for which a look at a manifest is a version check.
STORES = ("docker", "containerd", "podman", "buildah", "buildkit", "apptainer")
WITH_A_STORE = [name for name in CLIENTS if name.startswith(STORES)]
# One of each family does the rest.
FAMILIES = ["docker 20.10", "docker 28 (containerd store)", "containerd 1.6", "containerd 2.1", "podman 4.3"]
# Each with a store of its own, so that several machines behind one address can be played on one.
SEVERAL = ["skopeo 1.22", "podman 4.3", "podman 5", "crane"]
AT_ONCE = 3

# It knows no index of the OCI's.
OLD = {"crpy": DOCKER}


@dataclass(frozen=True)
class Scenario:
    """One client, one action, one way."""

    kind: str
    mode: str
    client: str
    action: str

    def __str__(self) -> str:
        return f"{self.client}, {self.action}, {self.kind}, {self.mode}"


@dataclass(frozen=True)
class Result:
    """What came of it, and what the registry saw."""

    scenario: Scenario
    repository: str
    exit_code: int
    output: str
    downloads: int
    checks: int


def scenarios() -> list[Scenario]:
    """A cold pull of every client every way; a few of them again, by digest, of another platform, of what
    does not exist, and while the first of two registries is down; several at once behind one address.
    """
    return [
        *(
            Scenario(kind, mode, client, "cold")
            for kind in ("free", "token")
            for mode in MODES
            for client in CLIENTS
        ),
        *(Scenario("free", mode, client, "warm") for mode in ("none", "all") for client in FAMILIES),
        *(
            Scenario("free", "none", client, action)
            for action in ("digest", "unknown", "arm64")
            for client in FAMILIES
        ),
        *(Scenario("fallback", mode, client, "cold") for mode in ("none", "blobs") for client in FAMILIES),
        *(Scenario("free", mode, client, "at once") for mode in ("none", "blobs") for client in SEVERAL),
    ]


@contextmanager
def gateways(folder: Path) -> Iterator[tuple[dict[tuple[str, str], Gateway], dict[str, registry.Registry]]]:
    """Two registries with the same images, one demands tokens; before each a gateway of each mode, and before
    the first two for which it is the second one of two, the other of which is down.
    """
    with ExitStack() as stack:
        tokens = stack.enter_context(token_service.running(folder))
        free = stack.enter_context(registry.running(folder / "registry"))
        strict = stack.enter_context(registry.running(folder / "registry", tokens))
        demand = f'token = "{tokens.url}/token"\nservice = "{tokens.service}"\n'
        found = {}
        for kind, behind, lines in (("free", free, ""), ("token", strict, demand)):
            for mode in MODES:
                tables = f'[registries.main]\nurl = "{behind.url}"\n{lines}'
                tables += f'[repositories."*"]\nregistry = "main"\nredirect = "{mode}"\n'
                found[kind, mode] = stack.enter_context(started(folder / f"gateway-{kind}-{mode}", tables))
        for mode in ("none", "blobs"):
            tables = f'[registries.main]\nurl = "http://127.0.0.1:{free_port()}"\n'
            tables += f'[registries.second]\nurl = "{free.url}"\n[repositories."*"]\nregistry = "main"\n'
            tables += f'fallback = "second"\nredirect = "{mode}"\n'
            gateway = stack.enter_context(started(folder / f"gateway-fallback-{mode}", tables))
            gateway.wait_for("the registry main does not answer")
            found["fallback", mode] = gateway
        yield found, {"free": free, "token": strict, "fallback": free}


def play(machine: Machine, folder: Path, wanted: list[Scenario]) -> Iterator[Result]:
    """Do them one after the other, each with a repository of its own."""
    with gateways(folder) as (before, registries):
        pusher = Pusher(registries["free"].url)
        for number, scenario in enumerate(wanted):
            name = re.sub(r"[^a-z0-9]+", "-", f"{scenario.client} {scenario.action}").strip("-")
            image = pusher.image(
                f"{scenario.kind}-{scenario.mode}/{name}", "1.0", number * 1000, OLD.get(scenario.client, OCI)
            )
            gateway, witness = before[scenario.kind, scenario.mode], registries[scenario.kind]
            yield _one(machine, scenario, image, gateway, witness, folder / "work" / str(number))


def _one(
    machine: Machine,
    scenario: Scenario,
    image: Image,
    gateway: Gateway,
    witness: registry.Registry,
    folder: Path,
) -> Result:
    place = f"127.0.0.1:{gateway.port}/{image.repository}"
    reference = {"digest": f"{place}@{image.index}", "unknown": f"{place}:2.0"}.get(
        scenario.action, f"{place}:1.0"
    )
    times = 2 if scenario.action == "warm" else 1
    downloads = checks = code = 0
    output = ""
    for _ in range(times):
        seen = len(witness.answers())
        code, output = _done(machine, scenario, reference, folder)
        # The registry writes its line a moment after the client has its answer.
        time.sleep(0.1)
        answers = [
            answer
            for answer in witness.answers()[seen:]
            if f"/v2/{image.repository}/" in answer["http.request.uri"]
        ]
        layers = {layer for of in image.layers.values() for layer in of}
        more, looked = pulled(answers, layers, scenario.client in WITH_A_STORE)
        downloads, checks = downloads + more, checks + looked
    return Result(scenario, image.repository, code, output, downloads, checks)


def _done(machine: Machine, scenario: Scenario, reference: str, folder: Path) -> tuple[int, str]:
    """Exit code and output of the command; of several at once, those of one that failed, if one did."""
    if scenario.action == "arm64":
        return run(machine, scenario.client, reference, folder, commands=OTHER_PLATFORM)
    if scenario.action != "at once":
        return run(machine, scenario.client, reference, folder)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        places = [folder / str(number) for number in range(AT_ONCE)]
        return max(pool.map(lambda place: run(machine, scenario.client, reference, place), places))
