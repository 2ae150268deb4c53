"""Write .env for docker-compose.yml with fresh secrets. Usage: scripts/make_env.py <registry>."""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit


def main(arguments: list[str]) -> int:
    """Write the file unless it is there; secrets are made once and never printed."""
    target = Path(".env")
    if target.exists():
        print(".env is there already: it is used as it is.")
        return 0
    registry = arguments[0] if arguments else ""
    address = urlsplit(registry)
    if address.scheme not in ("http", "https") or not address.netloc or address.path.strip("/"):
        print(
            "pullhouse: which registry does the gateway stand in front of? make up REGISTRY=https://registry.example.com"
            " (a scheme and a host, no path)",
            file=sys.stderr,
        )
        return 2
    values = {
        "GATEWAY_REGISTRY": registry.rstrip("/"),
        "POSTGRES_PASSWORD": secrets.token_urlsafe(48),
        "AIRFLOW_JWT_SECRET": secrets.token_urlsafe(64),
        "AIRFLOW_SECRET_KEY": secrets.token_urlsafe(64),
        "AIRFLOW_FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "AIRFLOW_ADMIN_PASSWORD": secrets.token_urlsafe(18),
    }
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    print("Wrote .env with fresh secrets; Airflow's user is admin, its password stands there.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
