"""The bytes of an object, decompressed block by block; damage is an ObjectError, never a short read."""

from __future__ import annotations

import gzip
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import zstandard

from ingest.errors import ObjectError, PassingObjectError

BLOCK_BYTES = 1024 * 1024
# A compression bomb is known by its size: real logs reach 277:1, zeros 1029:1 (measured), so no ratio tells.
MAX_DECOMPRESSED_BYTES = 8 * 1024**3
# One byte of zstd may stand for 32 KiB: small bites keep what one of them becomes at 8 MiB.
_ZSTD_BITE = 256

_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_FOREIGN_MAGIC = {b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2", b"PK\x03\x04": "zip", b"7z\xbc\xaf": "7z"}
PROMISES = {".gz": "gzip", ".zst": "zstd"}


@contextmanager
def open_blocks(path: Path, name: str) -> Iterator[Iterator[bytes]]:
    """Open an object's decompressed bytes as blocks of any size.

    Opening raises ObjectError where the file cannot be read or is compressed in another way; iterating does
    where it is cut off, damaged, followed by other bytes, or larger than MAX_DECOMPRESSED_BYTES.
    """
    with _open(path, name) as file:
        kind = _compression(file, path, name)
        yield _guarded(name, kind, _READERS[kind](file))


def compression_of(path: Path, name: str) -> str:
    """How an object is compressed by its first bytes: none, gzip or zstd. Raises ObjectError."""
    with _open(path, name) as file:
        return _compression(file, path, name)


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
    for magic, foreign in _FOREIGN_MAGIC.items():
        if head.startswith(magic):
            raise ObjectError(name, f"is compressed with {foreign}", "Compress it with gzip or zstd instead.")
    kind = next((known for magic, known in _MAGIC.items() if head.startswith(magic)), "none")
    promised = PROMISES.get(path.suffix)
    if promised and kind == "none":
        seen = "is empty" if not head else "does not begin like one"
        raise ObjectError(name, f"is named as a {promised} file and {seen}", "Was it written to the end?")
    return kind


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


_READERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {"none": _plain, "gzip": _gzip, "zstd": _zstd}


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
    except (gzip.BadGzipFile, zlib.error, zstandard.ZstdError):
        raise ObjectError(
            name,
            f"the {kind} data is damaged: a checksum is wrong, or other bytes follow",
            "Fetch or compress it again.",
        ) from None
    except OSError as error:
        raise unreadable(name, error) from None
