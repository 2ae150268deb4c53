"""Whose network an address is in: AS number, operator, what kind of network, and whose company it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from enrichers.networks import own_files
from enrichers.networks.operator_names import UNKNOWN, Operator, operator_of
from enrichers.reference.ranges import text_column
from enrichers.reference.reference_set import ReferenceSet
from enrichers.reference.seeds import read_seed

COMPANY = ("company", "company_confidence", "company_method")

# The kind of a network that is known only by a published cloud range: 14 in 100 addresses of AWS have no
# route in the AS table.
CLOUD_TYPES = {"cloudflare": "cdn", "digitalocean": "hosting"}


def describe(frame: pd.DataFrame, reference: ReferenceSet) -> pd.DataFrame:
    """Describe the networks of distinct addresses.

    `frame` has the column address (text). Returns, in the order and with the index of `frame`: asn (Int64),
    network_operator (holder of the AS, a fact), network_type (never null: business, education, nren,
    government, isp, mobile_isp, hosting, cloud, cdn, vpn_proxy, anycast_dns, reserved, unknown), company,
    company_confidence (high, medium, low) and company_method.

    A company is named only in a network of type business: `asn`, a seed says whose the AS is (high);
    `known_name`, the AS is held by a company of that name (medium); `trade_name`, its holder's name tells a
    trade that runs networks for itself (low); `organization`, `isp_customer` and `domain`, the user's own
    data say so (enrichers.networks.own_files). Whoever sits behind an ISP, a cloud, a proxy or a university
    stays unnamed.
    """
    columns = reference.operators(frame["address"])
    result = pd.DataFrame(
        {
            "asn": pd.array(columns["asn"], dtype="Int64"),
            "network_operator": text_column(columns["network_operator"], frame.index),
        },
        index=frame.index,
    )
    said = _said_of_operators(result)
    said["network_type"][reference.reserved(frame["address"])] = "reserved"
    _add_cloud_types(said["network_type"], frame, reference)
    own_files.refine(said, frame["address"], reference)
    unnamed = said["network_type"] != "business"
    for column, values in said.items():
        if column in COMPANY:
            values[unnamed] = None
        result[column] = text_column(values, frame.index)
    return result


def operator_by_asn() -> dict[int, Operator]:
    """AS number → what the seeds say of it."""
    seeds = (*read_seed("network_types"), *read_seed("cloud_asns"))
    return {
        int(row["asn"]): Operator(row["network_type"], row["company"], "high", "asn")
        if row.get("company")
        else Operator(row["network_type"])
        for row in seeds
    }


def _said_of_operators(operators: pd.DataFrame) -> dict[str, npt.NDArray[Any]]:
    """network_type and COMPANY of each row, from its AS number, else from the operator's name."""
    pairs = operators.drop_duplicates()
    seeded = operator_by_asn()
    said = [
        seeded.get(asn) or (operator_of(name) if isinstance(name, str) else UNKNOWN)
        for asn, name in zip(pairs["asn"], pairs["network_operator"], strict=True)
    ]
    frame = pairs.assign(
        **{column: [getattr(item, column) for item in said] for column in ("network_type", *COMPANY)}
    ).astype(dict.fromkeys(("network_type", *COMPANY), object))
    joined = operators.merge(frame, how="left", on=["asn", "network_operator"])
    return {
        column: joined[column].where(joined[column].notna(), None).to_numpy(dtype=object, copy=True)
        for column in ("network_type", *COMPANY)
    }


def _add_cloud_types(types: npt.NDArray[Any], frame: pd.DataFrame, reference: ReferenceSet) -> None:
    unknown = np.flatnonzero(types == "unknown")
    providers = reference.clouds(frame["address"].iloc[unknown])["cloud_provider"]
    for row, provider in zip(unknown, providers, strict=True):
        if provider is not None:
            types[row] = CLOUD_TYPES.get(provider, "cloud")
