"""Region and city need the user's own data: see tests/enrichers/reference/test_mmdb.py."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from enrichers.networks import geo
from enrichers.reference.reference_set import ReferenceSet


def test_the_index_and_the_order_are_those_of_the_frame() -> None:
    reference = ReferenceSet.open(Path("no-such-folder"), None)
    frame = pd.DataFrame(
        {"address": ["53.1.1.1", None, "18.26.0.1", "2001:620::1"], "other": 1}, index=[9, 3, 3, 1]
    )
    found = geo.locate(frame, reference)
    assert found.columns.tolist() == ["country_code", "region", "city"]
    assert found.index.tolist() == [9, 3, 3, 1]
    assert found["country_code"].tolist() == ["DE", None, "US", "CH"]
    assert found["region"].tolist() == found["city"].tolist() == [None] * 4
