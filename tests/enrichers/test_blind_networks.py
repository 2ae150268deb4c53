"""Networks that were written down before anybody looked at the AS table or the seeds.

tests/data/networks/blind.csv: 507 businesses and 247 networks that must never be named (residential, hosting,
CDN, VPN, DNS, exchange, research, university, government) were listed from memory, with the AS number where
it was known, and split at random into two halves; then each was looked up in the bundled table. Left out:
those without an AS there.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from enrichers import network, operator_names
from enrichers.reference import ReferenceSet

# What each kind may be called. `unknown` is always allowed; an exchange has no type of its own.
TYPES = {
    "business": {"business"},
    "residential": {"isp", "mobile_isp"},
    "hosting": {"hosting", "cloud"},
    "cdn": {"cdn", "hosting", "cloud"},
    "vpn": {"vpn_proxy"},
    "dns": {"anycast_dns", "cdn", "vpn_proxy"},
    "exchange": {"isp", "anycast_dns"},
    "education": {"education", "nren"},
    "government": {"government"},
}


@dataclass
class Score:
    """What was found: businesses, those named rightly, false companies, false and said types."""

    businesses: int = 0
    named: int = 0
    false_companies: list[str] = field(default_factory=list)
    false_types: list[str] = field(default_factory=list)
    typed: int = 0

    @property
    def recall(self) -> float:
        return self.named / self.businesses


@pytest.fixture(scope="module")
def blind(repo_root: Path) -> list[dict[str, str]]:
    path = repo_root / "tests" / "data" / "networks" / "blind.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def score(rows: list[dict[str, str]]) -> Score:
    addresses = pd.DataFrame({"address": [row["address"] for row in rows]})
    found = network.describe(addresses, ReferenceSet.open(Path("no-such-folder"), None))
    assert found["asn"].tolist() == [int(row["asn"]) for row in rows]
    result = Score()
    for row, company, kind in zip(rows, found["company"], found["network_type"], strict=True):
        texts = row["company"].casefold().split("|") if row["company"] else []
        is_right = company is not None and any(text in company.casefold() for text in texts)
        result.businesses += bool(texts)
        result.named += is_right
        result.typed += kind != "unknown"
        if company is not None and not is_right:
            result.false_companies.append(f"{row['network']}: {company}")
        if kind not in {"unknown", *TYPES[row["kind"]]}:
            result.false_types.append(f"{row['network']}: {kind}")
    return result


def half(blind: list[dict[str, str]], name: str) -> list[dict[str, str]]:
    return [row for row in blind if row["half"] == name]


def test_each_network_is_listed_once_and_says_how_it_was_found(blind: list[dict[str, str]]) -> None:
    assert len({row["asn"] for row in blind}) == len(blind)
    assert {row["kind"] for row in blind} == set(TYPES)
    assert all(row["source"] and row["network"] for row in blind)
    assert all(bool(row["company"]) == (row["kind"] == "business") for row in blind)


def test_the_development_half(blind: list[dict[str, str]]) -> None:
    found = score(half(blind, "development"))
    assert found.false_companies == []
    assert found.recall >= 0.83


@pytest.fixture
def _without_memory() -> None:
    operator_names.operator_of.cache_clear()


@pytest.mark.usefixtures("_without_memory")
def test_naming_every_operator_would_be_found(
    blind: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: any name that tells nothing is taken for a company's."""
    monkeypatch.setattr(operator_names, "trade_of", lambda text: True)
    found = score(half(blind, "development"))
    operator_names.operator_of.cache_clear()
    assert len(found.false_companies) >= 5
