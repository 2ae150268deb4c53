"""Which cloud an address belongs to: by the ranges that providers publish, else by AS number."""

from __future__ import annotations

import numpy as np
import pandas as pd

from enrichers.reference.ranges import text_column, text_where
from enrichers.reference.reference_set import ReferenceSet
from enrichers.reference.seeds import read_seed


def place(frame: pd.DataFrame, reference: ReferenceSet) -> pd.DataFrame:
    """Place distinct addresses in clouds.

    `frame` has the columns address (text) and asn (Int64). Returns cloud_provider, cloud_region and
    cloud_method, text with None for none, in the order and with the index of `frame`. A published range
    gives provider and region (method "cidr"); providers do not publish all their space, so without one
    the AS number gives the provider alone ("asn", seeds/cloud_asns.csv). A region has the name that the
    provider's customers know: DigitalOcean lists places (US-NJ) and sells data centres (nyc,
    seeds/cloud_regions.csv).
    """
    columns = reference.clouds(frame["address"])
    provider, method = columns["cloud_provider"], text_where(pd.notna(columns["cloud_provider"]), "cidr")
    by_asn = frame["asn"].map(provider_by_asn()).astype(object).to_numpy(dtype=object)
    names = region_names()
    listed = zip(columns["cloud_provider"], columns["cloud_region"], strict=True)
    regions = [names.get((of, region), region) for of, region in listed]
    rest = pd.isna(provider) & pd.notna(by_asn)
    provider[rest], method[rest] = by_asn[rest], "asn"
    return pd.DataFrame(
        {
            "cloud_provider": text_column(provider, frame.index),
            "cloud_region": text_column(np.array(regions, dtype=object), frame.index),
            "cloud_method": text_column(method, frame.index),
        }
    )


def region_names() -> dict[tuple[str, str], str]:
    """Provider and region as it is listed → the region's usual name, where that is another."""
    return {
        (row["cloud_provider"], row["listed_region"]): row["cloud_region"]
        for row in read_seed("cloud_regions")
    }


def provider_by_asn() -> dict[int, str]:
    """AS number → cloud provider."""
    return {int(row["asn"]): row["cloud_provider"] for row in read_seed("cloud_asns")}
