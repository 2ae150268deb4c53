"""The gateway's own certificate: when its files change, and whether clients will take it."""

from __future__ import annotations

import ssl
from pathlib import Path

from gateway.settings import Settings

Stamp = tuple[tuple[int, int, int], ...]
# Flights of a handshake in memory; TLS 1.3 needs three.
FLIGHTS = 6


def stamp(settings: Settings) -> Stamp:
    """What a new file under the old name changes: nginx reads certificates only when it is told to."""
    paths = [Path(name) for name in (settings.certificate, settings.certificate_key) if name]
    stats = [path.stat() for path in paths if path.exists()]
    return tuple((stat.st_mtime_ns, stat.st_ino, stat.st_size) for stat in stats)


def problem(settings: Settings) -> str | None:
    """Why every client refuses the certificate (it has run out, it is not valid yet); None where it is good.

    Found by a handshake in memory with a client that trusts nothing but this certificate; whether the
    clients of this world trust its issuer, and the name in it, is theirs to say.
    """
    certificate, key = settings.certificate, settings.certificate_key
    if not certificate or not key:
        return None
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname = False
    client.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        server.load_cert_chain(certificate, key)
        client.load_verify_locations(certificate)
        _shake_hands(server, client)
    except ssl.SSLCertVerificationError as error:
        return f"{certificate}: clients refuse this certificate: {error.verify_message}"
    except (ssl.SSLError, OSError):
        # nginx says better what is wrong with a file.
        return None
    return None


def _shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    """Raises ssl.SSLCertVerificationError as a client would."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(to_client, to_server, server_side=False),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for flight in range(FLIGHTS):
        try:
            ends[flight % 2].do_handshake()
        except ssl.SSLWantReadError:
            continue
