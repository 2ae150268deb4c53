"""A token service on 127.0.0.3: gives anybody the bearer token of distribution's specification."""

from __future__ import annotations

import base64
import datetime
import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.3"
ISSUER, SERVICE = "lab-issuer", "lab-registry"


@dataclass
class TokenService:
    """A running service; `asked`: the scopes of each request."""

    url: str
    certificate: Path
    asked: list[list[str]]
    service: str = SERVICE
    issuer: str = ISSUER


@contextmanager
def running(folder: Path) -> Iterator[TokenService]:
    """Start one, with a certificate of its own that the registry trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key)
    path = folder / "token.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    chain = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
    asked: list[list[str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            scopes = [
                scope
                for text in parse_qs(urlsplit(self.path).query).get("scope", [])
                for scope in text.split()
            ]
            asked.append(scopes)
            token = jwt.encode(_claims(scopes), key, algorithm="ES256", headers={"x5c": [chain]})
            body = json.dumps({"token": token, "access_token": token, "expires_in": 300}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield TokenService(f"http://{HOST}:{server.server_port}", path, asked)
        server.shutdown()


def _claims(scopes: list[str]) -> dict[str, object]:
    """What was asked for is granted, as far as it is pulling or pushing a repository."""
    now = int(time.time())
    access = []
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        access.append({"type": kind, "name": name, "actions": actions.split(",")})
    return {
        "iss": ISSUER, "sub": "", "aud": SERVICE, "exp": now + 300, "nbf": now - 60, "iat": now,
        "jti": uuid.uuid4().hex, "access": access,
    }  # fmt: skip


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab")])
    today = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today - datetime.timedelta(days=1))
    builder = builder.not_valid_after(today + datetime.timedelta(days=1))
    return builder.sign(key, hashes.SHA256())
