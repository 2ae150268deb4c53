"""Write .env with fresh secrets and config/gateway.toml. Usage: scripts/make_env.py [<registry>]."""

from __future__ import annotations

import base64
import os
import re
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "gateway" / "gateway.example.toml"
HERE = ("localhost", "127.0.0.1", "::1")
MAIN = re.compile(r'(^\[registries\.main\]\n(?:(?!\[).*\n)*?url = ")([^"]*)"', re.MULTILINE)


def main(arguments: list[str]) -> int:
    """Secrets are made once and never printed; the registry on the command line is used each time."""
    environment, settings = Path(".env"), Path("config/gateway.toml")
    registry = (arguments[0] if arguments else "").rstrip("/")
    if registry and not _is_address(registry):
        return _wrong(f"REGISTRY={registry} is not a scheme and a host without a path")
    if registry and urlsplit(registry).hostname in HERE:
        return _wrong(
            f"in the gateway's container, {registry} is the container; give the machine's own address"
        )
    registry = registry or _of_before(environment)
    if not settings.exists() and not registry:
        return _wrong("which registry does the gateway stand in front of?")
    if registry and not _write_settings(settings, registry):
        return _wrong(f"{settings} has no [registries.main]: change it there")
    if environment.exists():
        print(".env is there already: its secrets stay.")
        return 0
    _write_secrets(environment)
    return 0


def _is_address(registry: str) -> bool:
    address = urlsplit(registry)
    return address.scheme in ("http", "https") and bool(address.netloc) and not address.path


def _wrong(what: str) -> int:
    print(f"pullhouse: {what}. Say make up REGISTRY=https://registry.example.com", file=sys.stderr)
    return 2


def _of_before(environment: Path) -> str:
    """The registry that a .env of before gateway.toml names, unless gateway.toml is there."""
    if Path("config/gateway.toml").exists() or not environment.exists():
        return ""
    found = re.search(r"^GATEWAY_REGISTRY=(\S+)$", environment.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found and _is_address(found[1]) else ""


def _write_settings(settings: Path, registry: str) -> bool:
    """Put this registry into the present file, or the example, as "main"; whether there is such a place."""
    text = (settings if settings.exists() else EXAMPLE).read_text(encoding="utf-8")
    found = MAIN.search(text)
    if not found:
        return False
    if settings.exists() and found[2] == registry:
        return True
    text = MAIN.sub(lambda match: f'{match[1]}{registry}"', text, count=1)
    # A container of ours: the gateway's clients do not know its name, and cannot be sent there.
    if not settings.exists() and "." not in (urlsplit(registry).hostname or ""):
        text = text.replace('redirect = "blobs"', 'redirect = "none"', 1)
    settings.parent.mkdir(exist_ok=True)
    new = settings.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(settings)
    print(f"{settings}: the gateway stands in front of {registry}.")
    return True


def _write_secrets(environment: Path) -> None:
    values = {
        "POSTGRES_PASSWORD": secrets.token_urlsafe(48),
        "AIRFLOW_JWT_SECRET": secrets.token_urlsafe(64),
        "AIRFLOW_SECRET_KEY": secrets.token_urlsafe(64),
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "REDIS_PASSWORD": secrets.token_urlsafe(24),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(18),
    }
    handle = os.open(environment, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    print("Wrote .env with fresh secrets; Airflow's user is admin, its password stands there.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
