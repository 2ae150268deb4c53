"""Networks whose holders are known from elsewhere, against what the bundled data and the seeds say of them.

tests/data/networks/labelled.csv: an address, what its network is and, for a business with a network of its
own, a text that must be in the company's name. The label is public knowledge about the operator (its own site
is the source); the address lies inside a range that its network announces. A miss costs recall, a false name
is an error.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from enrichers.networks import name_rules, network, operator_names
from enrichers.reference.reference_set import ReferenceSet
from enrichers.reference.seeds import read_seed

# What each kind may be called; `unknown` is always allowed, a company never is but for a business.
TYPES = {
    "residential": {"isp", "mobile_isp"},
    "hosting": {"hosting", "cloud"},
    "cloud": {"cloud", "hosting", "cdn"},
    "vpn": {"vpn_proxy"},
    "education": {"education", "nren"},
    "government": {"government"},
    "dns": {"anycast_dns"},
    "business": {"business"},
}


@dataclass
class Score:
    """What was found: businesses named rightly, businesses at all, false names and false types."""

    named: int = 0
    businesses: int = 0
    false_names: list[str] = field(default_factory=list)
    false_types: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.named / self.businesses


@pytest.fixture(scope="module")
def labelled(repo_root: Path) -> list[dict[str, str]]:
    path = repo_root / "tests" / "data" / "networks" / "labelled.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def _without_memory() -> None:
    operator_names.operator_of.cache_clear()


def score(labelled: list[dict[str, str]]) -> Score:
    addresses = pd.DataFrame({"address": [row["address"] for row in labelled]})
    found = network.describe(addresses, ReferenceSet.open(Path("no-such-folder"), None))
    result = Score()
    for row, company, kind in zip(labelled, found["company"], found["network_type"], strict=True):
        is_right = bool(row["company"]) and row["company"].lower() in (company or "").lower()
        result.businesses += bool(row["company"])
        result.named += is_right
        if company and not is_right:
            result.false_names.append(row["network"])
        if kind != "unknown" and kind not in TYPES[row["kind"]]:
            result.false_types.append(f"{row['network']}: {kind}")
    return result


def test_there_are_enough_labels_and_each_has_a_source(labelled: list[dict[str, str]]) -> None:
    kinds = Counter(row["kind"] for row in labelled)
    assert len(labelled) == len({row["address"] for row in labelled}) >= 200
    assert kinds["business"] >= 60
    assert kinds["residential"] >= 60
    assert kinds["hosting"] >= 40
    assert set(kinds) == set(TYPES)
    assert all(row["source"] for row in labelled)
    assert all(bool(row["company"]) == (row["kind"] == "business") for row in labelled)


def test_no_false_name_and_four_of_five_businesses(labelled: list[dict[str, str]]) -> None:
    found = score(labelled)
    assert found.false_names == []
    assert found.recall >= 0.8


def test_types_are_right_where_they_are_said(labelled: list[dict[str, str]]) -> None:
    assert score(labelled).false_types == []


@pytest.mark.usefixtures("_without_memory")
def test_naming_everybody_would_be_found(
    labelled: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: any name without a word that tells otherwise is taken for a company's."""
    monkeypatch.setattr(operator_names, "trade_of", lambda text: True)
    found = score(labelled)
    operator_names.operator_of.cache_clear()
    assert "Mattel, a mobile operator of Mauritania" in found.false_names
    assert len(found.false_names) >= 5


@pytest.mark.usefixtures("_without_memory")
def test_naming_hosts_would_be_found(labelled: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: a seed row that gives a host a company."""
    monkeypatch.setattr(operator_names, "known_operator", _a_host_is_a_company)
    assert "HostRoyale" in score([row for row in labelled if row["kind"] == "hosting"]).false_names
    operator_names.operator_of.cache_clear()


def _a_host_is_a_company(name: object) -> operator_names.Operator | None:
    is_host = str(name).startswith("HostRoyale")
    return operator_names.Operator("business", "HostRoyale", "medium", "known_name") if is_host else None


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Wal-Mart Stores, Inc.", ("wal", "mart", "stores", "inc")),
        ("ENI S.p.A.", ("eni", "spa")),
        ("ABN AMRO Bank N.V.", ("abn", "amro", "bank", "nv")),
        ("Deere & Company", ("deere", "and", "company")),
        ("Dassault Systèmes S. E.", ("dassault", "systemes", "se")),
        ("O'Reilly Automotive Inc.", ("o", "reilly", "automotive", "inc")),
        ("MARINE (U.S.A)", ("marine", "usa")),
        ("", ()),
    ],
)
def test_words_of_a_name(name: str, words: tuple[str, ...]) -> None:
    assert operator_names.words_of(name) == words


@pytest.mark.parametrize(
    ("name", "company"),
    [
        ("The Boeing Company", "Boeing"),
        ("Siemens AG", "Siemens"),
        ("Siemens Corporation", "Siemens"),
        ("Deloitte Services LP", "Deloitte"),
        ("HSBC Technology & Services (USA) Inc", "HSBC"),
        # Others that begin alike
        ("Apple Valley Fiber", None),
        ("Ford Communications", None),
        ("Boeing Street Hosting", None),
        ("Sony Network Taiwan Limited", None),
        ("Target Hosting LLC", None),
        # Parts of a company in other countries, and the handle that a registry writes before its holder
        ("Honeywell Romania S.R.L.", "Honeywell"),
        ("Home Depot Mexico, S. de R.L. de C.V.", "Home Depot"),
        ("ING BANK ANONIM SIRKETI", "ING"),
        ("LLC Unilever Rus", "Unilever"),
        ("Mattel, Inc.", "Mattel"),
        ("MATTEL", None),
        # A listed company, and others that begin alike
        ("Krones AG", "Krones"),
        ("Continental AG", "Continental"),
        ("Continental Broadband LLC", None),
        ("Noble Systems Corporation", None),
    ],
)
def test_a_known_name_is_the_whole_name(name: str, company: str | None) -> None:
    found = operator_names.known_operator(name)
    assert (found.company if found else None) == company


@pytest.mark.parametrize(
    ("name", "holder"),
    [
        ("EXAMPLE-AS-AP - EXAMPLE BANK LIMITED", "EXAMPLE BANK LIMITED"),
        ("ISP-ASn5 Example S.p.A.", "Example S.p.A."),
        ("AS64500 - EXAMPLE S.A.", "EXAMPLE S.A."),
        ("Example Bank Limited - Example Bank Limited", "Example Bank Limited"),
        ("Example Bank - Sofia Branch", "Example Bank - Sofia Branch"),
        ("Vietnam-Asia Example Bank", "Vietnam-Asia Example Bank"),
    ],
)
def test_the_handle_is_not_part_of_the_holder(name: str, holder: str) -> None:
    assert operator_names.holder_of(name) == holder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("First Example Bank N.A.", True),
        ("Example Versicherungen AG", True),
        ("Example General Hospital", True),
        ("Example Airlines", True),
        ("Data Bank Hosting", False),
        ("Bank Street Fiber", False),
        ("Airline Hotels", False),
        ("Banking Software Solutions", False),
        ("Example GmbH", False),
        ("Embankment Ltd", False),
        ("Sparkasse Beispielstadt", True),
        ("Ardshinbank, OJSC", True),
        ("Example Menkul Degerler A.S.", True),
        ("Example Logistics GmbH", True),
        ("Towarzystwo Ubezpieczen Example S.A.", True),
        ("Burbank Example LLC", False),
        ("Copper Valley Long Distance, Inc.", False),
        ("76 Oil Street, Example Oilfield", False),
        ("Example Retail Ltda ME", False),
        ("Cooperativa Agricola Example Limitada", False),
        ("Example Construction Kit, Inc.", False),
        ("European Food Safety Authority", False),
    ],
)
def test_a_trade_is_told_by_its_word_and_nothing_else(name: str, expected: bool) -> None:
    assert name_rules.trade_of(" ".join(operator_names.words_of(name))) is expected


def test_the_seed_names_each_operator_once_and_with_a_source() -> None:
    rows = read_seed("operator_names")
    names = [operator_names.words_of(row["name"]) for row in rows]
    assert len(names) == len(set(names))
    assert all(" ".join(words) == row["name"] for words, row in zip(names, rows, strict=True))
    assert all(bool(row["company"]) == (row["network_type"] == "business") for row in rows)
    assert {row["match"] for row in rows} == {"whole", "start"}
    assert all(row["match"] == "whole" for row in rows if row["company"])
    assert all(row["source"].startswith("https://") and row["as_of"] for row in rows)


def test_every_name_of_the_seed_is_that_of_an_operator() -> None:
    operators = ReferenceSet.open(Path("no-such-folder"), None).datasets["asn"].values["network_operator"]
    known = set()
    for operator in operators:
        words = operator_names.words_of(operator) if operator else ()
        words = words[1:] if words[:1] == ("the",) else words
        known |= {" ".join(words[:length]) for length in range(1, len(words) + 1)}
    assert {row["name"] for row in read_seed("operator_names")} <= known


def test_listed_companies_are_named_once_as_whole_names_and_with_a_source() -> None:
    rows = read_seed("listed_companies")
    names = [operator_names.words_of(row["name"]) for row in rows]
    assert len(names) == len(set(names)) >= 1000
    assert all(" ".join(words) == row["name"] for words, row in zip(names, rows, strict=True))
    assert not set(names) & {operator_names.words_of(row["name"]) for row in read_seed("operator_names")}
    assert all(set(words) - operator_names.LEGAL_FORMS for words in names)
    assert all(row["company"] and row["listed_in"] for row in rows)
    suggested = {name_rules.type_by_name(row["name"]) for row in rows}
    assert not suggested & {"isp", "mobile_isp", "hosting", "nren"}
    assert all(row["source"].startswith("https://") and row["as_of"] for row in rows)
