"""The bytes of an object's lines, decompressed by blocks; damage is an ObjectError, never a short read."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import zstandard

from ingest import archives
from ingest.archives import ArchiveError
from ingest.errors import ObjectError, PassingObjectError
from ingest.unpacking import UnpackingError, unpacked

BLOCK_BYTES = 1024 * 1024
# A compression bomb is known by its size: real logs reach 277:1, zeros 1029:1 (measured), so no ratio tells.
MAX_DECOMPRESSED_BYTES = 8 * 1024**3
# One byte of zstd may stand for 32 KiB: small bites keep what one of them becomes at 8 MiB.
_ZSTD_BITE = 256

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2"}
# What is not read: what it is, and what to do.
_REFUSED = {
    b"7z\xbc\xaf": ("is a 7z archive", "Unpack it: 7z x."),
    b"Rar!": ("is a rar archive", "Unpack it: unrar x."),
    b"\x04\x22\x4d\x18": ("is compressed by lz4", "Decompress it: lz4 -d."),
    b"\x1f\x9d": ("is compressed by compress", "Decompress it: uncompress."),
}
PROMISES = {".gz": "gzip", ".zst": "zstd"}
_TEXT = re.compile(rb"[\t\r\n -~]+")


@contextmanager
def open_blocks(path: Path, name: str) -> Iterator[Iterator[bytes]]:
    """Open the bytes of an object's lines in blocks of any size: decompressed, unpacked (ingest.unpacking).

    Opening raises ObjectError where the file cannot be read or is an archive; iterating does where it is cut
    off, damaged, followed by other bytes, or larger than MAX_DECOMPRESSED_BYTES.
    """
    with _open(path, name) as file:
        yield _lines(file, path, name)[1]


def packing_of(path: Path, name: str) -> str:
    """What an object's lines are packed in by its first bytes: none, gzip, or "gzip, json-documents" …

    Raises ObjectError.
    """
    with _open(path, name) as file:
        return _lines(file, path, name)[0]


def _lines(file: BinaryIO, path: Path, name: str) -> tuple[str, Iterator[bytes]]:
    kind = _compression(file, path, name)
    if kind == "zip":
        return kind, _guarded(name, kind, _of_members(archives.of_zip(file), name))
    blocks = _guarded(name, kind, _READERS[kind](file))
    first = next(blocks, b"")
    blocks = chain([first] if first else [], blocks)
    if archives.is_tar(first):
        members = _of_members(archives.of_tar(blocks), name)
        return ("tar" if kind == "none" else f"{kind}, tar"), _guarded(name, "tar", members)
    names, blocks = unpacked(blocks)
    return ", ".join([kind, *names]), _unpacking(blocks, name) if names else blocks


def _of_members(members: Iterator[io.BufferedIOBase], name: str) -> Iterator[bytes]:
    """The lines of each file of an archive, one file after the other. Raises ObjectError."""
    try:
        for member in members:
            file = io.BufferedReader(member)
            head = file.peek(8)[:8]
            if head.startswith((archives.ZIP, *_REFUSED)):
                raise ObjectError(name, "is an archive in which another one lies", "Unpack it.")
            kind = _kind(head)
            last = b""
            for block in _unpacking(unpacked(_READERS[kind](file))[1], name):
                yield block
                last = block or last
            if last and not last.endswith(b"\n"):
                yield b"\n"
    except ArchiveError as error:
        raise ObjectError(name, error.reason, error.way_out) from None
    except archives.DAMAGE:
        raise ObjectError(name, "the archive is damaged or cut off", "Fetch it again.") from None


def _unpacking(blocks: Iterator[bytes], name: str) -> Iterator[bytes]:
    try:
        yield from blocks
    except UnpackingError as error:
        raise ObjectError(name, error.reason, "It is tried again when it changes.") from None


def _open(path: Path, name: str) -> BinaryIO:
    try:
        # Asked before opening: a pipe would wait for its writer.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise PassingObjectError(name, "is a folder that cannot be listed", "Mend its permissions.")
        if not stat.S_ISREG(mode):
            raise ObjectError(name, "is not a file")
        return path.open("rb")
    except OSError as error:
        raise unreadable(name, error) from None


def unreadable(name: str, error: OSError) -> PassingObjectError:
    """The error for what the operating system said, without the path that it knows."""
    return PassingObjectError(name, f"cannot be read: {error.strerror or type(error).__name__}")


def _compression(file: BinaryIO, path: Path, name: str) -> str:
    head = file.read(8)
    file.seek(0)
    for magic, (what, way_out) in _REFUSED.items():
        if head.startswith(magic):
            raise ObjectError(name, what, way_out)
    if head.startswith(archives.ZIP):
        return "zip"
    kind = _kind(head)
    promised = PROMISES.get(path.suffix)
    # Text under such a name was decompressed on its way: curl and GCS do so, and keep the name.
    if promised and kind == "none" and not (head and _TEXT.fullmatch(head)):
        seen = "is empty" if not head else "does not begin like one"
        raise ObjectError(name, f"is named as a {promised} file and {seen}", "Was it written to the end?")
    return kind


def _kind(head: bytes) -> str:
    """The compression that some first bytes tell; "none" where they tell none."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "none")


def _plain(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(BLOCK_BYTES):
        yield block


def _gzip(file: BinaryIO) -> Iterator[bytes]:
    """Any number of members; padding of zeros may follow, anything else is damage."""
    with gzip.GzipFile(fileobj=file) as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _zstd(file: BinaryIO) -> Iterator[bytes]:
    """Any number of frames. Not zstandard's own stream_reader: it takes a cut-off frame for a whole one."""
    decompressor = zstandard.ZstdDecompressor()
    frame = decompressor.decompressobj()
    begun = False
    while bite := file.read(_ZSTD_BITE):
        while bite:
            yield frame.decompress(bite)
            begun, bite = not frame.eof, frame.unused_data if frame.eof else b""
            if frame.eof:
                frame = decompressor.decompressobj()
    if begun:
        raise EOFError


def _bzip2(file: BinaryIO) -> Iterator[bytes]:
    """Any number of streams."""
    with bz2.BZ2File(file) as stream:
        while block := _block_of(stream):
            yield block


def _xz(file: BinaryIO) -> Iterator[bytes]:
    """Any number of streams."""
    with lzma.LZMAFile(file) as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _block_of(stream: bz2.BZ2File) -> bytes:
    try:
        return stream.read(BLOCK_BYTES)
    except OSError as error:
        # What bz2 raises for damaged data has no number.
        if error.errno is None:
            raise zlib.error from None
        raise


_READERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "none": _plain,
    "gzip": _gzip,
    "zstd": _zstd,
    "bzip2": _bzip2,
    "xz": _xz,
}


def _guarded(name: str, kind: str, blocks: Iterator[bytes]) -> Iterator[bytes]:
    total = 0
    try:
        for block in blocks:
            total += len(block)
            if kind != "none" and total > MAX_DECOMPRESSED_BYTES:
                raise ObjectError(
                    name,
                    f"is larger than {MAX_DECOMPRESSED_BYTES / 1024**3:g} GiB when decompressed",
                    "Split it, if it is a log.",
                )
            if block:
                yield block
    except EOFError:
        raise ObjectError(
            name, f"the {kind} data is cut off", "It is tried again when it is whole."
        ) from None
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError, lzma.LZMAError):
        raise ObjectError(
            name,
            f"the {kind} data is damaged: a checksum is wrong, or other bytes follow",
            "Fetch or compress it again.",
        ) from None
    except OSError as error:
        raise unreadable(name, error) from None
