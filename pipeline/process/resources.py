"""Memory and disk: how much a run may take, and what it says where there is too little of them (law 10)."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

_SPILL = "spill-"
# DuckDB writes the name of a file in quotes, escaped where it quotes an error inside another one.
_NAMED_FILE = re.compile(r'file \\?"([^"\\]+)\\?"')


class ResourceError(RuntimeError):
    """The machine, or the setting `memory_limit`, has too little; says of what, and what to do."""


def duckdb_size(size: int) -> str:
    """Bytes as DuckDB reads them in `memory_limit`."""
    return f"{size // 1024} KiB"


def confine(con: duckdb.DuckDBPyConnection, memory_limit: int, spill: Path) -> None:
    """Set the memory (bytes) that a connection may take, where it puts what needs more, and UTC."""
    con.execute("set temp_directory = ?", [str(spill)])
    con.execute(f"set memory_limit = '{duckdb_size(memory_limit)}'")
    con.execute("set timezone = 'UTC'")


def make_landing(landing: Path) -> None:
    """The folder that alone may hold addresses: nobody but its owner may look into it."""
    landing.mkdir(parents=True, exist_ok=True)
    with suppress(PermissionError):
        # It belongs to another user, who decides its permissions.
        landing.chmod(0o700)


@contextmanager
def spill_folder(landing: Path) -> Iterator[Path]:
    """A folder for what one connection spills: it holds addresses, so it may lie in `landing` only.

    Each has its own: DuckDB's files have the same names in every process. What killed processes left behind
    is removed first.
    """
    make_landing(landing)
    for left in landing.glob(f"{_SPILL}*"):
        if (held := _held(left)) is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(held)
    folder, held = _new_folder(landing)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _new_folder(landing: Path) -> tuple[Path, int]:
    """A new folder, and the handle that holds its lock. Until it is locked, another process may remove it."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_SPILL, dir=landing))
        held = _held(folder)
        if held is not None and folder.exists():
            return folder, held
        if held is not None:
            os.close(held)


def _held(folder: Path) -> int | None:
    """A handle that holds the lock of a folder; None while another process does. It dies with its process."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


@contextmanager
def full_disk_errors(place: Path) -> Iterator[None]:
    """Raise ResourceError for a full disk, with the path; `place`: where the error names none.

    A DuckDB error may quote a log line, so of its text only the name of the file is told.
    """
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        # Of a copy, the second name is that of the new file.
        raise ResourceError(full_disk(error.filename2 or error.filename or place)) from None
    except duckdb.Error as error:
        found = full_disk_in(str(error), place)
        if found is None:
            raise
        raise ResourceError(found) from None


def full_disk(place: str | Path) -> str:
    """What is said of a full disk."""
    return (
        f"No space left on device: {place}. Nothing was published. Free some space, then run this again: what"
        " was loaded stays."
    )


def full_disk_in(text: str, place: Path) -> str | None:
    """What is said of a DuckDB error whose reason is a full disk; None for any other error."""
    if "max_temp_directory_size" in text:
        return full_disk(place)
    if os.strerror(errno.ENOSPC) not in text:
        return None
    named = _NAMED_FILE.search(text)
    return full_disk(named[1] if named else place)
