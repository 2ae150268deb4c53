"""Old GeoLite2 files. The fixtures are MaxMind's test databases, built on 2026-02-04 by their metadata."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.reference import geolite, refresh
from pipeline.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, repo_root: Path) -> Path:
    source = repo_root / "tests" / "data" / "reference" / "maxmind"
    target = tmp_path / "maxmind"
    target.mkdir()
    for name in ("GeoLite2-ASN-Test", "GeoLite2-City-Test", "GeoIP2-City-Test"):
        shutil.copy(source / f"{name}.mmdb", target)
    (target / "notes.mmdb").write_text("no database")
    return target


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_fresh_copy_stays(folder: Path) -> None:
    # 2026-02-04 + 30 days = 2026-03-06
    assert geolite.prune(folder, date(2026, 3, 6)) == []
    assert len(names(folder)) == 4


def test_an_old_copy_goes_and_nothing_else(folder: Path) -> None:
    said = geolite.prune(folder, date(2026, 3, 7))
    assert [text.split(",")[0] for text in said] == [
        "GeoLite2-ASN-Test.mmdb (GeoLite2-ASN", "GeoLite2-City-Test.mmdb (GeoLite2-City",
    ]  # fmt: skip
    # Another licence, and no database at all
    assert names(folder) == ["GeoIP2-City-Test.mmdb", "notes.mmdb"]


def test_the_older_of_two_copies_goes_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = folder / "GeoLite2-ASN_20260301.mmdb"
    shutil.copy(folder / "GeoLite2-ASN-Test.mmdb", newer)
    edition = geolite._edition

    def dated(path: Path) -> tuple[str, date] | None:
        found = edition(path)
        return (found[0], date(2026, 3, 1)) if found and path == newer else found

    monkeypatch.setattr(geolite, "_edition", dated)
    [said] = geolite.prune(folder, date(2026, 3, 2))
    assert said.startswith("GeoLite2-ASN-Test.mmdb (GeoLite2-ASN, built on 2026-02-04) was deleted")
    assert newer.exists()


def test_a_copy_that_cannot_be_deleted_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    assert all("cannot be: Permission denied" in said for said in geolite.prune(folder, date(2026, 9, 1)))


def test_one_file_is_no_folder_of_ours(folder: Path) -> None:
    assert geolite.prune(folder / "GeoLite2-ASN-Test.mmdb", date(2026, 9, 1)) == []


def test_the_refresh_does_it_unless_it_is_switched_off(tmp_path: Path, folder: Path) -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    off = Settings(data=tmp_path / "data", maxmind=folder, remove_old_geolite=False)
    [damaged] = refresh.refresh(off, now)["warnings"]
    assert "notes.mmdb is no mmdb file" in damaged
    assert len(names(folder)) == 4
    on = Settings(data=tmp_path / "data", maxmind=folder)
    *deleted, still_damaged = refresh.refresh(on, now)["warnings"]
    assert [" was deleted, " in text for text in deleted] == [True, True]
    assert still_damaged == damaged
    assert len(names(folder)) == 2
