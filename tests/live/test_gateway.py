"""The gateway's configuration under a real nginx: what it redirects, and what it logs."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest.bytepass import read_bytes
from ingest.reader import read_lines
from ingest.sources.local import list_objects
from tests.gateway.test_log_format import CONTRACT_A
from tests.live.gateway import GATEWAY, Gateway, run
from tests.live.stub_registry import DIGEST, LAYER, MEDIA_TYPE

pytestmark = pytest.mark.live

DOCKER = (
    "docker/20.10.24+dfsg1 go/go1.19.8 os/linux arch/amd64 UpstreamClient(Docker-Client/20.10.24 \\(linux\\))"
)
CRANE = "crane/0.12.1 go-containerregistry/0.12.1"
BLOB = f"/v2/acme/app/blobs/{DIGEST}"
MANIFEST = "/v2/acme/app/manifests/1.0"
TOKEN = "Bearer c2VjcmV0LXRva2Vu"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with run(tmp_path_factory.mktemp("gateway")) as started:
        yield started


def last_line(gateway: Gateway) -> dict[str, str]:
    line: dict[str, str] = gateway.lines()[-1]
    return line


# What a client sends as its name → what the reader makes of the log: control characters go, bytes that are no
# UTF-8 become U+FFFD, and no line is lost for them.
ODD_AGENTS = {
    DOCKER.encode(): DOCKER,
    b'docker/20.10 "quoted" \\': 'docker/20.10 "quoted" \\',
    b"docker/20.10\ttab": "docker/20.10tab",
    b"docker/20.10 caf\xe9": "docker/20.10 caf\ufffd",
    b"docker/20.10 \xe2\x82": "docker/20.10 \ufffd",
    b"docker/20.10 \x01\x7f": "docker/20.10 ",
    "docker/20.10 🐳".encode(): "docker/20.10 🐳",
}


@pytest.mark.parametrize(
    ("redirect", "method", "path", "agent", "authorization", "status"),
    [
        ("blobs", "GET", BLOB, DOCKER, None, 307),
        ("blobs", "HEAD", BLOB, DOCKER, None, 307),
        ("blobs", "GET", BLOB, "containerd/1.6.20~ds1", None, 307),
        ("blobs", "GET", BLOB, "containers/5.23.1 (github.com/containers/image)", None, 307),
        # Was seen not to finish after a redirect; nobody has tried the second.
        ("blobs", "GET", BLOB, CRANE, None, 200),
        ("blobs", "GET", BLOB, "somebody/1.0", None, 200),
        # Credentials are not sent on to another host.
        ("blobs", "GET", BLOB, DOCKER, TOKEN, 200),
        ("blobs", "GET", MANIFEST, DOCKER, None, 200),
        ("blobs", "GET", "/v2/acme/app/manifests/missing", DOCKER, None, 404),
        ("blobs", "GET", "/v2/", DOCKER, None, 200),
        ("blobs", "POST", "/v2/acme/app/blobs/uploads/", DOCKER, None, 202),
        ("all", "GET", MANIFEST, DOCKER, None, 307),
        ("all", "HEAD", MANIFEST, DOCKER, None, 307),
        ("all", "GET", MANIFEST, CRANE, None, 200),
        ("all", "GET", "/v2/", DOCKER, None, 200),
        ("all", "GET", "/v2/acme/app/tags/list", DOCKER, None, 200),
        ("all", "GET", "/token?account=ada&scope=repository:acme/app:pull", DOCKER, None, 200),
        ("none", "GET", BLOB, DOCKER, None, 200),
        ("none", "GET", MANIFEST, DOCKER, None, 200),
    ],
)
def test_redirects_where_it_can_and_proxies_where_it_must(
    gateways: dict[str, Gateway],
    redirect: str,
    method: str,
    path: str,
    agent: str,
    authorization: str | None,
    status: int,
) -> None:
    gateway = gateways[redirect]
    headers = {"Authorization": authorization} if authorization else {}
    answer = gateway.ask(method, path, User_Agent=agent, **headers)
    assert answer.status == status
    if status == 307:
        assert answer.headers["location"] == gateway.registry + path


@pytest.fixture(scope="module")
def gateways(gateway: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Gateway]]:
    with (
        run(tmp_path_factory.mktemp("all"), redirect="all") as everything,
        run(tmp_path_factory.mktemp("none"), redirect="none") as nothing,
    ):
        yield {"blobs": gateway, "all": everything, "none": nothing}


def test_the_registrys_own_redirect_reaches_the_client_as_it_is(gateway: Gateway) -> None:
    answer = gateway.ask("GET", f"/v2/stored/app/blobs/{DIGEST}", User_Agent=CRANE)
    assert (answer.status, answer.headers["location"]) == (307, "http://storage.invalid/layer?signature=1")


def test_the_registry_learns_no_address(gateway: Gateway) -> None:
    gateway.ask("GET", MANIFEST, User_Agent=DOCKER, X_Forwarded_For="198.51.100.7")
    seen = gateway.seen_by_registry[-1]
    assert "x-forwarded-for" not in seen
    assert seen["host"] == gateway.registry.removeprefix("http://")
    assert seen["user-agent"] == DOCKER


def test_a_line_has_every_field_of_contract_a(gateway: Gateway) -> None:
    gateway.ask(
        "GET",
        f"{MANIFEST}?ns=registry.example.com",
        User_Agent=DOCKER,
        X_Forwarded_For="198.51.100.7, 203.0.113.9",
        DNT="1",
        Sec_GPC="1",
        Range="bytes=0-4",
        Authorization=TOKEN,
    )
    line = last_line(gateway)
    assert set(line) == CONTRACT_A
    assert not [name for name, value in line.items() if not isinstance(value, str) or value == ""]
    named = (
        "remote_addr", "x_forwarded_for", "host", "method", "request_uri", "args", "protocol", "status",
        "request_completion", "user_agent", "range", "has_authorization", "resp_digest",
        "resp_content_type", "resp_content_length", "body_bytes_sent", "dnt", "gpc", "scheme",
    )  # fmt: skip
    assert [line[name] for name in named] == [
        "127.0.0.1", "198.51.100.7, 203.0.113.9", "registry.example.com", "GET",
        f"{MANIFEST}?ns=registry.example.com", "ns=registry.example.com", "HTTP/1.1", "200",
        "OK", DOCKER, "bytes=0-4", "bearer", DIGEST,
        MEDIA_TYPE, "13", "13", "1", "1", "http",
    ]  # fmt: skip
    assert len(line["request_id"]) == 32
    assert float(line["msec"]) > float(line["request_time"]) >= 0


def test_a_token_is_logged_as_a_keyed_hash_only(gateway: Gateway) -> None:
    """The first 16 digits of its HMAC-SHA256, under a key of the day that lies in a file closed to others."""
    configuration = gateway.settings.parent / "state" / "nginx.conf"
    found = re.search(r'token_hash_key \{\s+default "([0-9a-f]{64})";', configuration.read_text("utf-8"))
    assert found
    assert configuration.stat().st_mode & 0o077 == 0
    logged = []
    for authorization in (
        TOKEN,
        TOKEN.lower().split()[0] + " other",
        TOKEN,
        "Basic YWRhOmxvdmVsYWNl",
        "Bearer",
    ):
        gateway.ask("GET", MANIFEST, User_Agent=DOCKER, Authorization=authorization)
        logged.append(last_line(gateway)["session_token_hash"])

    def expected(token: str) -> str:
        return hmac.new(found[1].encode(), token.encode(), hashlib.sha256).hexdigest()[:16]

    token = expected(TOKEN.split()[1])
    assert logged == [token, expected("other"), token, "", ""]


def test_odd_bytes_and_opt_outs_reach_the_reader(gateway: Gateway, tmp_path: Path) -> None:
    before = len(gateway.lines())
    for agent in ODD_AGENTS:
        gateway.ask("GET", MANIFEST, User_Agent=agent, DNT="1", Sec_GPC="1")
    gateway.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
    new = gateway.log().splitlines(keepends=True)[before:]
    (tmp_path / "access.log").write_bytes(b"".join(new))
    [item] = list_objects(str(tmp_path / "access.log"))
    with duckdb.connect() as con, read_bytes(item, tmp_path) as data:
        counts = read_lines(con, data, name=item.name, log_format="auto", quarantine_key=b"live")
        read = con.execute(
            "select user_agent, method, request_uri, status, dnt, gpc from lines order by line_number"
        ).fetchall()
    assert (counts.lines, counts.staged, counts.quarantined) == (8, 8, 0)
    expected = [(agent, "GET", MANIFEST, 200, "1", "1") for agent in ODD_AGENTS.values()]
    assert read == [*expected, (None, None, None, 400, None, None)]


def test_the_file_is_named_for_the_day(gateway: Gateway) -> None:
    gateway.ask("GET", "/v2/", User_Agent=DOCKER)
    gateway.log()
    assert all(len(path.name) == len("access-2026-11-20.log") for path in gateway.logs.iterdir())
    assert not [path for path in gateway.logs.iterdir() if "unknown" in path.name]


def test_a_broken_off_layer_is_not_complete(gateway: Gateway) -> None:
    request = f"GET {BLOB} HTTP/1.1\r\nHost: x\r\nUser-Agent: {CRANE}\r\n\r\n"
    gateway.send(request.encode(), stop_after=1_000)
    line = last_line(gateway)
    assert (line["status"], line["request_completion"]) == ("200", "")
    assert 0 < int(line["body_bytes_sent"]) < len(LAYER)


def test_a_tls_hello_on_the_plain_port_is_one_line(gateway: Gateway) -> None:
    gateway.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
    line = last_line(gateway)
    assert (line["method"], line["request_uri"], line["status"]) == ("", "", "400")


def test_the_health_check_is_not_logged(gateway: Gateway) -> None:
    before = len(gateway.lines())
    assert gateway.ask("GET", "/gateway/health").status == 204
    gateway.ask("GET", "/v2/", User_Agent=DOCKER)
    gateway._asked -= 1
    lines = gateway.lines()
    assert len(lines) == before + 1
    assert lines[-1]["request_uri"] == "/v2/"


def secrets_logged(gateway: Gateway) -> list[bytes]:
    """Ask with credentials and an account's name in all places where clients put them; search the log."""
    gateway.ask("GET", MANIFEST, User_Agent=DOCKER, Authorization=TOKEN, Cookie="session=Y29va2ll")
    gateway.ask("GET", "/v2/", User_Agent=DOCKER, Authorization="Basic YWRhOmxvdmVsYWNl")
    for path in ("/token", "/v2/token", "/service/token", "/jwt/auth", "/v2/"):
        gateway.ask("GET", f"{path}?account=adalovelace&service=x", User_Agent=DOCKER)
    log = gateway.log()
    return [secret for secret in (b"c2VjcmV0", b"YWRhOmx", b"Y29va2ll", b"adalovelace") if secret in log]


def test_no_credential_is_logged(gateway: Gateway) -> None:
    assert secrets_logged(gateway) == []


def test_a_format_that_logs_credentials_is_found_out(tmp_path: Path) -> None:
    """The planted defect: the same search, with nothing taken out of the log."""
    text = (GATEWAY / "log_format.conf").read_text(encoding="utf-8")
    leaky = text.replace('$authorization_kind"', '$http_authorization $http_cookie"')
    leaky = leaky.replace('"$logged_request_uri"', '"$request_uri"')
    with run(tmp_path, log_format=leaky) as started:
        assert secrets_logged(started) == [b"c2VjcmV0", b"YWRhOmx", b"Y29va2ll", b"adalovelace"]
