"""`make check-gateway` before servers that answer in every way they can: a clear word, never a traceback."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gateway import answers
from gateway.probe import probe
from tests.support.certificates import write_certificate

DIGEST = "sha256:" + "5" * 64
LAYER = f"/v2/team/app/blobs/{DIGEST}"
TAG = "/v2/team/app/manifests/1.0"
PLATFORM = f"/v2/team/app/manifests/{DIGEST}"
ENTRY = {"digest": DIGEST}
IMAGE = {"layers": [ENTRY]}
# Status, headers, body; a string alone is written to the connection as it stands.
Reply = tuple[int, dict[str, str], bytes] | str


def reply(content: object, status: int = 200, **headers: str) -> Reply:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, body


GOOD: dict[str, Reply] = {
    "/gateway/health": reply(b"", 204),
    "/v2/": reply({}),
    TAG: reply({"manifests": [{"digest": "sha256:" + "6" * 64, "platform": {"os": "unknown"}}, ENTRY]}),
    PLATFORM: reply(IMAGE),
    LAYER: reply(b"x" * 10, 206),
}


@contextmanager
def serving(replies: dict[str, Reply], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """The host and port of a server that gives these answers, and 404 to all else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = replies.get(self.path.partition("?")[0], reply({}, 404))
            if isinstance(found, str):
                self.wfile.write(found.encode("latin-1"))
                return
            status, headers, body = found
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                for line in value.split("\n"):
                    self.send_header(name, line)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that hangs up, or refuses the certificate, is what the tests are about."""

    with Server(("127.0.0.1", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def said(address: str, context: ssl.SSLContext | None = None) -> tuple[int, str]:
    lines: list[str] = []
    return probe(address, lines.append, context), "\n".join(lines)


def test_all_is_well_and_an_attestation_is_no_platform() -> None:
    with serving(GOOD) as host:
        code, text = said(f"http://{host}/team/app:1.0")
    assert code == 0, text
    assert "works: the first of its 2 platforms" in text


BEARER = 'Bearer realm="http://{host}/token",service="x"'
CASES: dict[str, tuple[dict[str, Reply], str]] = {
    "an index without manifests": ({TAG: reply({"manifests": []})}, "1.0 is an index without manifests"),
    "an index of words": ({TAG: reply({"manifests": ["a"]})}, "1.0 is an index without manifests"),
    "an index that is a number": ({TAG: reply({"manifests": 1})}, "1.0 is an index without manifests"),
    "an entry without a digest": ({TAG: reply({"manifests": [{}]})}, "a digest in it is none"),
    "a digest that is a path": (
        {TAG: reply({"manifests": [{"digest": "../../x"}]})}, "a digest in it is none",
    ),
    "a digest that is a number": ({TAG: reply({"layers": [{"digest": 7}]})}, "a digest in it is none"),
    "no layers": ({PLATFORM: reply({"layers": []})}, "1.0 is no image: it has no layers"),
    "layers that are none": ({PLATFORM: reply({"layers": {"a": 1}})}, "1.0 is no image"),
    "schema 1": ({TAG: reply({"fsLayers": [], "schemaVersion": 1})}, "1.0 is no image"),
    "a list": ({TAG: reply([1])}, "is no JSON object (status 200)"),
    "nothing": ({TAG: reply(b"")}, "is no JSON (status 200)"),
    "null": ({TAG: reply(None)}, "is no JSON object"),
    "deep JSON": ({TAG: reply(b"[" * 100_000)}, "is no JSON"),
    "bytes": ({TAG: reply(b"\xff\xfe\x00")}, "is no JSON"),
    "a page": ({TAG: reply(b"\n<!DOCTYPE html>")}, "a page in HTML: another server, or a login"),
    "a platform that is a page": ({PLATFORM: reply(b"<html>")}, "a page in HTML"),
    "a manifest without an end": ({TAG: reply(b"{", Content_Length="9")}, "its answer broke off"),
    "a manifest that is not there": (
        {TAG: reply({"errors": [{"message": "manifest\nunknown"}]}, 404)}, "with 404: manifestunknown",
    ),
    "errors in another form": ({TAG: reply({"errors": {"0": "no"}}, 404)}, "with 404: no reason is given"),
    "an error whose message is a list": (
        {TAG: reply({"errors": [{"message": [1]}]}, 500)}, "with 500: no reason is given",
    ),
    "a circle": ({TAG: reply(b"", 307, Location=TAG)}, "from redirect to redirect, without an end"),
    "a redirect to nowhere": ({TAG: reply(b"", 307)}, "redirects (307) to nowhere"),
    "a redirect to a file": ({TAG: reply(b"", 307, Location="file:///etc/x")}, "redirects (307) to nowhere"),
    "a redirect to a broken address": ({TAG: reply(b"", 307, Location="http://[::1")}, "to nowhere"),
    "a ping that leads in a circle": ({"/v2/": reply(b"", 301, Location="/v2/")}, "without an end"),
    "a ping that is refused": ({"/v2/": reply(b"", 403)}, "the ping (/v2/) is answered with 403"),
    "a layer that is refused": ({LAYER: reply(b"", 403)}, "a layer is answered with 403: no reason"),
    "a hidden challenge": ({TAG: reply({}, 401)}, "401 without WWW-Authenticate"),
    "a login": ({TAG: reply({}, 401, WWW_Authenticate='Basic realm="x"')}, "a name and a password"),
    "a challenge without a realm": ({TAG: reply({}, 401, WWW_Authenticate="Bearer x")}, "its realm is no"),
    "a realm that is a file": (
        {TAG: reply({}, 401, WWW_Authenticate='Bearer realm="file:///token"')}, "realm is no address",
    ),
    "a token service that is not there": (
        {TAG: reply({}, 401, WWW_Authenticate=BEARER)}, "the token service answers with 404",
    ),
    "a token service that is a page": (
        {TAG: reply({}, 401, WWW_Authenticate=BEARER), "/token": reply(b"<html>")}, "a page in HTML",
    ),
    "a token that is a number": (
        {TAG: reply({}, 401, WWW_Authenticate=BEARER), "/token": reply({"token": 5})}, "without a token",
    ),
    "a token of two lines": (
        {TAG: reply({}, 401, WWW_Authenticate=BEARER), "/token": reply({"token": "a\nb"})}, "without a token",
    ),
    "a token that is not accepted": (
        {TAG: reply({}, 401, WWW_Authenticate=f"Negotiate\n{BEARER}"), "/token": reply({"token": "good"})},
        "401 although a token was sent",
    ),
    "no HTTP": ({"/gateway/health": "SSH-2.0-OpenSSH_9.2\r\n"}, "what came is no HTTP"),
    "an answer without an end": (
        {TAG: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"}, "its answer broke off",
    ),
    "nothing at all": ({"/gateway/health": ""}, "it hung up without an answer"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_is_broken_is_said(case: str) -> None:
    changed, words = CASES[case]
    replies: dict[str, Reply] = {}
    with serving(replies) as host:
        replies |= {path: _here(found, host) for path, found in (GOOD | changed).items()}
        code, text = said(f"http://{host}/team/app:1.0")
    assert code == 2, text
    assert words in text.splitlines()[-1]


def _here(found: Reply, host: str) -> Reply:
    if isinstance(found, str):
        return found
    return found[0], {name: value.replace("{host}", host) for name, value in found[1].items()}, found[2]


def test_a_redirect_to_another_host_is_followed() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/x"
    with (
        serving(GOOD) as host,
        serving({**GOOD, LAYER: reply(b"", 307, Location=f"http://{host}{LAYER}")}) as other,
    ):
        code, text = said(f"http://{other}/team/app:1.0")
    assert (code, "docker: manifests proxied, layers redirected" in text) == (0, True)
    with serving({**GOOD, LAYER: reply(b"", 307, Location=nobody)}) as host:
        code, text = said(f"http://{host}/team/app:1.0")
    assert (code, "does not answer: Connection refused" in text) == (2, True)


def test_silence_and_drops_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PATIENCE_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code, text = said(f"http://127.0.0.1:{silent.getsockname()[1]}/team/app")
    assert (code, "nothing, or not all of it, came within" in text) == (2, True)
    with _dripping() as host:
        code, text = said(f"http://{host}/team/app")
    assert (code, "nothing, or not all of it, came within" in text) == (2, True)


@contextmanager
def _dripping() -> Iterator[str]:
    """A server whose body comes byte by byte, each in time, and never ends."""
    ended = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not ended.wait(0.02):
                connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,))
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        ended.set()
        thread.join()


@pytest.mark.parametrize(
    "address",
    [
        "images.example.com/team/app", "", "https://", "ftp://images.example.com/x", "http://[::1/team",
        "https://images.example.com:port/team", "https://ada:lovelace@images.example.com/team/app",
    ],
)  # fmt: skip
def test_what_is_no_address_is_said_and_no_password_repeated(address: str) -> None:
    code, text = said(address)
    assert (code, "make check-gateway URL=https://" in text, "lovelace" in text) == (2, True, False)


@pytest.mark.parametrize(
    ("asked", "repository", "reference"),
    [
        ("team/app", "team/app", "latest"),
        ("team/app:", "team/app", "latest"),
        (f"team/app:1.0@{DIGEST}", "team/app", DIGEST),
        (f"team/app@{DIGEST}", "team/app", DIGEST),
        ("team/app:1 0", "team/app", "1%200"),
    ],
)
def test_an_image_is_named_as_docker_names_it(asked: str, repository: str, reference: str) -> None:
    path = f"/v2/{repository}/manifests/{reference}"
    with serving({**GOOD, TAG: reply({}, 404), path: reply(IMAGE)}) as host:
        code, text = said(f"http://{host}/{asked}")
    assert code == 0, text


NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("until", "is_trusted", "words"),
    [
        (timedelta(days=1), True, "works: the ping"),
        (timedelta(days=-1), True, "its certificate is refused (certificate has expired)"),
        (timedelta(days=1), False, "its certificate is refused (self-signed certificate)"),
    ],
)
def test_certificates(tmp_path: Path, until: timedelta, is_trusted: bool, words: str) -> None:
    certificate, key = write_certificate(tmp_path, NOW + until)
    mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mine.load_cert_chain(certificate, key)
    trusted = ssl.create_default_context(cafile=str(certificate) if is_trusted else None)
    with serving(GOOD, mine) as host:
        code, text = said(f"https://{host}/team/app:1.0", trusted)
    assert words in text
    assert code == (0 if words.startswith("works") else 2)


def test_tls_where_there_is_none() -> None:
    with serving(GOOD) as host:
        code, text = said(f"https://{host}/team/app:1.0")
    assert (code, "does it speak TLS there?" in text) == (2, True)
