"""A registry that demands tokens behind the gateway: clients fetch them at the gateway, under its names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.live.gateway import Gateway, started
from tests.live.lab import registry, token_service
from tests.live.lab.images import OCI, Pusher
from tests.live.stub_registry import serve

pytestmark = pytest.mark.live

DOCKER = "docker/28.5.2 go/go1.25 os/linux arch/amd64 UpstreamClient(Docker-Client/28.5.2 \\(linux\\))"
TABLES = """
[registries.strict]
url = "{strict}"
token = "{tokens}/token"
service = "{service}"
[registries.open]
url = "{open}"
[repositories."*"]
registry = "strict"
redirect = "all"
[repositories."team/*"]
registry = "strict"
repository = "acme/deep/*"
redirect = "none"
[repositories."open/*"]
registry = "open"
redirect = "blobs"
"""


@dataclass
class Lab:
    gateway: Gateway
    scopes: list[list[str]]
    open_seen: list[dict[str, str]]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("tokens")
    with registry.running(folder / "registry") as free:
        Pusher(free.url).image("acme/deep/app", "1.0", 1)
    with (
        token_service.running(folder) as tokens,
        registry.running(folder / "registry", tokens) as strict,
        serve() as open_one,
    ):
        tables = TABLES.format(
            strict=strict.url, tokens=tokens.url, service=tokens.service, open=open_one.url
        )
        with started(folder / "gateway", tables) as gateway:
            yield Lab(gateway, tokens.asked, open_one.seen)


def token(lab: Lab, scope: str) -> str:
    answer = lab.gateway.ask(
        "GET", f"/gateway/token?account=ada&service=gateway&{scope}", User_Agent="curl/8"
    )
    assert answer.status == 200
    given: str = json.loads(answer.body[answer.body.index(b"{") : answer.body.rindex(b"}") + 1])["token"]
    return given


def test_a_ping_names_the_gateways_own_token_service(lab: Lab) -> None:
    answer = lab.gateway.ask("GET", "/v2/", User_Agent=DOCKER)
    realm = 'Bearer realm="http://registry.example.com/gateway/token",service="gateway"'
    assert (answer.status, answer.headers["www-authenticate"]) == (401, realm)
    secure = lab.gateway.ask("GET", "/v2/", User_Agent=DOCKER, X_Forwarded_Proto="https")
    assert secure.headers["www-authenticate"] == realm.replace("http:", "https:")
    assert lab.gateway.ask("GET", "/v2/", User_Agent=DOCKER, Authorization="Bearer x").status == 200


def test_a_challenge_names_the_repository_that_was_asked_for(lab: Lab) -> None:
    answer = lab.gateway.ask("GET", "/v2/team/app/manifests/1.0", User_Agent="curl/8")
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer realm="http://registry.example.com/gateway/token",service="gateway",'
        'scope="repository:team/app:pull"'
    )


@pytest.mark.parametrize(
    "scope",
    [
        "scope=repository:team/app:pull",
        "scope=repository%3Ateam%2Fapp%3Apull",
        "scope=repository%3ateam%2fapp%3apull",
        "scope=repository%3Ateam%2Fapp%3Apull&offline_token=true",
    ],
)
def test_a_token_is_good_under_the_name_that_the_repository_has_there(lab: Lab, scope: str) -> None:
    lab.scopes.clear()
    given = token(lab, scope)
    assert lab.scopes == [["repository:acme/deep/app:pull"]]
    answer = lab.gateway.ask(
        "GET",
        "/v2/team/app/manifests/1.0",
        User_Agent="curl/8",
        Authorization=f"Bearer {given}",
        Accept=OCI.index,
    )
    assert answer.status == 200
    assert lab.gateway.lines()[-2]["request_uri"] == "/gateway/token"


def test_a_registry_without_tokens_gets_none(lab: Lab) -> None:
    given = token(lab, "scope=repository:open/app:pull")
    assert given == "anonymous"
    path = "/v2/open/app/manifests/1.0"
    assert lab.gateway.ask("GET", path, User_Agent="x/1", Authorization=f"Bearer {given}").status == 200
    assert "authorization" not in lab.open_seen[-1]
    blob = f"/v2/open/app/blobs/sha256:{'5' * 64}"
    assert lab.gateway.ask("GET", blob, User_Agent=DOCKER, Authorization="Bearer anonymous").status == 307


def test_a_token_by_post_is_refused_so_that_clients_use_get(lab: Lab) -> None:
    assert lab.gateway.ask("POST", "/gateway/token", User_Agent="x/1", Content_Length="0").status == 405


@pytest.mark.parametrize(
    ("agent", "is_redirected"),
    [
        ("containerd/v2.1.9", True),
        ("buildkit/v0.26", True),
        (DOCKER.replace("Upstream", "containerd-client/2.1.9 storage-driver/native Upstream"), True),
        # Not all repositories lie in one registry under their own names: the gateway answered its ping.
        (DOCKER, False),
        ("containers/5.39.2 (github.com/containers/image)", False),
        ("skopeo/1.22.0", False),
        ("oras/1.3.3", False),
    ],
)
def test_only_those_are_sent_to_a_strict_registry_that_fetch_a_token_there(
    lab: Lab, agent: str, is_redirected: bool
) -> None:
    path = f"/v2/acme/deep/app/blobs/sha256:{'5' * 64}"
    for headers in ({}, {"Authorization": "Bearer worth-nothing-there"}):
        answer = lab.gateway.ask("GET", path, User_Agent=agent, **headers)
        assert (answer.status == 307) is is_redirected
