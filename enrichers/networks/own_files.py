"""What the user's own files say of a network on top of its AS: who uses it, and which organization has it.

Sources of the fields: MaxMind's documentation of GeoIP2 Enterprise, ISP, Domain, Connection-Type and
Anonymous-IP, and IPinfo's of as_type, company and privacy flags (enrichers.reference.mmdb reads them).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from enrichers.networks.name_rules import NOT_TRADE
from enrichers.networks.operator_names import operator_of, words_of
from enrichers.reference.reference_set import ReferenceSet

# MaxMind's user_type and IPinfo's as_type → network type. A traveler is a guest of a hotel or an aeroplane,
# a spider's network is the search engine's data centre.
USER_TYPES = {
    "business": "business",
    "cellular": "mobile_isp",
    "college": "education",
    "school": "education",
    "education": "education",
    "consumer_privacy_network": "vpn_proxy",
    "content_delivery_network": "cdn",
    "dialup": "isp",
    "cafe": "isp",
    "residential": "isp",
    "traveler": "isp",
    "isp": "isp",
    "government": "government",
    "military": "government",
    "hosting": "hosting",
    "search_engine_spider": "hosting",
}
CONNECTIONS = {"Cellular": "mobile_isp", "Cable/DSL": "isp", "Dialup": "isp", "Satellite": "isp"}

# In these a company is never named, whatever a file says of one address.
NEVER_A_COMPANY = ("hosting", "cloud", "cdn", "vpn_proxy", "anycast_dns", "nren", "reserved")

Columns = dict[str, npt.NDArray[Any]]


def refine(said: Columns, addresses: pd.Series[Any], reference: ReferenceSet) -> None:
    """Change what is said of operators (network_type and the company's columns) where files know better.

    In order: a proxy or host by Anonymous-IP; the kind of user by Enterprise; a mobile network by
    Connection-Type. Then the company: the organization of a business user (high), the organization of an
    ISP's customer (medium), a business user's domain (medium).
    """
    if not reference.has_traits:
        return
    traits = reference.traits(addresses)
    types = said["network_type"]
    closed = np.isin(types.astype(str), NEVER_A_COMPANY)
    for row in np.flatnonzero(_any(traits)):
        record = {column: values[row] for column, values in traits.items()}
        if types[row] == "reserved":
            continue
        found = _type(record, types[row])
        if found == "business" and closed[row]:
            continue
        company = _company(record, found, said["company"][row])
        if company and not closed[row]:
            said["company"][row], said["company_confidence"][row], said["company_method"][row] = company
            found = "business"
        types[row] = found


def _any(traits: Columns) -> npt.NDArray[np.bool_]:
    return pd.DataFrame(traits).notna().any(axis="columns").to_numpy()


def _type(record: dict[str, Any], before: str) -> str:
    if record["anonymity"]:
        return str(record["anonymity"])
    by_user = USER_TYPES.get(record["user_type"])
    if by_user:
        return by_user
    by_connection = CONNECTIONS.get(record["connection_type"])
    if by_connection == "mobile_isp" and before in ("isp", "unknown"):
        return "mobile_isp"
    return by_connection if by_connection and before == "unknown" else before


def _company(record: dict[str, Any], network_type: str, before: str | None) -> tuple[str, str, str] | None:
    """Company, confidence and method; None to leave what is said."""
    organization, domain = record["organization"], record["domain"]
    customer = organization and _is_customer(organization, record["isp"])
    if network_type == "business":
        if customer and record["user_type"]:
            return organization, "high", "organization"
        if before:
            return None
        if customer:
            return organization, "medium", "isp_customer"
        return (domain, "medium", "domain") if domain else None
    if network_type in ("isp", "unknown") and not record["user_type"] and customer:
        return organization, "medium", "isp_customer"
    return None


def _is_customer(organization: str, isp: str | None) -> bool:
    """Whether the organization is another one than the ISP, and none that has users or hosts of its own.

    "AT&T Worldnet Services" beside the ISP "AT&T Services" is a part of it.
    """
    words = words_of(organization)
    if not isp or words[:1] == words_of(isp)[:1]:
        return False
    said = operator_of(organization)
    is_open = said.network_type in ("unknown", "business")
    return is_open and (bool(said.company) or not NOT_TRADE.search(" ".join(words)))
