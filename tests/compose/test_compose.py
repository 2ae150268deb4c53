"""The compose file and the images, read as text: no engine is needed."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

SERVICES = {
    "postgres",
    "airflow-init",
    "api-server",
    "scheduler",
    "dag-processor",
    "triggerer",
    "gateway",
    "dashboard",
    "geoipupdate",
    "registry",
    "redis",
}
# May be empty: that of a service which starts only under its own profile and refuses to run without it, and
# that of a registry which everybody may read.
OPTIONAL_SECRETS = {"GEOIPUPDATE_LICENSE_KEY", "REDIS_PASSWORD", "PULLHOUSE_REGISTRY_PASSWORD"}
# A version for people and a digest: a tag alone is another image tomorrow. Ours are built here.
PINNED = re.compile(r"^(?:[\w./-]+:v?\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}|pullhouse-[a-z]+:\d+\.\d+\.\d+)$")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[-?][^}]*)?}")

Compose = dict[str, Any]


@pytest.fixture(scope="module")
def text(repo_root: Path) -> str:
    return (repo_root / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture
def compose(text: str) -> Compose:
    content: Compose = yaml.safe_load(text)
    return copy.deepcopy(content)


def problems(compose: Compose) -> list[str]:
    """What is wrong with the services, one line each."""
    found = [
        f"{name}: {problem}" for name, service in compose["services"].items() for problem in _of(service)
    ]
    return sorted(found + _volumes(compose))


def _of(service: dict[str, Any]) -> list[str]:
    environment = service.get("environment", {})
    wrong = {
        "open to the network": any(not port.startswith("127.0.0.1:") for port in service.get("ports", [])),
        "another network": service["networks"] != ["pullhouse"] or "network_mode" in service,
        "not pinned": not PINNED.match(service["image"]),
        "root": service.get("user", "0").startswith(("0", "root")),
        "more rights than it needs": service["cap_drop"] != ["ALL"]
        or service["security_opt"] != ["no-new-privileges:true"]
        or "privileged" in service,
        "example DAGs": environment.get("AIRFLOW__CORE__LOAD_EXAMPLES", "False") != "False",
        "a secret in the file": any(
            SECRET_NAME.search(name) and not name.endswith("_FILE") and not VARIABLE.search(str(value))
            for name, value in environment.items()
        ),
    }
    return [problem for problem, is_so in wrong.items() if is_so]


def _volumes(compose: Compose) -> list[str]:
    """Named volumes, but for the gateway's settings; its log goes to the scheduler and to nobody else.

    The data are the scheduler's. The page reads what the group may: it runs as another user of that group, so
    that keys, landing and lake (0700) stay shut.
    """
    mounts = {
        (name, *volume.split(":")) for name, service in compose["services"].items()
        for volume in service.get("volumes", [])
    }  # fmt: skip
    mounts.discard(("gateway", "./config", "/config", "ro"))
    bound = sorted(mount[1] for mount in mounts if mount[1] not in compose["volumes"])
    logs = {mount for mount in mounts if mount[1] == "gateway-logs"}
    private = {(mount[0], *mount[2:]) for mount in mounts if mount[1] == "data"}
    users = [compose["services"][name]["user"].split(":") for name in ("scheduler", "dashboard")]
    wrong = {
        f"not a named volume: {bound}": bool(bound),
        "the gateway's log does not go from the gateway to the scheduler": logs
        != {("gateway", "gateway-logs", "/logs"), ("scheduler", "gateway-logs", "/gateway-logs", "ro")},
        "others than the scheduler and the page see the data": private
        != {("scheduler", "/data"), ("dashboard", "/data", "ro")},
        "the page could read the keys": users[0][0] == users[1][0] or users[0][1] != users[1][1],
    }
    return [problem for problem, is_so in wrong.items() if is_so]


def unsafe_variables(text: str) -> list[str]:
    """Secrets that have a default, or may be empty."""
    return sorted(
        name
        for name, rest in VARIABLE.findall(text)
        if SECRET_NAME.search(name)
        and not rest.startswith(":?")
        and not (name in OPTIONAL_SECRETS and rest == ":-")
    )


def test_exactly_these_services(compose: Compose) -> None:
    assert set(compose["services"]) == SERVICES


def test_the_services_are_closed(compose: Compose) -> None:
    assert problems(compose) == []


def _open_port(services: Compose) -> None:
    services["gateway"]["ports"] = ["5000:8080"]


def _latest(services: Compose) -> None:
    services["postgres"]["image"] = services["postgres"]["image"].partition("@")[0]


def _root(services: Compose) -> None:
    del services["postgres"]["user"]


def _rights(services: Compose) -> None:
    services["gateway"]["cap_drop"] = []


def _examples(services: Compose) -> None:
    services["scheduler"]["environment"]["AIRFLOW__CORE__LOAD_EXAMPLES"] = "True"


def _password(services: Compose) -> None:
    services["postgres"]["environment"]["POSTGRES_PASSWORD"] = "airflow"


def _folder(services: Compose) -> None:
    services["triggerer"]["volumes"] = ["./dags:/dags"]


def _writable_settings(services: Compose) -> None:
    services["gateway"]["volumes"] = ["gateway-logs:/logs", "./config:/config"]


def _shared_data(services: Compose) -> None:
    services["triggerer"]["volumes"] = ["data:/data"]


def _page_of_the_scheduler(services: Compose) -> None:
    services["dashboard"]["user"] = services["scheduler"]["user"]


def _page_that_writes(services: Compose) -> None:
    services["dashboard"]["volumes"] = ["data:/data"]


def _writable_log(services: Compose) -> None:
    services["scheduler"]["volumes"] = ["data:/data", "gateway-logs:/gateway-logs"]


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (_open_port, "gateway: open to the network"),
        (_latest, "postgres: not pinned"),
        (_root, "postgres: root"),
        (_rights, "gateway: more rights than it needs"),
        (_examples, "scheduler: example DAGs"),
        (_password, "postgres: a secret in the file"),
        (_folder, "not a named volume: ['./dags']"),
        (_writable_settings, "not a named volume: ['./config']"),
        (_shared_data, "others than the scheduler and the page see the data"),
        (_page_that_writes, "others than the scheduler and the page see the data"),
        (_page_of_the_scheduler, "the page could read the keys"),
        (_writable_log, "the gateway's log does not go from the gateway to the scheduler"),
    ],
)
def test_a_planted_defect_is_found(compose: Compose, plant: Callable[[Compose], None], found: str) -> None:
    plant(compose["services"])
    assert problems(compose) == [found]


def test_no_secret_has_a_default(text: str) -> None:
    assert unsafe_variables(text) == []
    planted = "${POSTGRES_PASSWORD:-airflow} ${NEW_SECRET} ${GEOIPUPDATE_LICENSE_KEY:-abc}"
    assert unsafe_variables(text + planted) == ["GEOIPUPDATE_LICENSE_KEY", "NEW_SECRET", "POSTGRES_PASSWORD"]


def test_maxminds_updater_starts_only_when_asked_and_shares_one_volume(compose: Compose) -> None:
    """The variables are those of its documentation; nothing else of ours is in its reach."""
    updater = compose["services"]["geoipupdate"]
    assert updater["profiles"] == ["maxmind"]
    assert set(updater["environment"]) == {
        "GEOIPUPDATE_ACCOUNT_ID", "GEOIPUPDATE_LICENSE_KEY", "GEOIPUPDATE_EDITION_IDS",
        "GEOIPUPDATE_FREQUENCY", "GEOIPUPDATE_DB_DIR",
    }  # fmt: skip
    assert updater["volumes"] == ["maxmind:/maxmind"]
    assert "maxmind:/maxmind" in compose["services"]["scheduler"]["volumes"]


def test_what_not_everybody_needs_starts_when_it_is_asked_for(compose: Compose) -> None:
    profiles = {name: service.get("profiles") for name, service in compose["services"].items()}
    assert {name: found for name, found in profiles.items() if found} == {
        "geoipupdate": ["maxmind"], "registry": ["registry"], "redis": ["redis"],
    }  # fmt: skip


def test_the_images_folders_keep_the_page_from_what_is_private(repo_root: Path) -> None:
    """A volume takes the modes of the image's folders."""
    text = (repo_root / "Dockerfile").read_text(encoding="utf-8")
    private = re.search(r"-m 0700 (.+)$", text, re.MULTILINE)
    assert private
    assert set(private[1].split()) == {"/data/keys", "/data/landing", "/data/lake"}


def test_env_example_names_what_must_be_set_and_sets_nothing(repo_root: Path, text: str) -> None:
    required = {name for name, rest in VARIABLE.findall(text) if rest.startswith(":?")}
    # The last one is compose's own.
    optional = {name for name, rest in VARIABLE.findall(text) if rest.startswith(":-")} | {"COMPOSE_PROFILES"}
    lines = (repo_root / ".env.example").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if re.match(r"^\w+=", line)} == {f"{name}=" for name in required}
    named = {found[1] for line in lines if (found := re.match(r"^#(\w+)=", line))}
    assert named == optional


@pytest.mark.parametrize("dockerfile", ["Dockerfile", "gateway/Dockerfile"])
def test_images_are_built_from_pinned_ones_and_do_not_run_as_root(repo_root: Path, dockerfile: str) -> None:
    lines = (repo_root / dockerfile).read_text(encoding="utf-8").splitlines()
    bases = [line.removeprefix("ARG BASE=") for line in lines if line.startswith("ARG BASE=")]
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert [line for line in lines if line.startswith("FROM ")] == ["FROM ${BASE}"]
    assert len(bases) == 1
    assert PINNED.match(bases[0])
    assert users
    assert not users[-1].startswith(("0", "root"))


def test_the_gateways_image_has_all_that_the_gateway_reads(repo_root: Path) -> None:
    """Everything that lies in its room, but what only people read."""
    lines = (repo_root / "gateway" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    patterns = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    room = {path.name for path in (repo_root / "gateway").iterdir() if path.name != "__pycache__"}
    copied = {path.name for pattern in patterns for path in (repo_root / "gateway").glob(pattern.rstrip("/"))}
    assert room - copied == {"Dockerfile", "README.md", "gateway.example.toml"}


def test_what_the_image_copies_is_in_its_context(repo_root: Path) -> None:
    """`.dockerignore` shuts everything out, keys and logs first, and lets in what the Dockerfile copies."""
    ignore = (repo_root / ".dockerignore").read_text(encoding="utf-8").splitlines()
    dockerfile = (repo_root / "Dockerfile").read_text(encoding="utf-8")
    copied = {
        name for line in dockerfile.splitlines() if line.startswith("COPY ") for name in line.split()[1:-1]
    }
    assert "*" in ignore
    assert {line.removeprefix("!") for line in ignore if line.startswith("!")} == copied
    packages = {"ingest", "enrichers", "pipeline", "seeds", "dbt_project", "dags"}
    assert packages <= copied
