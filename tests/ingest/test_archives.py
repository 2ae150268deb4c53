"""Archives are read as if the logs in them had been put one behind the other."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest import archives, decompress
from ingest.bytepass import read_bytes
from ingest.errors import ObjectError
from tests.ingest.conftest import describe

FIRST, SECOND = b"1\n2\n", b"3\n4"
FILES = {"var/log/a.log.1.gz": gzip.compress(FIRST), "var/log/b.log": SECOND, "var/log/README": b"x\n"}
Packed = dict[str, bytes]


def in_zip(files: Packed) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("var/log/", b"")
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def in_tar(files: Packed) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("var/log/current.log")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return held.getvalue()


PACKERS: dict[str, Callable[[Packed], bytes]] = {
    "zip": in_zip,
    "tar": in_tar,
    "tar.gz": lambda files: gzip.compress(in_tar(files)),
}


def content_of(packed: bytes, folder: Path) -> bytes:
    path = folder / "logs.bin"
    path.write_bytes(packed)
    with read_bytes(describe(path), folder / "landing") as data, data.open_bytes() as blocks:
        return b"".join(blocks)


def refusal(packed: bytes, folder: Path) -> str:
    with pytest.raises(ObjectError) as caught:
        content_of(packed, folder)
    return str(caught.value)


@pytest.mark.parametrize("kind", PACKERS)
def test_the_logs_stand_one_behind_the_other_and_nothing_else(kind: str, tmp_path: Path) -> None:
    """A line that one file leaves open is not joined to the first of the next one."""
    files = {"a.log": SECOND} | FILES
    assert content_of(PACKERS[kind](files), tmp_path) == SECOND + b"\n" + FIRST + SECOND + b"\n"


@pytest.mark.parametrize("kind", PACKERS)
def test_an_archive_without_logs_is_refused(kind: str, tmp_path: Path) -> None:
    said = refusal(PACKERS[kind]({"README": b"x\n"}), tmp_path)
    assert "none of the archive's files is named like a log" in said


@pytest.mark.parametrize("kind", PACKERS)
def test_an_archive_inside_an_archive_is_refused(kind: str, tmp_path: Path) -> None:
    assert "in which another one lies" in refusal(PACKERS[kind]({"a.zip": in_zip(FILES)}), tmp_path)


@pytest.mark.parametrize("kind", PACKERS)
def test_half_an_archive_is_refused_as_a_whole(kind: str, tmp_path: Path) -> None:
    packed = PACKERS[kind]({"a.log": bytes(range(256)) * 400})
    said = refusal(packed[: len(packed) // 2], tmp_path)
    assert "cut off" in said


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    packed = bytearray(in_zip({"a.log": FIRST}))
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.rindex(sign) + place] |= 1
    assert "encrypted" in refusal(bytes(packed), tmp_path)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_in_an_archive_is_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "MAX_DECOMPRESSED_BYTES", 1024 * 1024)
    bomb = gzip.compress(b"x" * 60 * 50_000 + b"\n")
    assert "is larger than" in refusal(PACKERS[kind]({"a.log.gz": bomb}), tmp_path)


def test_a_lost_file_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect."""
    inner = archives.of_zip

    def but_the_first(file: io.BytesIO) -> Iterator[object]:
        for number, member in enumerate(inner(file)):
            if number:
                yield member

    monkeypatch.setattr(archives, "of_zip", but_the_first)
    assert content_of(in_zip(FILES), tmp_path) != FIRST + SECOND + b"\n"
