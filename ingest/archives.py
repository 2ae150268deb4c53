"""Files inside a zip or tar archive: those that are named like logs, in the order in which they lie there."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from ingest.log_names import IN_WORDS, is_named_like_a_log

ZIP = b"PK\x03\x04"
# Where tar writes its name.
_TAR = slice(257, 262)


# What reading an archive or one of its files raises where bytes are wrong, or missing.
DAMAGE = (tarfile.TarError, zipfile.BadZipFile)


class ArchiveError(Exception):
    """What is wrong with an archive (`reason`), and what to do (`way_out`), in words."""

    def __init__(self, reason: str, way_out: str) -> None:
        super().__init__(reason)
        self.reason, self.way_out = reason, way_out


def is_tar(head: bytes) -> bool:
    """Whether some bytes are the beginning of a tar archive."""
    return head[_TAR] == b"ustar"


def of_zip(file: BinaryIO) -> Iterator[io.BufferedIOBase]:
    """Each log of a zip archive. Raises ArchiveError, and DAMAGE."""
    try:
        with zipfile.ZipFile(file) as archive:
            logs = [info for info in archive.infolist() if not info.is_dir() and _is_log(info.filename)]
            for info in logs:
                with archive.open(info) as member:
                    yield cast(io.BufferedIOBase, member)
    except (RuntimeError, NotImplementedError):
        raise ArchiveError(
            "the zip archive is encrypted, or packed in an unusual way", "Unpack it: unzip."
        ) from None
    _check(logs)


def of_tar(blocks: Iterator[bytes]) -> Iterator[io.BufferedIOBase]:
    """Each log of a tar archive, which is read from its beginning to its end. Raises as `of_zip`."""
    logs = 0
    with tarfile.open(fileobj=cast(BinaryIO, _Stream(blocks)), mode="r|") as archive:
        for info in archive:
            member = archive.extractfile(info) if info.isfile() and _is_log(info.name) else None
            if member:
                logs += 1
                yield cast(io.BufferedIOBase, member)
    _check(logs)


def _is_log(path: str) -> bool:
    return is_named_like_a_log(PurePosixPath(path).name)


def _check(logs: object) -> None:
    if not logs:
        raise ArchiveError(f"none of the archive's files is named like a log ({IN_WORDS})", "Unpack it.")


class _Stream(io.RawIOBase):
    """Blocks as a file that can be read once."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            block = next(self._blocks, None)
            if block is None:
                break
            self._rest += block
        size = len(self._rest) if size < 0 else size
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken
