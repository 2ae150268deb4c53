"""Reverse DNS with a made-up resolver: nothing here asks a real one."""

from __future__ import annotations

import threading
from pathlib import Path

import pandas as pd
import pytest

from enrichers.networks import network, reverse_names
from enrichers.reference.reference_set import ReferenceSet
from pipeline.loading import load, reverse_dns
from pipeline.loading.reverse_dns import ReverseDns, confirmed
from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import load_logs

# An address of an ISP, an address without a route (both may be a company's), a host's.
COMCAST, UNROUTED, HETZNER = "73.1.1.1", "137.254.16.101", "88.198.1.1"
ZONES: dict[str, list[str]] = {
    COMCAST: ["gw1.eu.siemens.com."],
    "gw1.eu.siemens.com.": [COMCAST],
    UNROUTED: ["gw.bosch.com"],
    "gw.bosch.com": ["192.0.2.1"],
    "2601::1": ["six.ford.com"],
    "six.ford.com": ["2601:0:0::1"],
    HETZNER: ["build.sap.com"],
    "build.sap.com": [HETZNER],
    "73.1.1.2": ["c-73-1-1-2.hsd1.fl.comcast.net"],
    "c-73-1-1-2.hsd1.fl.comcast.net": ["73.1.1.2"],
}


class Zones:
    """A resolver over ZONES that writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def names(self, address: str) -> list[str]:
        self.asked.append(address)
        return ZONES.get(address, [])

    def addresses(self, name: str) -> list[str]:
        return ZONES.get(name, [])


class Silent(Zones):
    """A resolver that does not answer before the test ends."""

    def __init__(self, over: threading.Event) -> None:
        super().__init__()
        self.over = over

    def names(self, address: str) -> list[str]:
        self.over.wait(10)
        return []


def described(*texts: str) -> tuple[pd.DataFrame, pd.Series]:
    addresses = pd.Series(list(texts), dtype=object)
    reference = ReferenceSet.open(Path("no-such-folder"), None)
    return network.describe(pd.DataFrame({"address": addresses}), reference), addresses


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (COMCAST, "gw1.eu.siemens.com"),
        ("2601::1", "six.ford.com"),
        # The name does not lead back: anybody may claim it.
        (UNROUTED, None),
        ("73.9.9.9", None),
    ],
)
def test_a_name_counts_only_where_it_leads_back(address: str, name: str | None) -> None:
    assert confirmed(address, Zones()) == name


def test_each_address_is_asked_once_and_no_more_than_the_limit() -> None:
    zones = Zones()
    names = ReverseDns(zones, limit=2, seconds=5)
    assert names.hosts([COMCAST, COMCAST, UNROUTED, HETZNER]) == {COMCAST: "gw1.eu.siemens.com"}
    assert names.hosts([COMCAST, HETZNER]) == {COMCAST: "gw1.eu.siemens.com"}
    assert sorted(zones.asked) == sorted([COMCAST, UNROUTED])


def test_a_resolver_that_does_not_answer_holds_nobody_up() -> None:
    over = threading.Event()
    assert ReverseDns(Silent(over), limit=9, seconds=0.05).hosts([COMCAST]) == {}
    over.set()


def test_a_company_is_named_by_its_own_domain() -> None:
    networks, addresses = described(COMCAST, "73.1.1.2", HETZNER, "53.1.1.1")
    # A host's network stays closed, and the company of an AS stays: neither is asked for.
    assert reverse_names.wanted(networks).tolist() == [True, True, False, False]
    hosts = ReverseDns(Zones(), 9, 5).hosts(addresses)
    reverse_names.refine(networks, addresses, hosts)
    assert networks["company"].tolist() == ["Siemens", None, None, "Mercedes-Benz Group"]
    assert networks["network_type"].tolist() == ["business", "isp", "hosting", "business"]
    assert networks["company_method"].tolist() == ["reverse_dns", None, None, "asn"]


@pytest.mark.parametrize(
    ("host", "company"),
    [
        ("gw.siemens.com", "Siemens"),
        ("SIEMENS.COM.", "Siemens"),
        ("gw.notsiemens.com", None),
        ("siemens.com.example", None),
        ("com", None),
    ],
)
def test_the_domain_is_the_end_of_the_name(host: str, company: str | None) -> None:
    assert reverse_names.company_of(host) == company


def loaded(tmp_path: Path, **others: bool) -> Settings:
    traffic = Traffic("acme/app", COMCAST)
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    write(traffic.lines, tmp_path / "logs" / "access.jsonl")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"), **others)
    load_logs(settings)
    return settings


def test_it_is_off_unless_it_is_switched_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zones = Zones()
    monkeypatch.setattr(load, "SystemResolver", lambda: zones)
    loaded(tmp_path)
    assert zones.asked == []
    loaded(tmp_path / "on", reverse_dns=True)
    assert zones.asked == [COMCAST]


def test_forgetting_to_confirm_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: whatever a zone claims is believed."""
    monkeypatch.setattr(reverse_dns, "_is_same", lambda text, wanted: True)
    with pytest.raises(AssertionError):
        test_a_name_counts_only_where_it_leads_back(UNROUTED, None)
