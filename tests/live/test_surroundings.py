"""What surrounds a gateway in the field: long headers, time zones, IPv6, foreign certificates, full disks."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live.gateway import GATEWAY, Gateway, run, started
from tests.live.stub_registry import DIGEST, Registry, serve
from tests.support.certificates import write_certificate

pytestmark = pytest.mark.live

RULE = '[registries.main]\nurl = "{url}"\n[repositories."*"]\nregistry = "main"\nredirect = "none"\n'
MANIFEST = "/v2/acme/app/manifests/1.0"
AGENT = "docker/28.5.2"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with run(tmp_path_factory.mktemp("gateway"), redirect="none") as started:
        yield started


@pytest.mark.parametrize("length", [100, 5_000, 20_000])
def test_a_storage_may_sign_long_addresses(gateway: Gateway, length: int) -> None:
    """Azure's, Google's and CloudFront's addresses of layers have some thousand characters."""
    path = f"/v2/signed-{length}/app/blobs/{DIGEST}"
    answer = gateway.ask("GET", path, User_Agent=AGENT)
    assert (answer.status, len(answer.headers.get("location", ""))) == (307, length)


@pytest.mark.parametrize("length", [100, 9_000, 30_000])
def test_a_token_may_be_long(gateway: Gateway, length: int) -> None:
    token = "Bearer " + "t" * length
    assert gateway.ask("GET", MANIFEST, User_Agent=AGENT, Authorization=token).status == 200
    assert gateway.seen_by_registry[-1]["authorization"] == token


def test_a_log_file_is_a_utc_day_in_every_time_zone(tmp_path: Path) -> None:
    """Two zones 26 hours apart never share a day."""
    for zone in ("Etc/GMT+12", "Etc/GMT-14"):
        with serve() as registry:
            before = datetime.now(UTC).date()
            folder = tmp_path / zone.partition("/")[2].replace("+", "p")
            with started(folder, RULE.format(url=registry.url), zone=zone) as one:
                one.ask("GET", MANIFEST, User_Agent=AGENT)
                assert len(one.lines()) == 1
                [name] = [path.name for path in one.logs.iterdir()]
            assert name in {f"access-{day}.log" for day in (before, datetime.now(UTC).date())}


def test_one_word_listens_on_both_families(tmp_path: Path) -> None:
    with serve() as registry, started(tmp_path, RULE.format(url=registry.url), listen="[::]") as one:
        for address in ("127.0.0.1", "::1"):
            with socket.create_connection((address, one.port), timeout=5):
                pass


@dataclass
class Foreign:
    """A registry that speaks TLS with a certificate of its own."""

    url: str
    certificate: Path
    stub: Registry


@contextmanager
def foreign(folder: Path, ends: datetime) -> Iterator[Foreign]:
    certificate, key = write_certificate(folder, ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serve(context=context) as stub:
        yield Foreign(stub.url, certificate, stub)


SOON = datetime.now(UTC) + timedelta(days=2)
PAST = datetime.now(UTC) - timedelta(days=1)


@pytest.mark.parametrize(
    ("ends", "is_named", "status", "reason"),
    [
        (SOON, True, 200, "the registry main answers (200)"),
        (SOON, False, 502, "its certificate is refused (self-signed certificate)"),
        (PAST, True, 502, "its certificate is refused (certificate has expired)"),
    ],
)
def test_credentials_go_to_a_registry_that_shows_who_it_is(
    tmp_path: Path, ends: datetime, is_named: bool, status: int, reason: str
) -> None:
    with foreign(tmp_path / "registry", ends) as registry:
        head = f'trusted_certificates = "{registry.certificate}"\n' if is_named else ""
        with started(tmp_path / "gateway", head + RULE.format(url=registry.url)) as one:
            answer = one.ask("GET", MANIFEST, User_Agent=AGENT, Authorization="Basic YWRhOnNlY3JldA==")
            assert answer.status == status
            assert len(registry.stub.paths()) == (status == 200)
            check = [sys.executable, "-m", "gateway", "check", "--settings", one.settings]
            done = subprocess.run(
                [*check, "--state", tmp_path / "check"],
                cwd=GATEWAY.parent, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert (done.returncode, reason in done.stdout) == (int(status != 200), True), done.stdout


def test_a_log_that_cannot_be_written_is_said_without_an_address(tmp_path: Path) -> None:
    """Pulls go on; what is not logged is lost, and the gateway says so at once."""
    with run(tmp_path, redirect="none") as one:
        shutil.rmtree(one.logs)
        assert one.ask("GET", MANIFEST, User_Agent=AGENT).status == 200
        one.wait_for("requests are served and not logged: open()")
        # A file that is always full.
        one.logs.mkdir()
        day = datetime.now(UTC).date()
        for name in (day, day + timedelta(days=1)):
            (one.logs / f"access-{name}.log").symlink_to("/dev/full")
        assert one.ask("GET", MANIFEST, User_Agent=AGENT).status == 200
        said = one.wait_for("No space left on device")
        assert "client" not in said
        assert "127.0.0.1" not in said
