"""Where an address is: country, and with the user's own data region and city."""

from __future__ import annotations

import numpy as np
import pandas as pd

from enrichers.networks import network
from enrichers.reference.ranges import text_column
from enrichers.reference.reference_set import ReferenceSet

# Anycast: one address is announced from a hundred places, so it lies in no country.
ANYCAST = {"anycast_dns", "cdn"}

# A database puts such an address into some office of its holder.
NO_CITY = ANYCAST | {"cloud", "hosting"}


def locate(
    frame: pd.DataFrame, reference: ReferenceSet, network_types: pd.Series[str] | None = None
) -> pd.DataFrame:
    """Locate distinct addresses.

    `frame` has the column address (text); `network_types` is the column of that name that
    `enrichers.networks.network.describe` returns for it (worked out here where it is not given). Returns
    country_code (ISO 3166-1 alpha-2), region and city (English names), all text with None for unknown, in the
    order and with the index of `frame`. Anycast networks (public DNS resolvers, CDNs) have no country. Region
    and city come only with the user's own data, and never for clouds and hosting, where they mean nothing.
    Countries of different sources differ for 3 to 7 in 100 addresses.
    """
    if network_types is None:
        network_types = network.describe(frame, reference)["network_type"]
    columns = reference.places(frame["address"])
    has_no_city = network_types.isin(NO_CITY).to_numpy(copy=True)
    placed = np.flatnonzero(pd.notna(columns["region"]) | pd.notna(columns["city"]))
    if placed.size:
        in_cloud = pd.notna(reference.clouds(frame["address"].iloc[placed])["cloud_provider"])
        has_no_city[placed] |= in_cloud
    hidden = {
        "country_code": network_types.isin(ANYCAST).to_numpy(),
        "region": has_no_city,
        "city": has_no_city,
    }
    return pd.DataFrame(
        {name: text_column(columns[name], frame.index).mask(rows, None) for name, rows in hidden.items()}
    )
