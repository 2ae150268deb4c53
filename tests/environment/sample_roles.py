"""What the roles of the bundled sample's cast are, by hand.

None: none of the four, or nobody can say; then every label counts as wrong.
"""

from __future__ import annotations

import pandas as pd

from enrichers.identity import KeyRing, pseudonymise
from samples.origins import make_origins
from tests.environment.judging import Row
from tests.support.warehouse import Warehouse

ENVIRONMENTS = {
    "ci": (
        "hosted runner", "macOS runner", "woodpecker", "buildah job", "BuildKit job", "classic builder",
        "unnamed build tool", "skopeo job",
    ),
    "production": (
        "deploy controller", "podman timer, half-hourly", "podman timer, hourly", "home server", "cluster",
        "arm64 cluster", "cluster pinned by digest", "edge cluster", "edge cluster as recorded",
        "cluster on a token gateway", "cri-o cluster", "swarm", "fleet behind one address",
        "cluster with a wrong tag", "cluster importing all platforms",
    ),
    "workstation": (
        "Mac", "Windows machine", "linux workstation", "podman beside docker", "podman laptop",
        "nerdctl user", "compose user", "office", "university", "docker through a redirect",
        "podman through a redirect", "docker on a token gateway", "docker over TLS", "plain port",
        "curious user", "wrong tag",
    ),
    None: (
        "home-made checker", "blobs by redirect", "mirror", "skopeo elsewhere", "nightly scanner",
        "release watcher", "chart user", "slow line", "crane against a redirect",
    ),
}  # fmt: skip
TRUTH = {role: environment for environment, roles in ENVIRONMENTS.items() for role in roles}
TIMERS = ("deploy controller", "podman timer, half-hourly", "podman timer, hourly")


def judged(warehouse: Warehouse) -> list[tuple[str, Row]]:
    """(role, (truth, environment, confidence)) of each download and version check of the sample's cast."""
    origins = pd.DataFrame(
        [(origin.role.name, origin.address, "2026") for origin in make_origins()],
        columns=["role", "address", "identity_epoch"],
        dtype=object,
    )
    for column in ("client_name", "engine_os", "client_os", "architecture"):
        origins[column] = pd.Series(None, index=origins.index, dtype=object)
    ring = KeyRing(warehouse.settings.keys, warehouse.settings.identity_epoch)
    origins["endpoint_id"] = pseudonymise(origins, ring, bytes(32))["endpoint_id"]
    roles = dict(zip(origins["endpoint_id"], origins["role"], strict=True))
    rows = warehouse.query(
        "select endpoint_id, environment, environment_confidence from fct_pulls"
        " where outcome in ('download', 'version_check')"
    )
    return [(roles[key], (TRUTH[roles[key]], *found)) for key, *found in rows if key in roles]  # type: ignore[misc]
