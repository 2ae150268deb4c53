"""A company by the confirmed host name of an address (pipeline.loading.reverse_dns looks it up)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

import pandas as pd

from enrichers.networks.own_files import NEVER_A_COMPANY
from enrichers.reference.seeds import read_seed

METHOD = "reverse_dns"


def wanted(networks: pd.DataFrame) -> pd.Series[bool]:
    """The rows whose host name could say more: no company yet, and a network that may be one's own.

    `networks`: what `network.describe` returns.
    """
    is_open = ~networks["network_type"].isin([*NEVER_A_COMPANY, "education", "government", "mobile_isp"])
    return networks["company"].isna() & is_open


def refine(networks: pd.DataFrame, addresses: pd.Series[str], hosts: Mapping[str, str]) -> None:
    """Name the company whose domain a confirmed host lies in (high), and call its network a business.

    `hosts`: address → confirmed host name. Only domains of known companies count (seeds/operator_names.csv):
    a name in the domain of an ISP, or of a host, says nothing of a company.
    """
    open_rows = wanted(networks) & addresses.isin(list(hosts))
    for label, address in addresses[open_rows].items():
        company = company_of(hosts[address])
        if company:
            networks.loc[label, ["network_type", "company"]] = ["business", company]
            networks.loc[label, ["company_confidence", "company_method"]] = ["high", METHOD]


def company_of(host: str) -> str | None:
    """The known company in whose domain a host name lies."""
    labels = host.lower().rstrip(".").split(".")
    domains = _domains()
    return next((domains[name] for name in map(".".join, _suffixes(labels)) if name in domains), None)


def _suffixes(labels: list[str]) -> list[list[str]]:
    return [labels[start:] for start in range(len(labels) - 1)]


@cache
def _domains() -> dict[str, str]:
    """Domain of each known company's site → the company."""
    rows = (row for row in read_seed("operator_names") if row["company"])
    sites = {(urlsplit(row["source"]).hostname or "").removeprefix("www."): row["company"] for row in rows}
    return {site: company for site, company in sites.items() if site}
