"""The world map has every country that is pulled from, the smallest too."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from dashboard.charts.world_map import on_the_map, world_map

# Degrees of longitude and latitude, from an atlas.
PLACES = {"SG": (104, 1), "HK": (114, 22), "MT": (14, 36), "RU": (97, 62), "FJ": (178, -18), "NA": (17, -22)}


def countries(repo_root: Path) -> list[str]:
    with (repo_root / "seeds" / "countries.csv").open(encoding="utf-8", newline="") as file:
        return [row["alpha2"] for row in csv.DictReader(file)]


def test_every_country_but_an_empty_island_has_a_place(repo_root: Path) -> None:
    codes = countries(repo_root)
    placed = on_the_map(pd.DataFrame({"country_code": codes}))
    # Bouvet Island: nobody lives there, and no time zone names it.
    assert set(codes) - set(placed["country_code"]) == {"BV"}
    where = placed.set_index("country_code")
    for code, (longitude, latitude) in PLACES.items():
        assert abs(where.loc[code, "longitude"] - longitude) < 3
        assert abs(where.loc[code, "latitude"] - latitude) < 3


def test_what_has_no_place_is_left_to_the_caption() -> None:
    frame = pd.DataFrame(
        {"country_code": ["SG", "unknown"], "country": ["Singapore", "unknown"], "n": [1, 2]}
    )
    placed = on_the_map(frame)
    assert list(placed["country_code"]) == ["SG"]
    chart = world_map(placed, "n").to_dict()
    assert "http" not in str({name: value for name, value in chart.items() if name != "$schema"})
