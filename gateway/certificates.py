"""The gateway's own certificate: has it changed, will clients take it? And whose certificates it takes."""

from __future__ import annotations

import ssl
from pathlib import Path

from gateway.settings import Settings, SettingsError

Stamp = tuple[tuple[int, int, int], ...]
# Flights of a handshake in memory; TLS 1.3 needs three.
FLIGHTS = 6
# Lists of authorities, as Debian and Alpine, Fedora keep them.
LISTS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")


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


def authorities(settings: Settings) -> str:
    """The file of authorities whose word for a registry counts. Raises SettingsError where there is none."""
    own = ssl.get_default_verify_paths().cafile
    found = settings.trusted_certificates or next(
        (name for name in (own, *LISTS) if name and Path(name).exists()), None
    )
    if not found:
        raise SettingsError(
            "this machine has no list of certificate authorities to know a registry by: apt-get install"
            " ca-certificates, or name a file in trusted_certificates"
        )
    return found


def trust(settings: Settings) -> ssl.SSLContext:
    """How the gateway itself asks a registry: as nginx does. Raises SettingsError."""
    try:
        return ssl.create_default_context(cafile=authorities(settings))
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"{authorities(settings)}: this is no list of certificates: {error}") from None


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
