"""Write the outlines and the points of the world map of the page from Natural Earth, as world-atlas has it.

The outlines are coarse; so that Singapore, Hong Kong and Malta can be seen, a country is a point: the middle
of its largest part, or, where Natural Earth counts it to another country, the place that the time zone
database names for it.
Usage: python scripts/world_map.py. Needs npm, the network, and pycountry (`pip install pycountry`).
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "dashboard" / "charts" / "world"
ATLAS = "world-atlas@2.0.2"
_PLACE = re.compile(r"([+-]\d{2})(\d{2})(?:\d{2})?([+-]\d{3})(\d{2})(?:\d{2})?")

Point = tuple[float, float]


def middle(topology: dict[str, Any], geometry: dict[str, Any]) -> Point:
    """Longitude and latitude of the centroid of the largest ring."""
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    rings = [_unbroken(list(_ring(topology, polygon[0]))) for polygon in polygons]
    (longitude, latitude), _ = max(map(_centroid, rings), key=lambda one: one[1])
    return (longitude + 180) % 360 - 180, latitude


def _unbroken(ring: list[Point]) -> list[Point]:
    """A ring over the 180th meridian in one piece, from 0 to 360 degrees."""
    longitudes = [longitude for longitude, _ in ring]
    if max(longitudes) - min(longitudes) < 180:
        return ring
    return [(longitude % 360, latitude) for longitude, latitude in ring]


def _ring(topology: dict[str, Any], arcs: list[int]) -> Iterator[Point]:
    (scale_x, scale_y), (start_x, start_y) = (topology["transform"][name] for name in ("scale", "translate"))
    for number in arcs:
        x, y, line = 0, 0, []
        for step_x, step_y in topology["arcs"][number if number >= 0 else ~number]:
            x, y = x + step_x, y + step_y
            line.append((x * scale_x + start_x, y * scale_y + start_y))
        yield from line if number >= 0 else reversed(line)


def _centroid(ring: list[Point]) -> tuple[Point, float]:
    """The centroid of a ring, and its area."""
    area = x_sum = y_sum = 0.0
    for (x, y), (next_x, next_y) in pairwise([*ring, ring[0]]):
        cross = x * next_y - next_x * y
        area += cross
        x_sum += (x + next_x) * cross
        y_sum += (y + next_y) * cross
    # An islet may be a line on the grid of the atlas.
    return ((x_sum / (3 * area), y_sum / (3 * area)) if area else ring[0]), abs(area)


def places() -> dict[str, Point]:
    """The first place of each country in the time zone database."""
    found: dict[str, Point] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        country, where = line.split("\t")[:2]
        parts = _PLACE.fullmatch(where)
        if parts and country not in found:
            found[country] = (_degrees(parts[3], parts[4]), _degrees(parts[1], parts[2]))
    return found


def _degrees(whole: str, minutes: str) -> float:
    return float(whole) + float(f"{whole[0]}{minutes}") / 60


def points(topology: dict[str, Any]) -> dict[str, Point]:
    """Country code → longitude and latitude, of every country of seeds/countries.csv that is known."""
    import pycountry

    found = places()
    for geometry in topology["objects"]["countries"]["geometries"]:
        country = pycountry.countries.get(numeric=geometry["id"]) if "id" in geometry else None
        code = "XK" if geometry["properties"]["name"] == "Kosovo" else country and country.alpha_2
        if code and geometry["type"]:
            found[code] = middle(topology, geometry)
    with (ROOT / "seeds" / "countries.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["alpha2"] for row in csv.DictReader(file)]
    return {code: found[code] for code in codes if code in found}


def main() -> None:
    """Write dashboard/charts/world/."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(["npm", "pack", ATLAS], cwd=folder, check=True, capture_output=True)
        subprocess.run(["tar", "xzf", next(folder.glob("*.tgz")).name], cwd=folder, check=True)
        topology = json.loads((folder / "package" / "countries-10m.json").read_text("utf-8"))
        land = (folder / "package" / "land-110m.json").read_text("utf-8")
    (TARGET / "land.json").write_text(land, encoding="utf-8")
    with (TARGET / "points.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["country_code", "longitude", "latitude"])
        for code, (longitude, latitude) in sorted(points(topology).items()):
            writer.writerow([code, f"{longitude:.2f}", f"{latitude:.2f}"])


if __name__ == "__main__":
    main()
