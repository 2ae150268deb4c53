"""nginx's configuration as one text, and nginx's own word on it."""

from __future__ import annotations

import string
import subprocess
from collections.abc import Set
from pathlib import Path

from gateway import modules
from gateway.certificates import authorities
from gateway.routes import maps
from gateway.settings import Settings, SettingsError

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
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

# After the log format, whose own $session_token_hash is empty: the later one of two definitions counts.
_HASHES = """
    js_path %s;
    js_import token_hash.js;
    map "" $token_hash_key {
        default "%s";
    }
    js_set $session_token_hash token_hash.hash;
"""
_REDIS = """
    lua_package_path "%s/?.lua;;";
    lua_shared_dict routes 16m;
    init_worker_by_lua_block {
        require("redis_routes").start({
            host = "%s", port = %d, key = "%s", password = "%s", registries = { %s },
        })
    }
"""
_CHOICE = """
        set $routed_repository "";
        set_by_lua_block $routed_rule { return require("redis_routes").choose(ngx.var) }
"""


# The users' credentials go there: only to who can show that it is the registry.
_TRUST = """
        proxy_ssl_verify on;
        proxy_ssl_verify_depth 9;
        proxy_ssl_trusted_certificate %s;
"""

# Levels of nginx's error log. "crit" tells when the access log cannot be written, and names clients: it is
# for messages.py, which takes them out.
READ, UNREAD = "crit", "emerg"


class _Template(string.Template):
    """nginx's own variables begin with $."""

    delimiter = "%"


def render(
    settings: Settings,
    state: Path,
    source: Path,
    hash_key: str = "",
    down: Set[str] = frozenset(),
    error_level: str = UNREAD,
) -> str:
    """The whole of nginx.conf.

    `state`: where nginx keeps its pid and temporary files; `source`: the file of settings, named on top;
    `hash_key`: of the hashes of tokens in the log (templates/token_hash.js), hexadecimal; without one, or
    without nginx's module for JavaScript, none are logged. `down`: registries that do not answer.
    `error_level`: READ where somebody takes client addresses out of nginx's error log, else UNREAD.
    Raises SettingsError where nginx, a module or a file that the settings need is missing.
    """
    has_hashes = bool(hash_key) and modules.is_there(modules.JAVASCRIPT)
    template = _Template((TEMPLATES / "nginx.conf").read_text(encoding="utf-8"))
    routing = (TEMPLATES / "routing.conf").read_text(encoding="utf-8")
    return template.substitute(
        settings=source.name,
        state=state,
        user=f"user {settings.user};" if settings.user else "",
        modules=modules.loaded(settings, has_hashes),
        token_hash=_HASHES % (TEMPLATES, hash_key) if has_hashes else "",
        redis=_redis(settings),
        redis_choice=_CHOICE if settings.redis else "",
        log_format=HERE / "log_format.conf",
        routes=f"{maps(settings, down)}\n{routing}",
        resolver=settings.resolver,
        error_level=error_level,
        listen=_listen(settings),
        trust=_trust(settings),
        tls=_tls(settings),
        logs=settings.logs,
        slow_after_s=settings.slow_after_s,
        ping=_ping(settings),
    )


def check(text: str, folder: Path) -> Path:
    """Ask nginx whether a configuration is good; the file it read. Raises SettingsError with its words."""
    candidate = folder / "nginx.conf.next"
    candidate.unlink(missing_ok=True)
    candidate.touch(0o600)
    # It holds credentials and keys: nginx's first process reads it, nobody else has to.
    candidate.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [modules.program(), "-t", "-q", "-e", "stderr", "-c", str(candidate)],
        capture_output=True,
        text=True,
        check=False,
        timeout=CHECK_S,
    )
    if done.returncode:
        raise SettingsError(f"nginx refuses the configuration: {done.stderr.strip()}")
    return candidate


def _ping(settings: Settings) -> str:
    """The gateway answers pings itself where there are names without a registry, or tokens are needed."""
    if settings.demands_tokens:
        return _PING % _CHALLENGE
    return "" if settings.everything_else else _PING % ""


def _redis(settings: Settings) -> str:
    redis = settings.redis
    if not redis:
        return ""
    registries = ", ".join(f'["{registry.name}"] = true' for registry in settings.registries)
    return _REDIS % (TEMPLATES, redis.host, redis.port, redis.key, redis.password, registries)


def _listen(settings: Settings) -> str:
    """All addresses of IPv6 are all of IPv4 too: one word for both."""
    both = " ipv6only=off" if settings.listen.startswith("[::]:") else ""
    return f"{settings.listen}{both}{' ssl http2' if settings.certificate else ''}"


def _trust(settings: Settings) -> str:
    addresses = [address for registry in settings.registries for address in (registry.url, registry.token)]
    if not any(address and address.startswith("https:") for address in addresses):
        return ""
    return _TRUST % authorities(settings)


def _tls(settings: Settings) -> str:
    if not settings.certificate:
        return ""
    return (
        f"        ssl_certificate {settings.certificate};\n"
        f"        ssl_certificate_key {settings.certificate_key};\n"
        "        ssl_protocols TLSv1.2 TLSv1.3;"
    )
