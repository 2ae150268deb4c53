"""Whose network an address is in: AS number, operator, what kind of network, and whose company it is."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from enrichers.ranges import text_column, text_where
from enrichers.reference import ReferenceSet
from enrichers.reference_seeds import read_seed

# What the operator's name suggests, first match wins. Low confidence: names caught 225 of 776 known hosting
# networks, and put 87 of them among ISPs. That is why the seeds come first and `unknown` is common.
NAME_RULES = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("nren", r"\bnren\b|research (and|&) education|(academic|research) network"),
        (
            "education",
            r"\buniversi\w*|\bcolleges?\b|\bschools?\b|\bpolyte\w*|institute of technology|hochschule"
            r"|\bacadem(y|ia)\b|\becole\b|\bescuela\b",
        ),
        (
            "government",
            r"\bgovernment\b|\bminist(ry|erio|ere|erium)\b|\b(department|dept\.?|state|county|city) of\b"
            r"|\bfederal\b|\bbundes\w+|\bmunicipal\w*",
        ),
        (
            "hosting",
            r"\b(web)?host(ing|er|s)?\b|\bdata ?cent(er|re)s?\b|\b(dedicated|virtual) servers?\b|\bvps\b"
            r"|\bcolo(cation)?\b|\bservers?\b|\bcloud\b",
        ),
        ("mobile_isp", r"\bmobile?\b|\bwireless\b|\bcellular\b|\bgsm\b"),
        (
            "isp",
            r"tele[ck]o\w*|\btelefon\w*|\bcom(m)?unica\w*|\bbroadband\b|\bcable\b|\bfib(er|re|ra)\b"
            r"|\binternet\b|\bisp\b|\bprovedor\w*|\bnetworks?\b",
        ),
    )
)

# The kind of a network that is known only by a published cloud range: 14 in 100 addresses of AWS have no
# route in the AS table.
CLOUD_TYPES = {"cloudflare": "cdn", "digitalocean": "hosting"}


def describe(frame: pd.DataFrame, reference: ReferenceSet) -> pd.DataFrame:
    """Describe the networks of distinct addresses.

    `frame` has the column address (text). Returns, in the order and with the index of `frame`: asn (Int64),
    network_operator (holder of the AS, a fact), network_type (never null: business, education, nren,
    government, isp, mobile_isp, hosting, cloud, cdn, vpn_proxy, anycast_dns, reserved, unknown), company,
    company_confidence and company_method. A company is named only where a seed says that the network is its
    own (seeds/network_types.csv): whoever sits behind an ISP, a cloud or a university network stays unnamed.
    """
    columns = reference.operators(frame["address"])
    result = pd.DataFrame(
        {
            "asn": pd.array(columns["asn"], dtype="Int64"),
            "network_operator": text_column(columns["network_operator"], frame.index),
        },
        index=frame.index,
    )
    result["network_type"] = text_column(_types(frame, result, reference), frame.index)
    companies = {int(row["asn"]): row["company"] for row in read_seed("network_types") if row["company"]}
    company = result["asn"].map(companies).astype(object)
    named = company.notna().to_numpy()
    result["company"] = company.where(named, None)
    result["company_confidence"] = text_column(text_where(named, "high"), frame.index)
    result["company_method"] = text_column(text_where(named, "asn"), frame.index)
    return result


def type_by_asn() -> dict[int, str]:
    """AS number → network type, from the seeds."""
    rows = (*read_seed("network_types"), *read_seed("cloud_asns"))
    return {int(row["asn"]): row["network_type"] for row in rows}


def type_by_name(operator: object) -> str:
    """What the operator's name suggests; "unknown" where it suggests nothing."""
    if not isinstance(operator, str):
        return "unknown"
    return next((kind for kind, pattern in NAME_RULES if pattern.search(operator)), "unknown")


def _types(frame: pd.DataFrame, operators: pd.DataFrame, reference: ReferenceSet) -> npt.NDArray[Any]:
    known = operators["asn"].map(type_by_asn()).astype(object)
    names = operators["network_operator"]
    by_name = names.map({name: type_by_name(name) for name in names.dropna().unique()})
    types = known.where(known.notna(), by_name)
    result = types.where(types.notna(), "unknown").to_numpy(dtype=object, copy=True)
    result[reference.reserved(frame["address"])] = "reserved"
    _add_cloud_types(result, frame, reference)
    return result


def _add_cloud_types(types: npt.NDArray[Any], frame: pd.DataFrame, reference: ReferenceSet) -> None:
    unknown = np.flatnonzero(types == "unknown")
    providers = reference.clouds(frame["address"].iloc[unknown])["cloud_provider"]
    for row, provider in zip(unknown, providers, strict=True):
        if provider is not None:
            types[row] = CLOUD_TYPES.get(provider, "cloud")
