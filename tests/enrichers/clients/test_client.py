"""The client rules against the field reference's rows, the recorded corpus and hostile text."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from enrichers.clients import rules as rules_module
from enrichers.clients.client import COLUMNS, LONGEST_AGENT, UNKNOWN, Client, classify, describe, rule_of
from enrichers.clients.rules import ClientRule, SeedError, client_rules
from enrichers.reference.seeds import read_seed
from tests.support import cpu

FIXTURE = Path(__file__).resolve().parents[2] / "data" / "clients" / "user_agents.csv"
# Written by hand from the table of client formats and their sources (seeds/clients.csv names them): the
# example of each of its rows, and three variants of it or more: other versions, machines, escapings.
CASES = list(csv.DictReader(FIXTURE.open(encoding="utf-8", newline="")))
# In the unit of tests.support.cpu.
LITTLE = 2
SEED = {row["rule"]: row for row in read_seed("clients")}

# By hand, from the recording: which program sent what (truth.json names it for each scenario).
DOCKER = "docker/20.10.24+dfsg1 go/go1.19.8 git-commit/5d6db84 kernel/6.18.44-fc-v595 os/linux arch/amd64"
CORPUS = {
    "containerd/1.6.20~ds1": Client("containerd", "1.6.20~ds1", "runtime_k8s"),
    "skopeo/1.9.3": Client("skopeo", "1.9.3", "copy_inspect"),
    f"{DOCKER} UpstreamClient(Docker-Client/20.10.24+dfsg1 \\(linux\\))": Client(
        "docker", "20.10.24+dfsg1", "runtime", "linux", "linux", "amd64", "generic"
    ),
    "containers/5.23.1 (github.com/containers/image)": Client("podman", "5.23.1", "runtime"),
    "Buildah/1.28.2": Client("buildah", "1.28.2", "build"),
    "crane/(devel) go-containerregistry/(devel)": Client("crane", "devel", "copy_inspect"),
    f"{DOCKER} UpstreamClient(docker-compose/1.29.2 docker-py/5.0.3 Linux/6.18.44-fc-v595)": Client(
        "docker-compose", "1.29.2", "dev_runtime", "linux", "linux", "amd64", "generic"
    ),
    "python-requests/2.34.2": Client("python-requests", "2.34.2", "generic_lib"),
    "Docker-Client/20.10.24+dfsg1 (linux)": Client(
        "docker-cli", "20.10.24+dfsg1", "copy_inspect", None, "linux"
    ),
    "": UNKNOWN,
}  # fmt: skip


def cost(agent: str, rules: tuple[ClientRule, ...] | None = None) -> float:
    """CPU time of one description, in the unit of tests.support.cpu."""
    return cpu.ratio(lambda: describe(agent, rules))


def wrong_rules(rules: tuple[ClientRule, ...]) -> list[str]:
    """The agents of the fixture that another rule than theirs decides."""
    return [case["user_agent"] for case in CASES if rule_of(case["user_agent"], rules) != case["rule"]]


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['reference'][:24]}-{case['user_agent'][:40]}"
)
def test_every_reference_row_is_told(case: dict[str, str]) -> None:
    rule = rule_of(case["user_agent"])
    assert rule == case["rule"]
    found = describe(case["user_agent"])
    expected = {column: case[column] or None for column in COLUMNS if column != "kernel_hint"}
    assert {column: getattr(found, column) for column in expected} == expected


def test_fixture_has_every_row_with_its_example_and_three_variants() -> None:
    rows = [case for case in CASES if case["kind"] != "added"]
    kinds = Counter((case["reference"], case["kind"]) for case in rows)
    references = {case["reference"] for case in rows}
    assert len(references) == 54
    assert all(kinds[name, "example"] == 1 and kinds[name, "variant"] >= 3 for name in references)


def test_an_example_is_decided_by_a_rule_of_its_own_row() -> None:
    examples = [case for case in CASES if case["kind"] == "example"]
    strays = [
        case["reference"]
        for case in examples
        if case["reference"] not in SEED[rule_of(case["user_agent"]) or ""]["reference"].split(" | ")
    ]
    assert strays == []


def test_only_what_a_user_agent_cannot_tell_shares_a_rule() -> None:
    shared = [row["reference"].split(" | ") for row in SEED.values() if " | " in row["reference"]]
    assert sorted(shared) == [
        ["containerd (CRI, ctr, nerdctl, k3s, EKS, GKE...)", "stargz / lazy pull", "nerdctl"],
        [
            "docker via Go API client (nomad, gitlab-runner, drone, portainer, watchtower pull, cri-dockerd)",
            "watchtower <1.1",
        ],
        ["kaniko pull", "flux image-reflector, tekton, other ggcr"],
    ]


def test_each_rule_decides_its_own_example() -> None:
    assert {name: rule_of(row["example"]) for name, row in SEED.items()} == {name: name for name in SEED}


def test_the_order_of_the_rules_matters() -> None:
    assert wrong_rules(client_rules()) == []
    assert len(wrong_rules(tuple(reversed(client_rules())))) > 20


@pytest.mark.parametrize("rule", ["docker-desktop-containerd", "cri-o-doubled", "docker-legacy"])
def test_a_missing_rule_is_noticed(rule: str) -> None:
    assert wrong_rules(tuple(found for found in client_rules() if found.rule != rule))


def test_recorded_agents(corpus: Path) -> None:
    lines = [line for path in (corpus / "scenarios").glob("*.jsonl") for line in path.open(encoding="utf-8")]
    agents = {json.loads(line)["user_agent"] for line in lines}
    assert {agent: describe(agent) for agent in agents} == CORPUS


def test_libraries_stay_unidentified() -> None:
    agents = [
        "Go-http-client/1.1",
        "Go-http-client/2.0",
        "go-containerregistry/v0.20.2",
        "python-requests/2.32.3",
        "axios/1.7.9",
        "rest-client/2.1.0 (linux-gnu x86_64) ruby/3.4.1p0",
        "Needle/3.3.1 (Node.js v20.11.0; linux x64)",
    ]
    assert {describe(agent).client_category for agent in agents} == {"generic_lib"}


@pytest.mark.parametrize(
    "agent",
    [
        None,
        float("nan"),
        "",
        "-",
        " ",
        "something/1.0",
        "docker",
        "docker/27.1.1",
        "notcrane/v1 go-http/1",
        "containerd/1.7.0 extra",
        "Docker-Client/28.2.2 (linux) and more",
        "containerd/1.7.0\nX-Injected: 1",
        "containerd/1.7.0\\x0aX",
        "containerd/" + "1" * LONGEST_AGENT,
    ],
)
def test_unknown_is_null(agent: object) -> None:
    assert describe(agent) == UNKNOWN
    assert rule_of(agent) is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("v1.7.21", "1.7.21"),
        ("1.7.21", "1.7.21"),
        ("1.7.12-0ubuntu1~22.04.1", "1.7.12-0ubuntu1~22.04.1"),
        ("1.34.0-dev-rhaos4.21.abcdef", "1.34.0-dev-rhaos4.21.abcdef"),
        ("v0.0.0-20240101120000-0123456789ab", "0.0.0-20240101120000-0123456789ab"),
        ("2.0rc1", "2.0rc1"),
        ("1.2-2024-01-02", "1.2-2024-01-02"),
        ("2024-01-02-3", "2024-01-02-3"),
        ("1.2" + ".3" * 31, None),
        # What a key, a digest or an address looks like.
        ("0aGVsbG8gd29ybGQgdG9rZW4", None),
        ("1.2.3-ghp_0123456789abcdefghijklmnop", None),
        ("9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c", None),
        ("203-0-113-7.isp.example", None),
        ("1.7_203_0_113_7", None),
        ("2001-db8-77--1", None),
        ("3405803783", None),
        ("someone@example.org", None),
        ("1.0<script>", None),
        ("=HYPERLINK(1)", None),
        ("1.0'--", None),
        ("{{7*7}}", None),
        ("secret-token", None),
        ("1.\u0663", None),
        ("\u0663.1", None),
    ],
)
def test_only_a_version_of_known_form_comes_out(version: str, expected: str | None) -> None:
    found = describe(f"containerd/{version}")
    assert (found.client_name, found.client_version) == ("containerd", expected)


def test_all_else_comes_from_the_seeds() -> None:
    hostile = "docker/27.1.1 go/x kernel/203.0.113.9 os/ali arch/ce UpstreamClient(Docker-Client/1 (mallory))"
    assert describe(hostile) == Client("docker", "27.1.1", "runtime", None, None, None, "generic")


@pytest.mark.parametrize(
    ("kernel", "hint"),
    [
        ("6.5.0-1025-azure", "azure"),
        ("6.8.0-1015-aws", "aws"),
        ("5.10.205-195.804.amzn2.x86_64", "aws"),
        ("6.8.0-1015-gcp", "gcp"),
        ("6.10.14-linuxkit", "linuxkit"),
        ("6.6.87.2-microsoft-standard-WSL2", "wsl2"),
        ("4.19.84-microsoft-standard", "wsl2"),
        ("6.6.31+rpt-rpi-v8", "raspi"),
        ("6.1.21-v7l+", "raspi"),
        ("6.1.0-rpi7-rpi-v8", "raspi"),
        ("6.8.12-4-pve", "pve"),
        ("6.8.0-45-generic", "generic"),
        ("6.8.0-1015-azurelike", "generic"),
        ("weird", None),
    ],
)
def test_kernel_hints(kernel: str, hint: str | None) -> None:
    agent = f"docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/{kernel} os/linux arch/amd64"
    assert describe(agent).kernel_hint == hint


def test_classify_keeps_the_index_and_its_columns() -> None:
    frame = pd.DataFrame({"user_agent": ["skopeo/1.9.3", None, "curl/8.5.0"]}, index=[7, 3, 5])
    found = classify(frame)
    assert list(found.columns) == COLUMNS
    assert list(found.index) == [7, 3, 5]
    assert list(found["client_name"]) == ["skopeo", None, "curl"]
    assert all(found[column].dtype == object for column in COLUMNS)
    assert classify(frame.iloc[:0]).empty


@pytest.mark.parametrize(
    "agent",
    [
        "docker/1 " + "kernel/linuxkit " * 4000,
        "docker/1 " + "UpstreamClient(" * 4000,
        "docker/1 " + "containerd-client/1 storage-driver/1 " * 1700,
        "\\" * 65536,
        "\\x5C" * 16384,
        "Mozilla/5.0 " + "(" * 65536,
        "a/" * 32768 + " go-containerregistry/",
        "Nexus/1 (" + ";" * 65536,
    ],
    ids=lambda agent: agent[:24],
)
def test_hostile_text_costs_little(agent: str) -> None:
    """64 KiB, and the most that is read of it."""
    assert max(cost(agent), cost(agent[:LONGEST_AGENT])) < LITTLE


def test_a_rule_that_backtracks_is_noticed() -> None:
    greedy = ClientRule("greedy", "greedy", "unknown", re.compile(r"\S*\S*\S*!"))
    assert cost("a" * 800, (greedy,)) > LITTLE


def test_many_agents_in_little_time() -> None:
    """A day's distinct agents, 11,000: measured 6 units of tests.support.cpu."""
    agents = [case["user_agent"].replace("1", str(number), 1) for case in CASES for number in range(48)]
    frame = pd.DataFrame({"user_agent": agents})
    assert cpu.ratio(lambda: classify(frame), tries=1) < 60


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            {"position": "10", "rule": "a", "client_name": "a", "client_category": "b", "regex": "("},
            "compile",
        ),
        ({"position": "x", "rule": "a", "client_name": "a", "client_category": "b", "regex": "a"}, "invalid"),
        ({"position": "10", "rule": "a", "client_name": None}, "fields"),
    ],
)
def test_a_broken_row_is_named(row: dict[str, str], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_module, "read_seed", lambda name: (row,))
    with pytest.raises(SeedError, match=rf"seeds/clients\.csv.*{reason}"):
        client_rules.__wrapped__()


def test_a_client_can_pull_or_not_whatever_its_rule() -> None:
    """dbt reads `can_pull` by name: two rules of one name must agree."""
    answers: dict[str, set[str]] = {}
    for row in SEED.values():
        answers.setdefault(row["client_name"], set()).add(row["can_pull"])
    assert {name: found for name, found in answers.items() if len(found) > 1} == {}
    assert set().union(*answers.values()) == {"true", "false"}
    # No store of their own, or metadata only: what they do without a layer is no version check.
    for name in (
        "skopeo",
        "crane",
        "docker-cli",
        "regctl",
        "trivy",
        "grype",
        "diun",
        "renovate",
        "helm",
        "python-requests",
    ):
        assert answers[name] == {"false"}
    # Watchtower looks for an install that has the image, and has its engine pull what changed: what it finds
    # unchanged is a version check of that install. Diun and Renovate only tell a person.
    assert answers["watchtower"] == {"true"}
    for name in (
        "docker",
        "docker-desktop",
        "docker-compose",
        "containerd",
        "cri-o",
        "podman",
        "buildah",
        "buildkit",
    ):
        assert answers[name] == {"true"}
