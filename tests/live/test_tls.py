"""The gateway speaks TLS and HTTP/2 itself: real clients pull and push; certificates are renewed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.live.gateway import GATEWAY, PATIENCE_S, Gateway, started
from tests.live.lab import registry
from tests.live.lab.images import DOCKER, OCI, Pusher
from tests.live.lab.registry import Registry
from tests.support.certificates import write_certificate

pytestmark = pytest.mark.live

NOW = datetime.now(UTC)
SOON, PAST = NOW + timedelta(days=2), NOW - timedelta(days=1)
RULE = """
[registries.main]
url = "{url}"
[repositories."*"]
registry = "main"
redirect = "blobs"
[repositories."team/*"]
registry = "main"
repository = "acme/deep/*"
redirect = "none"
"""


@dataclass
class Lab:
    gateway: Gateway
    registry: Registry
    # What clients trust; skopeo and docker read a folder of ca.crt.
    trusted: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = write_certificate(folder / "own", SOON)
    trusted = folder / "trusted"
    trusted.mkdir()
    shutil.copy(certificate, trusted / "ca.crt")
    with registry.running(folder / "registry") as main:
        Pusher(main.url).image("acme/app", "1.0", 1)
        head = f'certificate = "{certificate}"\ncertificate_key = "{key}"\n'
        with started(folder / "gateway", head + RULE.format(url=main.url)) as gateway:
            yield Lab(gateway, main, trusted)


def curl(lab: Lab, *words: str) -> subprocess.CompletedProcess[str]:
    ca = str(lab.trusted / "ca.crt")
    shown = "%{http_version} %{http_code}"
    url = f"https://127.0.0.1:{lab.gateway.port}/v2/acme/app/manifests/1.0"
    accept = f"Accept: {OCI.index}"
    return lab.run("curl", "-sS", "--cacert", ca, "-H", accept, "-o", "/dev/null", "-w", shown, *words, url)


@pytest.mark.parametrize(("option", "protocol"), [("--http2", "HTTP/2.0"), ("--http1.1", "HTTP/1.1")])
def test_both_protocols_are_spoken_and_logged(lab: Lab, option: str, protocol: str) -> None:
    answered = curl(lab, option)
    assert answered.stdout == f"{protocol.removeprefix('HTTP/').removesuffix('.0')} 200", answered.stderr
    line = lab.gateway.lines()[-1]
    assert (line["protocol"], line["scheme"], line["status"]) == (protocol, "https", "200")


def test_old_protocols_are_refused(lab: Lab) -> None:
    assert curl(lab, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0").returncode != 0


def test_real_clients_push_and_pull(lab: Lab, tmp_path: Path) -> None:
    """A push goes through whole, under the name that the client knows; the layers are there afterwards."""
    certs = str(lab.trusted)
    at = f"docker://127.0.0.1:{lab.gateway.port}"
    taken = lab.run("skopeo", "copy", "--src-cert-dir", certs, f"{at}/acme/app:1.0", f"dir:{tmp_path}/image")
    assert taken.returncode == 0, taken.stderr
    pushed = lab.run(
        "skopeo", "copy", "--dest-cert-dir", certs, f"dir:{tmp_path}/image", f"{at}/team/tool:2.0"
    )
    assert pushed.returncode == 0, pushed.stderr
    there = lab.run(
        "skopeo", "copy", "--src-tls-verify=false",
        f"docker://{lab.registry.url.removeprefix('http://')}/acme/deep/tool:2.0", f"dir:{tmp_path}/there",
    )  # fmt: skip
    assert there.returncode == 0, there.stderr
    written = {
        (line["method"], line["status"])
        for line in lab.gateway.lines()
        if "/v2/team/tool/" in line["request_uri"]
    }
    assert {("POST", "202"), ("PATCH", "202"), ("PUT", "201")} <= written
    assert ("GET", "307") not in written


def test_podman_pushes_and_pulls(lab: Lab, tmp_path: Path) -> None:
    store = ["--root", str(tmp_path / "root"), "--runroot", f"/tmp/pullhouse-tls-{lab.gateway.port}"]
    podman = ["podman", *store, "--storage-driver", "vfs"]
    at = f"127.0.0.1:{lab.gateway.port}"
    certs = f"--cert-dir={lab.trusted}"
    for command in (
        [*podman, "pull", "-q", certs, f"{at}/acme/app:1.0"],
        [*podman, "push", "-q", certs, f"{at}/acme/app:1.0", f"{at}/team/podman:1.0"],
        [*podman, "rmi", "-f", f"{at}/acme/app:1.0"],
        [*podman, "pull", "-q", certs, f"{at}/team/podman:1.0"],
    ):
        done = lab.run(*command)
        assert done.returncode == 0, f"{command}: {done.stderr}"


def test_charliecloud_pulls(lab: Lab, tmp_path: Path) -> None:
    """It insists on TLS, and knows no index of the OCI's."""
    Pusher(lab.registry.url).image("acme/charlie", "1.0", 9, DOCKER)
    image = f"127.0.0.1:{lab.gateway.port}/acme/charlie:1.0"
    store = ["ch-image", "--storage", str(tmp_path / "store"), "--no-cache"]
    trust = f"REQUESTS_CA_BUNDLE={lab.trusted}/ca.crt"
    done = lab.run("env", trust, "USER=root", "PATH=/usr/bin:/bin:/usr/sbin", *store, "pull", image)
    assert done.returncode == 0, done.stderr
    taken = [line for line in lab.gateway.lines() if "/acme/charlie/blobs/" in line["request_uri"]]
    assert {line["status"] for line in taken} == {"200"}
    assert all("Charliecloud" in line["user_agent"] or "requests" in line["user_agent"] for line in taken)


def test_a_renewed_certificate_is_used_and_an_old_one_is_said(lab: Lab, tmp_path: Path) -> None:
    """A half that does not fit is not used; the other half a moment later is."""
    own = lab.trusted.parent / "own"
    new, key = write_certificate(tmp_path / "new", SOON)
    shutil.copy(new, own / "certificate.pem")
    lab.gateway.wait_for("key values mismatch")
    assert curl(lab).returncode == 0
    shutil.copy(key, own / "key.pem")
    lab.gateway.wait_for("the certificate has changed and is in use")
    shutil.copy(new, lab.trusted / "ca.crt")
    _until_taken(lab)

    old, key = write_certificate(tmp_path / "old", PAST)
    shutil.copy(key, own / "key.pem")
    shutil.copy(old, own / "certificate.pem")
    lab.gateway.wait_for(f"{own}/certificate.pem: clients refuse this certificate: certificate has expired")
    shutil.copy(old, lab.trusted / "ca.crt")
    probe = [
        "env", f"SSL_CERT_FILE={old}", sys.executable, "-m", "gateway", "probe",
        f"https://127.0.0.1:{lab.gateway.port}/acme/app:1.0",
    ]  # fmt: skip
    said = "its certificate is refused (certificate has expired)"
    _until(lambda: said in lab.run(*probe).stdout)
    assert lab.run(*probe).returncode == 2


def _until_taken(lab: Lab) -> None:
    _until(lambda: curl(lab).returncode == 0)


def _until(holds: Callable[[], bool]) -> None:
    """nginx's workers change one after the other, a moment after the gateway has told them to."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_check_says_what_clients_will_say(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path / "old", PAST)
    settings = tmp_path / "gateway.toml"
    head = f'listen = "127.0.0.1:1"\nlogs = "{tmp_path}"\nresolver = "127.0.0.1"\n'
    head += f'certificate = "{certificate}"\ncertificate_key = "{key}"\n'
    settings.write_text(head + RULE.format(url="http://a.example"), "utf-8")
    command = [
        sys.executable,
        "-m",
        "gateway",
        "check",
        "--settings",
        str(settings),
        "--state",
        str(tmp_path / "s"),
    ]
    done = subprocess.run(command, cwd=GATEWAY.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, "clients refuse this certificate: certificate has expired" in done.stdout) == (
        2,
        True,
    )
