"""nginx's configuration as one text, and nginx's own word on it."""

from __future__ import annotations

import os
import shutil
import string
import subprocess
from collections.abc import Set
from pathlib import Path

from gateway.routes import maps
from gateway.settings import Settings, SettingsError

HERE = Path(__file__).parent
CHECK_S = 30
# Where no registry stands behind all names, the gateway itself says that it is one.
_PING = """
        location = /v2/ {
            default_type application/json;
            add_header Docker-Distribution-Api-Version registry/2.0 always;%s
            return 200 '{}';
        }
"""
# A client fetches its token at the address that the ping names, for all repositories: at the gateway.
_CHALLENGE = """
            add_header WWW-Authenticate $gateway_realm always;
            if ($follows_redirects = "ping") {
                return 307 $first_registry$request_uri;
            }
            if ($authorization_kind != "bearer") {
                return 401 '{"errors":[{"code":"UNAUTHORIZED","message":"a token is needed"}]}';
            }"""


class _Template(string.Template):
    """nginx's own variables begin with $."""

    delimiter = "%"


def render(settings: Settings, state: Path, source: Path, down: Set[str] = frozenset()) -> str:
    """The whole of nginx.conf.

    `state`: where nginx keeps its pid and temporary files; `source`: the file of settings, named on top;
    `down`: registries that do not answer (gateway/routes.py).
    """
    template = _Template((HERE / "templates" / "nginx.conf").read_text(encoding="utf-8"))
    routing = (HERE / "templates" / "routing.conf").read_text(encoding="utf-8")
    return template.substitute(
        settings=source.name,
        state=state,
        user=f"user {settings.user};" if settings.user else "",
        log_format=HERE / "log_format.conf",
        routes=f"{maps(settings, down)}\n{routing}",
        resolver=settings.resolver,
        listen=f"{settings.listen} ssl http2" if settings.certificate else settings.listen,
        tls=_tls(settings),
        logs=settings.logs,
        slow_after_s=settings.slow_after_s,
        ping=_ping(settings),
    )


def check(text: str, folder: Path) -> Path:
    """Ask nginx whether a configuration is good; the file it read. Raises SettingsError with its words."""
    candidate = folder / "nginx.conf.next"
    candidate.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program(), "-t", "-q", "-e", "stderr", "-c", str(candidate)],
        capture_output=True,
        text=True,
        check=False,
        timeout=CHECK_S,
    )
    if done.returncode:
        raise SettingsError(f"nginx refuses the configuration: {done.stderr.strip()}")
    return candidate


def program() -> str:
    """nginx; Debian keeps it where only root's PATH leads. Raises SettingsError where there is none."""
    found = shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"]))
    if not found:
        raise SettingsError("nginx is not installed: apt-get install nginx-light, or use gateway/Dockerfile")
    return found


def _ping(settings: Settings) -> str:
    """The gateway answers pings itself where there are names without a registry, or tokens are needed."""
    if settings.demands_tokens:
        return _PING % _CHALLENGE
    return "" if settings.everything_else else _PING % ""


def _tls(settings: Settings) -> str:
    if not settings.certificate:
        return ""
    return (
        f"        ssl_certificate {settings.certificate};\n"
        f"        ssl_certificate_key {settings.certificate_key};\n"
        "        ssl_protocols TLSv1.2 TLSv1.3;"
    )
