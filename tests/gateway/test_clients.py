"""gateway/clients.csv: which rule takes a user agent, and what it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.clients import read_clients

DOCKER = "docker/28.5.2 go/go1.25 os/linux arch/amd64 "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (DOCKER + "UpstreamClient(Docker-Client/28.5.2)", "docker"),
        (DOCKER + "containerd-client/2.1.9 storage-driver/native UpstreamClient(x)", "docker-containerd"),
        ("buildkit/v0.0-dev", "buildkit"),
        ("go-containerregistry", "crane"),
        ("crane/v0.20.2 go-containerregistry/v0.20.2", "crane"),
        # Was seen not to finish after a redirect.
        ("crane/0.12.1 go-containerregistry/0.12.1", None),
        ("cosign/devel (linux; amd64) go-containerregistry", "cosign"),
        ("cosign/v2.4.1 (linux; amd64) go-containerregistry/v0.20.2", None),
        ("oras/1.3.3", "oras"),
        ("oras/1.2.0", None),
        ("Apptainer/1.4.5 (Linux amd64) Go/1.26.0", "apptainer"),
        ("Python/3.11 aiohttp/3.14.5", "crpy"),
        ("bootc/1.0 skopeo/1.22.0", "skopeo"),
        ("curl/8.5.0", None),
    ],
)
def test_the_first_rule_that_fits_counts(agent: str, name: str | None) -> None:
    found = next((client.name for client in read_clients() if re.search(client.user_agent, agent)), None)
    assert found == name


def test_every_row_has_a_source_and_a_known_answer(repo_root: Path) -> None:
    clients = read_clients()
    assert {client.redirected for client in clients} == {"no", "yes", "ping", "token"}
    text = (repo_root / "gateway" / "clients.csv").read_text("utf-8")
    assert all(not line.endswith(",") for line in text.splitlines())
    assert len({client.name for client in clients}) == len(clients)
