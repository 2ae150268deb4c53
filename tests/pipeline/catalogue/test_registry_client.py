"""The client against a registry that fails in each way; waiting is recorded, never done."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from enrichers.manifests.manifest import LARGEST_BODY
from pipeline.catalogue.registry_client import Credentials, LookUpError, RegistryClient
from tests.pipeline.stub_registry import Answer, StubRegistry, serve
from tests.support import expired

DIGEST = "sha256:" + "a" * 64
PATH = f"/v2/acme/app/manifests/{DIGEST}"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubRegistry]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serve() as registry:
        yield registry


def ask(
    url: str, credentials: Credentials | None = None, answer_s: float = 5.0, read_s: float = 5.0
) -> tuple[bytes | str, list[float]]:
    """What the client gets, or the reason why it gets nothing, and how long it wanted to wait."""
    waits: list[float] = []
    with RegistryClient(
        url, credentials, sleep=waits.append, timeout=httpx.Timeout(read_s), answer_s=answer_s
    ) as client:
        try:
            return client.manifest("acme/app", DIGEST), waits
        except LookUpError as error:
            return str(error), waits


def test_a_good_answer(stub: StubRegistry) -> None:
    stub.says(PATH, Answer(body=b"{}"))
    assert ask(stub.url) == (b"{}", [])
    assert "application/vnd.docker.distribution.manifest.list.v2+json" in stub.headers[0]["accept"]
    assert "authorization" not in stub.headers[0]


def test_a_registry_below_a_path(stub: StubRegistry) -> None:
    stub.says(f"/registry{PATH}", Answer(body=b"{}"))
    assert ask(f"{stub.url}/registry") == (b"{}", [])


@pytest.mark.parametrize(
    ("answer", "reason", "waits"),
    [
        # Back-off doubles: 1 s, 2 s, then no fourth attempt.
        (Answer(503), "server error", [1.0, 2.0]),
        (Answer(500, headers={"Retry-After": "7"}), "server error", [7.0, 7.0]),
        (Answer(429, headers={"Retry-After": "5"}), "rate limited", [5.0, 5.0]),
        # An hour is waited for by the next run, not by this one.
        (Answer(429, headers={"Retry-After": "3600"}), "rate limited", [30.0, 30.0]),
        (Answer(429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), "rate limited", [1.0, 2.0]),
        # Another attempt would not help.
        (Answer(404, b"{}"), "not found", []),
        (Answer(403), "unauthorized", []),
        (Answer(400), "unexpected answer", []),
        (Answer(204), "unexpected answer", []),
        (Answer(body=b"x" * (LARGEST_BODY + 1)), "too large", []),
        # It says 100 bytes and sends 10.
        (Answer(body=b"0123456789", length=100), "broken answer", [1.0, 2.0]),
        (Answer(302, headers={"Location": "ftp://127.0.0.1/x"}), "redirect refused", []),
        (Answer(302, headers={"Location": "file:///etc/passwd"}), "redirect refused", []),
        (Answer(307, headers={"Location": PATH}), "redirect refused", []),
        (Answer(302, headers={"Location": "http://[::1"}), "broken answer", [1.0, 2.0]),
        (Answer(401), "unauthorized", []),
        (Answer(401, headers={"WWW-Authenticate": 'Basic realm="x"'}), "unauthorized", []),
        (Answer(401, headers={"WWW-Authenticate": 'Bearer realm="file:///x"'}), "redirect refused", []),
    ],
    ids=lambda value: f"{value.status} {value.headers}" if isinstance(value, Answer) else None,
)
def test_reasons(stub: StubRegistry, answer: Answer, reason: str, waits: list[float]) -> None:
    stub.says(PATH, answer)
    assert ask(stub.url) == (reason, waits)


def test_a_certificate_that_has_run_out(tmp_path: Path) -> None:
    """Asking again would not help."""
    with expired.server(tmp_path) as url:
        assert ask(url) == ("certificate refused", [])


def test_a_registry_that_is_down() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}") == ("unreachable", [1.0, 2.0])


def test_a_slow_registry(stub: StubRegistry) -> None:
    stub.says(PATH, Answer(body=b"{}", pause_s=0.3))
    assert ask(stub.url, read_s=0.05) == ("timeout", [1.0, 2.0])


def test_a_body_that_comes_too_slowly(stub: StubRegistry) -> None:
    """Every read is quick enough, and all of them together are not."""
    stub.says(PATH, Answer(body=b"x" * 200_000, pause_s=0.02))
    assert ask(stub.url, answer_s=0.001) == ("timeout", [1.0, 2.0])


def test_it_recovers(stub: StubRegistry) -> None:
    stub.says(PATH, Answer(503), Answer(429, headers={"Retry-After": "2"}), Answer(body=b"{}"))
    assert ask(stub.url) == (b"{}", [1.0, 2.0])


def _challenge(stub: StubRegistry) -> Answer:
    value = f'Bearer realm="{stub.url}/token",service="registry",scope="repository:acme/app:pull"'
    return Answer(401, headers={"WWW-Authenticate": value})


def test_an_anonymous_token(stub: StubRegistry) -> None:
    stub.says("/token", Answer(body=b'{"token": "t0k3n"}'))
    stub.says(
        PATH,
        lambda headers: (
            Answer(body=b"{}") if headers.get("authorization") == "Bearer t0k3n" else _challenge(stub)
        ),
    )
    assert ask(stub.url) == (b"{}", [])
    assert stub.asked == [PATH, "/token?service=registry&scope=repository%3Aacme%2Fapp%3Apull", PATH]
    assert "authorization" not in stub.headers[1]


def test_a_token_for_a_user(stub: StubRegistry) -> None:
    stub.says("/token", Answer(body=b'{"access_token": "t0k3n"}'))
    stub.says(PATH, _challenge(stub), Answer(body=b"{}"))
    assert ask(stub.url, Credentials("reader", "s3cret")) == (b"{}", [])
    # base64 of "reader:s3cret", by coreutils; the user is told to the realm alone.
    assert stub.headers[1]["authorization"] == "Basic cmVhZGVyOnMzY3JldA=="
    assert [headers.get("authorization") for headers in stub.headers[::2]] == [None, "Bearer t0k3n"]


def test_basic_authorization(stub: StubRegistry) -> None:
    stub.says(PATH, Answer(401, headers={"WWW-Authenticate": 'Basic realm="r"'}), Answer(body=b"{}"))
    assert ask(stub.url, Credentials("reader", "s3cret")) == (b"{}", [])
    assert stub.headers[1]["authorization"] == "Basic cmVhZGVyOnMzY3JldA=="


@pytest.mark.parametrize(
    "answer",
    [
        Answer(body=b"<html>"), Answer(body=b"[]"), Answer(body=b"{}"), Answer(403),
        Answer(body=json.dumps({"token": "a\r\nx: y"}).encode()),
    ],
    ids=["HTML", "another form", "no token", "refused", "a header in it"],
)  # fmt: skip
def test_a_bad_token_answer(stub: StubRegistry, answer: Answer) -> None:
    stub.says("/token", answer)
    stub.says(PATH, lambda headers: _challenge(stub))
    assert ask(stub.url) == ("unauthorized", [])


def test_a_token_that_is_not_accepted_is_not_asked_for_for_ever(stub: StubRegistry) -> None:
    stub.says("/token", Answer(body=b'{"token": "t"}'))
    stub.says(PATH, lambda headers: _challenge(stub))
    assert ask(stub.url) == ("unauthorized", [])
    assert len(stub.asked) == 3


def test_another_host_gets_no_token(stub: StubRegistry) -> None:
    with serve() as storage:
        storage.says("/blob", Answer(body=b"{}"))
        stub.says("/token", Answer(body=b'{"token": "t0k3n"}'))
        stub.says(PATH, _challenge(stub), Answer(307, headers={"Location": f"{storage.url}/blob"}))
        assert ask(stub.url, Credentials("reader", "s3cret")) == (b"{}", [])
        assert [headers.get("authorization") for headers in storage.headers] == [None]


def test_a_configuration_is_proved(stub: StubRegistry) -> None:
    stub.says(f"/v2/acme/app/blobs/{DIGEST}", Answer(body=b"{}"))
    with RegistryClient(stub.url) as client, pytest.raises(LookUpError, match=r"^another digest$"):
        client.config("acme/app", DIGEST)


def test_credentials_are_not_printed() -> None:
    assert "s3cret" not in repr(Credentials("reader", "s3cret"))
