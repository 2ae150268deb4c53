"""Several registries behind one gateway: which one is asked, for what, and what happens when it is down."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.gateway import PATIENCE_S, Gateway, free_port, started
from tests.live.stub_registry import DIGEST, Registry, serve

pytestmark = pytest.mark.live

DOCKER = "docker/28.5.2 go/go1.25 os/linux arch/amd64 UpstreamClient(Docker-Client/28.5.2 \\(linux\\))"
TOKEN = "Bearer c2VjcmV0LXRva2Vu"
TABLES = """
[registries.main]
url = "{main}"
[registries.second]
url = "{second}"
authorization = "Bearer QQ=="
[repositories."*"]
registry = "main"
redirect = "none"
[repositories."team/app"]
registry = "main"
repository = "acme/tool"
redirect = "all"
[repositories."team/*"]
registry = "second"
repository = "other/deep/*"
redirect = "all"
[repositories."default"]
registry = "main"
repository = "named/like/a/word/of/nginx"
redirect = "none"
[repositories."twice/*"]
registry = "main"
redirect = "blobs"
fallback = "second"
fallback_repository = "copy/*"
[files."/releases/"]
url = "https://files.example.com/app/"
"""


@pytest.fixture(scope="module")
def registries() -> Iterator[tuple[Registry, Registry]]:
    with serve() as main, serve() as second:
        yield main, second


@pytest.fixture(scope="module")
def gateway(
    registries: tuple[Registry, Registry], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    tables = TABLES.format(main=registries[0].url, second=registries[1].url)
    with started(tmp_path_factory.mktemp("routes"), tables) as running:
        yield running


@pytest.mark.parametrize(
    ("asked", "at", "expected"),
    [
        ("acme/app/manifests/1.0", 0, "acme/app/manifests/1.0"),
        ("team/app/tags/list?n=5", 0, "acme/tool/tags/list?n=5"),
        ("team/apple/tags/list", 1, "other/deep/apple/tags/list"),
        ("team/a/b/manifests/1.0?ns=docker.io", 1, "other/deep/a/b/manifests/1.0?ns=docker.io"),
        ("default/manifests/1.0", 0, "named/like/a/word/of/nginx/manifests/1.0"),
        # A part of a name may be a word of the protocol, and an argument may look like a path.
        ("team/manifests/x/manifests/1.0", 1, "other/deep/manifests/x/manifests/1.0"),
        ("acme/app/manifests/1.0?x=/blobs/team", 0, "acme/app/manifests/1.0?x=/blobs/team"),
    ],
)
def test_a_repository_is_asked_for_where_it_lies(
    gateway: Gateway, registries: tuple[Registry, Registry], asked: str, at: int, expected: str
) -> None:
    for registry in registries:
        registry.seen.clear()
    assert gateway.ask("GET", f"/v2/{asked}", User_Agent="curl/8").status == 200
    assert registries[at].paths() == [f"GET /v2/{expected}"]
    assert registries[1 - at].paths() == []
    assert gateway.lines()[-1]["request_uri"] == f"/v2/{asked}"


def test_a_redirect_leads_to_the_other_name(gateway: Gateway, registries: tuple[Registry, Registry]) -> None:
    answer = gateway.ask("GET", "/v2/team/app/manifests/1.0", User_Agent=DOCKER)
    there = f"{registries[0].url}/v2/acme/tool/manifests/1.0"
    assert (answer.status, answer.headers["location"]) == (307, there)


def test_nobody_is_sent_to_where_the_gateways_own_credentials_are_needed(
    gateway: Gateway, registries: tuple[Registry, Registry]
) -> None:
    assert gateway.ask("GET", "/v2/team/apple/manifests/1.0", User_Agent=DOCKER).status == 200
    assert registries[1].asked()[-1]["authorization"] == "Bearer QQ=="


def test_the_next_address_of_an_upload_leads_back_through_the_gateway(
    gateway: Gateway, registries: tuple[Registry, Registry]
) -> None:
    answer = gateway.ask("POST", "/v2/team/app/blobs/uploads/", User_Agent=DOCKER, Content_Length="0")
    assert registries[0].asked()[-1][":path"] == "/v2/acme/tool/blobs/uploads/"
    assert (answer.status, answer.headers["location"]) == (202, "/v2/team/app/blobs/uploads/1?_state=abc")


def test_a_download_that_is_no_image_is_redirected(gateway: Gateway) -> None:
    answer = gateway.ask("GET", "/releases/1.0/app%20x.tar.gz?raw=1", User_Agent="curl/8")
    there = "https://files.example.com/app/1.0/app%20x.tar.gz?raw=1"
    assert (answer.status, answer.headers["location"]) == (307, there)
    split = gateway.ask("GET", "/releases/%0d%0aSet-Cookie:x=1", User_Agent="curl/8")
    assert "set-cookie" not in split.headers


@pytest.mark.parametrize(
    ("mood", "path"),
    [
        ("429", "manifests/1.0"),
        ("500", "manifests/1.0"),
        ("503", f"blobs/{DIGEST}"),
        ("silent", "manifests/1.0"),
    ],
)
def test_the_second_registry_answers_when_the_first_does_not(
    gateway: Gateway, registries: tuple[Registry, Registry], mood: str, path: str
) -> None:
    main, second = registries
    main.handler.mood = mood
    second.seen.clear()
    try:
        answer = gateway.ask("GET", f"/v2/twice/app/{path}", User_Agent="curl/8", Authorization=TOKEN)
    finally:
        main.handler.mood = ""
    assert answer.status == 200
    assert second.paths() == [f"GET /v2/copy/app/{path}"]
    # The client's credentials are for the first registry.
    assert second.asked()[-1]["authorization"] == "Bearer QQ=="
    assert gateway.lines()[-1]["status"] == "200"


def test_a_refusal_is_passed_on_where_there_is_no_second_registry(
    gateway: Gateway, registries: tuple[Registry, Registry]
) -> None:
    registries[0].handler.mood = "503"
    try:
        assert gateway.ask("GET", "/v2/acme/app/manifests/1.0", User_Agent="curl/8").status == 503
    finally:
        registries[0].handler.mood = ""


def test_what_is_not_found_is_not_sought_elsewhere(gateway: Gateway) -> None:
    assert gateway.ask("GET", "/v2/twice/app/manifests/missing", User_Agent="curl/8").status == 404


def test_a_registry_that_goes_down_is_bypassed_and_used_again(tmp_path: Path) -> None:
    """Also for those that are redirected: they would be sent to a registry that is down."""
    port = free_port()
    blob = f"/v2/twice/app/blobs/{DIGEST}"
    with serve() as second:
        tables = TABLES.replace('authorization = "Bearer QQ=="\n', "")
        tables = tables.format(main=f"http://127.0.0.1:{port}", second=second.url)
        with started(tmp_path, tables) as gateway:
            gateway.wait_for("the registry main does not answer")
            _eventually(gateway, blob, f"{second.url}/v2/copy/app/blobs/{DIGEST}")
            assert gateway.ask("GET", "/v2/acme/app/manifests/1.0", User_Agent=DOCKER).status == 502
            with serve(port) as main:
                gateway.wait_for("the registry main answers again")
                _eventually(gateway, blob, f"{main.url}/v2/twice/app/blobs/{DIGEST}")


def _eventually(gateway: Gateway, path: str, location: str) -> None:
    """A client is sent there; nginx starts its new workers a moment after it was told to."""
    deadline = time.monotonic() + PATIENCE_S
    while gateway.ask("GET", path, User_Agent=DOCKER).headers["location"] != location:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_both_registries_down_is_a_clear_answer(tmp_path: Path) -> None:
    tables = TABLES.format(main=f"http://127.0.0.1:{free_port()}", second=f"http://127.0.0.1:{free_port()}")
    with started(tmp_path, tables) as gateway:
        answer = gateway.ask("GET", "/v2/twice/app/manifests/1.0", User_Agent="curl/8")
        assert (answer.status, answer.headers["retry-after"]) == (502, "30")
        [error] = json.loads(answer.body)["errors"]
        assert error["code"] == "UNAVAILABLE"
        assert "try again later" in error["message"]


def test_a_map_with_an_error_is_named_and_the_old_one_serves_on(
    registries: tuple[Registry, Registry], tmp_path: Path
) -> None:
    main = registries[0]
    one = f'[registries.main]\nurl = "{main.url}"\n[repositories."acme/app"]\nregistry = "main"\n'
    with started(tmp_path, one) as gateway:
        assert gateway.ask("GET", "/v2/", User_Agent="curl/8").status == 200
        assert gateway.ask("GET", "/v2/acme/app/manifests/1.0", User_Agent="curl/8").status == 200
        refused = gateway.ask("GET", "/v2/team/app/manifests/1.0", User_Agent="curl/8")
        assert (refused.status, json.loads(refused.body)["errors"][0]["code"]) == (404, "NAME_UNKNOWN")

        gateway.use(one + '[repositories."team/app"]\nregistry = "mian"\n')
        said = gateway.wait_for("goes on with the settings that it had")
        assert "[repositories.\"team/app\"]: registry: there is no registry 'mian'; there are main" in said
        gateway.use("[registries")
        gateway.wait_for("this is no TOML")
        assert gateway.ask("GET", "/v2/acme/app/manifests/1.0", User_Agent="curl/8").status == 200
        assert gateway.ask("GET", "/v2/team/app/manifests/1.0", User_Agent="curl/8").status == 404

        gateway.use(one + '[repositories."team/app"]\nregistry = "main"\n')
        gateway.wait_for("gateway.toml has changed and is in use")
        gateway.ask_until(200, "GET", "/v2/team/app/manifests/1.0", User_Agent="curl/8")
