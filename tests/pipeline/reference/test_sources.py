"""Reference data from configured sources: a file, a server on this machine, and a stand-in for npm."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import logging
import os
import stat
import tarfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from http.client import IncompleteRead
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

import pytest
from pydantic import ValidationError

from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import parse
from enrichers.reference.reference_set import ReferenceSet
from pipeline.reference import checks, refresh, sources
from pipeline.reference.lists import RangeList, check_rows
from pipeline.settings import ReferenceSource, Settings

NOW = datetime(2026, 7, 20, tzinfo=UTC)
# After the day of the clouds that are bundled.
NOVEMBER = datetime(2026, 11, 2, tzinfo=UTC)
JULY = datetime(2026, 7, 10, tzinfo=UTC).timestamp()
# What everybody knows (checks.PROBES), and ranges to play with.
KNOWN = [
    "8.8.8.0,8.8.8.255,15169,Google LLC",
    "88.198.0.0,88.198.255.255,24940,Hetzner Online GmbH",
    "18.26.0.0,18.26.255.255,3,Massachusetts Institute of Technology",
    "53.0.0.0,53.255.255.255,31399,Mercedes-Benz Group AG",
    "2001:4860::,2001:4860:ffff:ffff:ffff:ffff:ffff:ffff,15169,Google LLC",
    "2a01:4f8::,2a01:4f8:ffff:ffff:ffff:ffff:ffff:ffff,24940,Hetzner Online GmbH",
]
# 100 networks of one AS each, a gap after each: 200 starts, and those of KNOWN.
MANY = [f"1.{number}.0.0,1.{number}.0.255,{1000 + number},Network {number}" for number in range(100)]


@pytest.fixture(autouse=True)
def _small_lists_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checks.ROW_BOUNDS, "asn", (10, 3_000_000))


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "lists" / "asn.csv"
    path.parent.mkdir()
    return put(path, KNOWN + MANY)


def put(path: Path, lines: list[str], modified: float = JULY) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    os.utime(path, (modified, modified))
    return path


def configured(tmp_path: Path, *places: str, **others: Any) -> Settings:
    source = {"dataset": "asn", "places": list(places), "licence": "CC0-1.0", "attribution": ["A publisher"]}
    return Settings(data=tmp_path / "data", reference_sources=[ReferenceSource(**(source | others))])


def operators(settings: Settings, *texts: str) -> list[str | None]:
    opened = ReferenceSet.open(settings.reference, None)
    return opened.datasets["asn"].look_up(parse(texts))["network_operator"].tolist()


def test_a_newer_list_is_brought_in(tmp_path: Path, listed: Path) -> None:
    settings = configured(tmp_path, f"file:{listed}")
    result = refresh.refresh(settings, NOW)
    assert result["brought"] == {"asn": "2026-07-10"}
    assert result["datasets"]["asn"] == "2026-07-10"
    assert result["warnings"] == []
    assert operators(settings, "1.7.0.9", "1.7.1.0", "8.8.8.8") == ["Network 7", None, "Google LLC"]
    assert ReferenceSet.open(settings.reference, None).id.startswith("asn 2026-07-10, ")
    manifest = json.loads((settings.reference / "asn/2026-07-10/manifest.json").read_text("utf-8"))
    assert manifest["licence"] == "CC0-1.0"
    assert manifest["attribution"] == ["A publisher"]
    assert manifest["sources"] == [
        {
            "source": f"file:{listed}",
            "bytes": listed.stat().st_size,
            "sha256": hashlib.sha256(listed.read_bytes()).hexdigest(),
        }
    ]
    assert set(manifest["files"]) == {"ipv4.parquet", "ipv6.parquet", "values.parquet"}


def test_the_same_list_again_changes_nothing(tmp_path: Path, listed: Path) -> None:
    settings = configured(tmp_path, f"file:{listed}")
    refresh.refresh(settings, NOW)
    again = refresh.refresh(settings, NOW)
    assert again["brought"] == {}
    assert again["datasets"]["asn"] == "2026-07-10"


def test_the_previous_one_stays_and_older_ones_go(tmp_path: Path, listed: Path) -> None:
    settings = configured(tmp_path, f"file:{listed}")
    for day in (10, 11, 12):
        lines = [*KNOWN, *MANY, f"1.200.0.0,1.200.0.255,{day},x"]
        put(listed, lines, datetime(2026, 7, day, tzinfo=UTC).timestamp())
        result = refresh.refresh(settings, NOW)
    assert result["pruned"] == {"asn": ["2026-07-10"]}
    # The bundled one (2026-06-17) always stays: without a source it is what is used.
    assert sorted(path.name for path in (settings.reference / "asn").iterdir()) == [
        "2026-06-17", "2026-07-11", "2026-07-12",
    ]  # fmt: skip


def spoil(listed: Path, spoiled: list[str]) -> None:
    """A later version of the list."""
    put(listed, spoiled, JULY + 86400)


NESTED_AND_CROSSING = [f"1.{number}.0.128,1.{number}.1.9,9,x" for number in range(9)]


@pytest.mark.parametrize(
    ("lines", "others", "words"),
    [
        (KNOWN + MANY + MANY[:0], {"sha256": ["0" * 64]}, "has another sha256 than the settings name"),
        (KNOWN + MANY, {"sha512": ["0" * 128]}, "has another sha512 than the settings name"),
        (KNOWN + MANY[:60], {}, r"the last one had [\d,]+: more than 20% of a change"),
        # As many bytes, of fewer and longer lines
        (KNOWN + [f"{line}{'x' * 40}" for line in MANY[:48]], {}, "the last one had 214: more than 20%"),
        ([line.replace("15169", "15168") for line in KNOWN] + MANY, {}, "8.8.8.8 is 15168, not 15169"),
        (KNOWN + MANY[:90] + NESTED_AND_CROSSING, {}, "9 of 103 IPv4 ranges cross the border of another"),
        (KNOWN + MANY[:95] + [f"10.{n}.0.0,10.{n}.0.9,9,x" for n in range(5)], {}, "lie in reserved space"),
        (KNOWN + MANY[:99] + ["not,a,range,x"], {}, "line 106 is no range of addresses"),
        (KNOWN + MANY[:99] + ["1.9.0.9,1.9.0.1,9,x"], {}, "line 106 is a range that ends before it starts"),
        (KNOWN + MANY[:99] + ["1.9.0.9,2a00::9,9,x"], {}, "line 106 is no range of addresses"),
        (KNOWN + MANY[:99] + [f"1.9.0.9,{1 << 128},9,x"], {}, "line 106 is no range of addresses"),
    ],
)  # fmt: skip
def test_a_failed_check_keeps_the_old_data_and_says_why(
    tmp_path: Path, listed: Path, lines: list[str], others: dict[str, Any], words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    refresh.refresh(configured(tmp_path, f"file:{listed}"), NOW)
    spoil(listed, lines)
    settings = configured(tmp_path, f"file:{listed}", **others)
    # The only source: all of them failed, which is an error.
    with caplog.at_level(logging.WARNING), pytest.raises(ReferenceDataError, match=words):
        refresh.refresh(settings, NOW)
    assert "What was used before stays in use" in caplog.text
    assert operators(settings, "1.7.0.9") == ["Network 7"]
    assert not (settings.reference / "asn" / "2026-07-11").exists()
    assert not list((settings.reference / "asn").glob(".new-*"))


def test_an_older_list_is_not_taken(tmp_path: Path, listed: Path) -> None:
    put(listed, KNOWN + MANY, datetime(2026, 6, 1, tzinfo=UTC).timestamp())
    words = r"it is of 2026-06-01, older than what is in use \(of 2026-06-17\)"
    with pytest.raises(ReferenceDataError, match=words):
        refresh.refresh(configured(tmp_path, f"file:{listed}"), NOW)


def test_a_list_of_a_day_to_come_is_not_taken(tmp_path: Path, listed: Path) -> None:
    """Else every later list would be older, and refused until that day."""
    put(listed, KNOWN + MANY, datetime(2036, 1, 1, tzinfo=UTC).timestamp())
    with pytest.raises(ReferenceDataError, match="it is of 2036-01-01, a day to come"):
        refresh.refresh(configured(tmp_path, f"file:{listed}"), NOW)


def _archive() -> bytes:
    content = "\n".join(KNOWN + MANY).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("package/asn.csv")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def _flipped(content: bytes) -> bytes:
    """Damaged in the middle, so that the header promises what the body does not hold."""
    at = len(content) // 4
    return content[:at] + bytes(byte ^ 0xFF for byte in content[at : at + 9]) + content[at + 9 :]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(_flipped(gzip.compress("\n".join(KNOWN + MANY).encode())), id="gzip, damaged"),
        pytest.param(gzip.compress("\n".join(KNOWN + MANY).encode())[:-9], id="gzip, cut off"),
        pytest.param(_archive()[:1500], id="tar archive, cut off"),
        pytest.param(b'"' + b"x" * 200_000 + b'",1\n', id="a field without an end"),
        pytest.param(bytes(range(256)) * 9, id="something else"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_damaged_file_is_refused_and_the_other_sources_are_used(
    tmp_path: Path, listed: Path, content: bytes
) -> None:
    broken = tmp_path / "country"
    broken.write_bytes(content)
    sources = [
        ReferenceSource(dataset="country", places=[f"file:{broken}"], licence="CC0-1.0"),
        ReferenceSource(dataset="asn", places=[f"file:{listed}"], licence="CC0-1.0"),
    ]
    result = refresh.refresh(Settings(data=tmp_path / "data", reference_sources=sources), NOW)
    assert result["brought"] == {"asn": "2026-07-10"}
    assert result["warnings"][0].startswith("The source of 'country' was refused: ")
    assert result["warnings"][0].endswith("What was used before stays in use.")


def test_a_place_that_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match="it is no file"):
        refresh.refresh(configured(tmp_path, f"file:{tmp_path}"), NOW)


def test_one_of_two_sources_that_fails_is_a_warning(tmp_path: Path, listed: Path) -> None:
    source = {"licence": "CC0-1.0"}
    settings = Settings(
        data=tmp_path / "data",
        reference_sources=[
            ReferenceSource(dataset="asn", places=[f"file:{listed}"], **source),
            ReferenceSource(dataset="country", places=[f"file:{tmp_path}/missing.csv"], **source),
        ],
    )
    result = refresh.refresh(settings, NOW)
    assert result["brought"] == {"asn": "2026-07-10"}
    [warning] = result["warnings"]
    assert "missing.csv: No such file or directory. What was used before stays in use." in warning
    assert result["datasets"]["country"] == "2026-06-17"


@pytest.fixture
def opener(listed: Path) -> Iterator[Callable[[str], IO[bytes]]]:
    """https://lists.example/… from a server on this machine, without TLS."""
    handler = partial(Quiet, directory=str(listed.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        yield lambda url: urllib.request.urlopen(url.replace("https://lists.example/", base), timeout=5)  # noqa: S310
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_https(tmp_path: Path, listed: Path, opener: Callable[[str], IO[bytes]]) -> None:
    packed = listed.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(listed.read_bytes()))
    os.utime(packed, (JULY, JULY))
    settings = configured(tmp_path, "https://lists.example/asn.csv.gz")
    result = refresh.refresh(settings, NOW, opener)
    # Last-Modified says when it was published.
    assert result["brought"] == {"asn": "2026-07-10"}
    assert operators(settings, "1.7.0.9") == ["Network 7"]


def test_a_server_that_has_it_no_longer(tmp_path: Path, opener: Callable[[str], IO[bytes]]) -> None:
    settings = configured(tmp_path, "https://lists.example/gone.csv")
    with pytest.raises(ReferenceDataError, match=r"https://lists\.example/gone\.csv: .*404.*stays in use"):
        refresh.refresh(settings, NOW, opener)


def test_a_download_that_breaks_off(
    tmp_path: Path, opener: Callable[[str], IO[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = configured(tmp_path, "https://lists.example/asn.csv")
    monkeypatch.setattr(sources, "MAX_BYTES", 1000)
    with pytest.raises(ReferenceDataError, match="it is larger than 1,000 bytes"):
        refresh.refresh(settings, NOW, opener)
    monkeypatch.undo()
    monkeypatch.setitem(checks.ROW_BOUNDS, "asn", (10, 3_000_000))
    with pytest.raises(ReferenceDataError, match=r"it broke off after [\d,]+ of 999,999 bytes"):
        refresh.refresh(settings, NOW, lambda url: Broken(opener(url)))


class Broken:
    """A response that promised more."""

    def __init__(self, response: IO[bytes]) -> None:
        self.response = response
        self.headers = {"Content-Length": "999999"}

    def read(self, size: int) -> bytes:
        return self.response.read(size)

    def close(self) -> None:
        self.response.close()


def test_a_download_in_pieces_that_breaks_off(tmp_path: Path) -> None:
    """Without a length, what is missing shows in the last piece only."""

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise IncompleteRead(b"8.8")

    settings = configured(tmp_path, "https://lists.example/asn.csv")
    with pytest.raises(ReferenceDataError, match=r"IncompleteRead.*What was used before stays in use"):
        refresh.refresh(settings, NOW, lambda url: Broken())


def test_a_place_that_sends_on_to_one_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    class Opened(io.BytesIO):
        def geturl(self) -> str:
            return "http://lists.example/asn.csv"

    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: Opened())
    with pytest.raises(ReferenceDataError, match="sent on to a place without TLS"):
        sources.open_https("https://lists.example/asn.csv")


def test_without_a_route(tmp_path: Path) -> None:
    # Nothing listens on port 1 of this machine.
    settings = configured(tmp_path, "https://127.0.0.1:1/asn.csv")
    with pytest.raises(ReferenceDataError, match="it cannot be fetched"):
        refresh.refresh(settings, NOW)


def test_where_old_data_will_do_a_source_that_fails_is_a_warning(tmp_path: Path) -> None:
    """`make run` loads logs all the same."""
    settings = configured(tmp_path, "https://127.0.0.1:1/asn.csv")
    result = refresh.refresh(settings, NOW, old_will_do=True)
    assert "it cannot be fetched" in result["warnings"][0]
    assert result["datasets"]["asn"] == "2026-06-17"


NPM = """#!/bin/sh
if [ "$1" = view ]; then
    cat "{folder}/view.json"
else
    cp "{folder}/made.tgz" asn-1.tgz
    echo '[{{"filename": "asn-1.tgz"}}]'
fi
"""


@pytest.fixture
def npm(tmp_path: Path, listed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for npm that knows one package, with the lists of the fixture."""
    folder = tmp_path / "npm"
    folder.mkdir()
    with tarfile.open(folder / "made.tgz", "w:gz") as archive:
        archive.add(listed, "package/asn-ipv4.csv")
    registered(folder)
    (folder / "npm").write_text(NPM.format(folder=folder), encoding="utf-8")
    (folder / "npm").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


def registered(folder: Path, version: str = "2.3.2026071119") -> None:
    digest = base64.b64encode(hashlib.sha512((folder / "made.tgz").read_bytes()).digest()).decode()
    content = {"version": version, "dist.integrity": f"sha512-{digest}"}
    (folder / "view.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.usefixtures("npm")
def test_npm(tmp_path: Path) -> None:
    settings = configured(tmp_path, "npm:@example/asn")
    result = refresh.refresh(settings, NOW)
    # The version says when it was built.
    assert result["brought"] == {"asn": "2026-07-11"}
    assert operators(settings, "1.7.0.9") == ["Network 7"]
    assert refresh.refresh(settings, NOW)["brought"] == {}


def test_an_archive_that_the_registry_does_not_vouch_for(tmp_path: Path, npm: Path) -> None:
    (npm / "made.tgz").write_bytes(b"something else")
    settings = configured(tmp_path, "npm:@example/asn")
    with pytest.raises(ReferenceDataError, match="does not have the sha512 that the registry names"):
        refresh.refresh(settings, NOW)


def test_without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReferenceDataError, match="npm is not installed, and this source is an npm package"):
        refresh.refresh(configured(tmp_path, "npm:@example/asn"), NOW)


def test_clouds(tmp_path: Path) -> None:
    known = [
        ("3.5.140.0/22", "AWS", "ap-northeast-2", "AMAZON"),
        ("34.102.0.0/16", "GCP", "global", "Google_Cloud"),
        ("129.146.0.0/16", "oracle", "us-phoenix-1", "OCI"),
        ("104.131.0.0/16", "digitalocean", "US-NJ", ""),
        ("2600:1f18::/32", "aws", "us-east-1", "EC2"),
        ("2606:4700::/32", "cloudflare", "", ""),
        # A backup service of one region inside another's address space: it says nothing of a place.
        ("20.51.0.0/16", "azure", "eastus", "AzureCloud.eastus"),
        ("20.51.0.0/24", "azure", "x", "AzureBackup.x"),
    ]
    lines = ["ip_address,provider,region,service", *(",".join(row) for row in known)]
    path = put(tmp_path / "clouds.csv", lines, datetime(2026, 11, 1, tzinfo=UTC).timestamp())
    settings = configured(tmp_path, f"file:{path}", dataset="cloud")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(checks.ROW_BOUNDS, "cloud", (5, 500_000))
        assert refresh.refresh(settings, NOVEMBER)["brought"] == {"cloud": "2026-11-01"}
    found = (
        ReferenceSet.open(settings.reference, None)
        .datasets["cloud"]
        .look_up(parse(["3.5.140.1", "20.51.0.5", "104.131.1.1"]))
    )
    assert found["cloud_provider"].tolist() == ["aws", "azure", "digitalocean"]
    assert found["cloud_region"].tolist() == ["ap-northeast-2", "eastus", "US-NJ"]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([""], "line 7 is no network of a provider"),
        (["5.5.5.0/24"], "line 7 is no network of a provider"),
        (["5.5.5.9/24,aws"], "line 7 is no network of a provider"),
        (["5.5.5.9,aws"], "line 7 is no network of a provider"),
        (["10.5.0.0/16,aws"], "1 of 5 IPv4 ranges lie in reserved space"),
    ],
)
def test_a_list_of_clouds_that_is_wrong(tmp_path: Path, lines: list[str], words: str) -> None:
    known = ["3.5.140.0/22,aws", "34.102.0.0/16,gcp", "129.146.0.0/16,oracle", "104.131.0.0/16,digitalocean"]
    path = put(tmp_path / "clouds.csv", ["cidr,provider", *known, "2600:1f18::/32,aws", *lines],
               NOVEMBER.timestamp())  # fmt: skip
    with pytest.raises(ReferenceDataError, match=words):
        refresh.refresh(configured(tmp_path, f"file:{path}", dataset="cloud"), NOVEMBER)


def test_countries(tmp_path: Path) -> None:
    known = [
        "18.26.0.0,18.26.255.255,US", "141.76.0.0,141.76.255.255,DE", "129.132.0.0,129.132.255.255,CH",
        "88.198.0.0,88.198.255.255,DE", "2a01:4f8::,2a01:4f8::ffff,DE", "2001:620::,2001:620::ffff,CH",
    ]  # fmt: skip
    path = put(tmp_path / "country.csv", known)
    settings = configured(tmp_path, f"file:{path}", dataset="country")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(checks.ROW_BOUNDS, "country", (5, 3_000_000))
        assert refresh.refresh(settings, NOW)["brought"] == {"country": "2026-07-10"}
    dataset = ReferenceSet.open(settings.reference, None).datasets["country"]
    found = dataset.look_up(parse(["141.76.1.1", "9.9.9.9"]))
    assert found["country_code"].tolist() == ["DE", None]


def test_addresses_as_integers_and_as_text_are_the_same_rows(tmp_path: Path) -> None:
    first, last = 0x20014860 << 96, (0x20014860 << 96) + 9
    path = put(tmp_path / "num.csv", ["16777216,16777471,13335,x", f"{first},{last},1,y"])
    text = put(tmp_path / "text.csv", ["1.0.0.0,1.0.0.255,13335,x", "2001:4860::,2001:4860::9,1,y"])
    for version in (4, 6):
        assert list(RangeList(path).rows(version)) == list(RangeList(text).rows(version))
    assert list(RangeList(path).rows(6)) == [(first, last, ["1", "y"])]


def test_nested_ranges_contradict_nothing() -> None:
    check_rows([(0x01000000, 0x0100FFFF, []), (0x01000000, 0x010000FF, []), (0x01000080, 0x0100008F, [])], 4)
    with pytest.raises(ReferenceDataError, match="1 of 2 IPv4 ranges cross"):
        check_rows([(0x01000000, 0x0100FFFF, []), (0x01000080, 0x01010000, [])], 4)


@pytest.mark.parametrize(
    "wrong",
    [
        {"places": ["http://lists.example/asn.csv"]},
        {"places": ["/srv/asn.csv"]},
        {"places": []},
        {"dataset": "weather"},
        {"licence": None},
        {"colour": "red"},
        {"sha256": ["0" * 63]},
        {"sha256": ["0" * 64] * 2},
        {"places": ["file:/x.csv", "file:/y.csv"], "sha512": ["0" * 128]},
    ],
)
def test_a_wrong_source_is_a_wrong_setting(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        configured(tmp_path, *wrong.pop("places", ["file:/x.csv"]), **wrong)


def test_two_sources_of_one_data_set_are_one_too_many(tmp_path: Path) -> None:
    source = ReferenceSource(dataset="asn", places=["file:/x.csv"], licence="x")
    with pytest.raises(ValidationError, match="two reference_sources are of the same dataset"):
        Settings(data=tmp_path, reference_sources=[source, source])
