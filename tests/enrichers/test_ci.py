"""Verdicts on CI: from an address only in an exclusive range, and never without a reason."""

from __future__ import annotations

from ipaddress import ip_network

import pandas as pd
import pytest

from enrichers import ci as ci_module
from enrichers.ci import COLUMNS, CONDITIONS, VERDICTS, CiRule, ci_rules, decide, judge
from enrichers.clients.client import classify
from enrichers.clients.rules import SeedError
from enrichers.reference.reference_set import ReferenceSet
from enrichers.reference.seeds import read_seed

REFERENCE = ReferenceSet(files=[], datasets={})
AZURE = "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.8.0-1015-azure os/linux arch/amd64"
PLAIN = "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.8.0-45-generic os/linux arch/amd64"
CLI = " UpstreamClient(Docker-Client/27.3.1 \\(linux\\))"
WOODPECKER = PLAIN + " UpstreamClient(Woodpecker/3.0.1 \\(backend-docker\\))"
DESKTOP = PLAIN.replace("45-generic", "linuxkit") + " UpstreamClient(Docker-Client/27.3.1 \\(darwin\\))"


def keys_of(*rows: tuple[str | None, str | None, str | None]) -> pd.DataFrame:
    """Keys as the pipeline joins them: (user_agent, cloud_provider, address) and the client's columns."""
    keys = pd.DataFrame(rows, columns=["user_agent", "cloud_provider", "address"], dtype=object)
    return pd.concat([keys, classify(keys)], axis=1)


@pytest.mark.parametrize(
    ("agent", "cloud", "address", "verdict", "provider", "word"),
    [
        # Names itself; the address does not matter.
        (WOODPECKER, None, "192.0.2.1", "yes", "woodpecker", "Woodpecker"),
        (WOODPECKER, None, None, "yes", "woodpecker", "Woodpecker"),
        # Tests run on workstations too, wherever the machine is.
        (AZURE + " UpstreamClient(tc-java/1.20.4)", "azure", "192.0.2.1", "unknown", None, "Testcontainers"),
        (PLAIN + " UpstreamClient(tc-go/0.34.0)", None, "192.0.2.1", "unknown", None, "Testcontainers"),
        # GitHub's runners look like this, and other machines too: being eligible is no proof.
        (AZURE + CLI, "azure", "192.0.2.1", "unknown", None, "GitHub"),
        # The kernel without the cloud, or the cloud without the kernel, says less.
        (AZURE + CLI, None, "192.0.2.1", "no evidence", None, "neither"),
        (PLAIN + CLI, "azure", "192.0.2.1", "no evidence", None, "neither"),
        ("containerd/v1.7.21", "azure", "192.0.2.1", "no evidence", None, "cluster"),
        ("skopeo/1.9.3", "azure", "192.0.2.1", "unknown", None, "no kernel named"),
        ("skopeo/1.9.3", "aws", "192.0.2.1", "no evidence", None, "neither"),
        (DESKTOP, None, "192.0.2.1", "no evidence", None, "Desktop"),
        ("buildkit/v0.16", "aws", "192.0.2.1", "unknown", None, "built"),
        ("skopeo/1.9.3", None, "192.0.2.1", "no evidence", None, "neither"),
        # What is not known is not judged.
        ("Go-http-client/1.1", "azure", "192.0.2.1", "unknown", None, "library"),
        ("something/1", "azure", "192.0.2.1", "unknown", None, "client is not known"),
        (None, None, None, "unknown", None, "client is not known"),
        (PLAIN + CLI, None, None, "unknown", None, "address"),
    ],
)  # fmt: skip
def test_verdicts(
    agent: str | None, cloud: str | None, address: str | None, verdict: str, provider: str | None, word: str
) -> None:
    found = judge(keys_of((agent, cloud, address)), REFERENCE).iloc[0]
    assert (found["ci_verdict"], found["ci_provider"]) == (verdict, provider)
    assert word in found["ci_reason"]


def says_ci_from_a_cloud_alone(rules: tuple[CiRule, ...]) -> bool:
    """Whether some client that does not name a CI system becomes CI by its kernel, cloud or address."""
    evidences = [
        (name, category, kernel, cloud, None, address)
        for name, category in [("docker", "runtime"), ("docker", "runtime_api"), (None, None)]
        for kernel in ("azure", "aws", None)
        for cloud in ("azure", "aws", "gcp", None)
        for address in ("present", None)
    ]
    return any(decide(evidence, rules).ci_verdict == "yes" for evidence in evidences)


def test_a_cloud_alone_is_never_ci() -> None:
    assert not says_ci_from_a_cloud_alone(ci_rules())
    guess = CiRule(
        "guess", ("", "", "", "azure", "", ""), "github-actions", "yes", "CI: it comes from Azure."
    )
    assert says_ci_from_a_cloud_alone((guess, *ci_rules()))


@pytest.mark.parametrize(
    ("address", "provider", "word"),
    [
        # As the lists print them (GitHub's actions_macos; CircleCI's macOS cloud and its fixed addresses)
        ("13.105.117.1", "github-actions", "macOS runners of GitHub"),
        ("13.105.220.189", "github-actions", "macOS runners of GitHub"),
        ("38.23.41.9", "circleci", "macOS machines"),
        ("54.161.182.76", "circleci", "fixed addresses"),
        # Neighbours, Azure's own, CircleCI's core services, nobody's
        *(
            (text, None, None)
            for text in ("13.105.220.190", "13.105.118.1", "4.148.0.9", "18.214.70.5", None)
        ),
    ],
)
def test_only_an_exclusive_range_proves_ci(
    address: str | None, provider: str | None, word: str | None
) -> None:
    found = judge(keys_of(("skopeo/1.9.3", "azure", address)), REFERENCE).iloc[0]
    assert found["ci_provider"] == provider
    assert (found["ci_verdict"] == "yes") == bool(provider)
    assert not word or word in found["ci_reason"]


def test_each_exclusive_range_is_a_network_with_a_rule_and_a_source() -> None:
    rows = read_seed("ci_ranges")
    conditions = {rule.conditions[CONDITIONS.index("ci_range")] for rule in ci_rules()} - {""}
    assert {row["ci_range"] for row in rows} == conditions
    assert all(ip_network(row["cidr"]).is_global and row["source"] and row["as_of"] for row in rows)
    # An exclusive list is short: the one of GitHub's shared runners has more than 5,000 networks.
    assert len(rows) < 100


def test_every_rule_can_decide_and_gives_a_sentence() -> None:
    for rule in ci_rules():
        evidence = tuple(
            None if wanted == "-" else wanted or ("present" if column == "address" else "other")
            for column, wanted in zip(CONDITIONS, rule.conditions, strict=True)
        )
        assert decide(evidence, ci_rules()) == rule
        assert rule.ci_verdict in VERDICTS
        assert rule.ci_reason[0].isupper()
        assert rule.ci_reason.endswith(".")
        assert (rule.ci_provider is not None) == (rule.ci_verdict == "yes")


def test_judge_keeps_the_index_and_its_columns() -> None:
    keys = keys_of(("skopeo/1.9.3", None, "192.0.2.1"), (None, None, None)).set_index(pd.Index([9, 4]))
    # A column without a value arrives from DuckDB as numbers.
    keys["kernel_hint"] = float("nan")
    found = judge(keys, REFERENCE)
    assert list(found.columns) == COLUMNS
    assert list(found.index) == [9, 4]
    assert list(found["ci_verdict"]) == ["no evidence", "unknown"]
    assert judge(keys.iloc[:0], REFERENCE).empty


@pytest.mark.parametrize("changes", [{"ci_verdict": "perhaps"}, {"client_name": "docker"}])
def test_a_broken_seed_is_named(changes: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    last = dict.fromkeys(CONDITIONS, "") | {
        "rule": "other", "ci_provider": "", "ci_verdict": "no evidence", "ci_reason": "No evidence."
    }  # fmt: skip
    monkeypatch.setattr(ci_module, "ordered_seed", lambda name: [last])
    assert [rule.rule for rule in ci_rules.__wrapped__()] == ["other"]
    monkeypatch.setattr(ci_module, "ordered_seed", lambda name: [last | changes])
    with pytest.raises(SeedError, match=r"seeds/ci_rules\.csv"):
        ci_rules.__wrapped__()
