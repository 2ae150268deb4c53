"""A source on this machine: a file, a folder or a glob, read in place."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingest.errors import SourceError, one_line
from ingest.log_names import IN_WORDS, UNFINISHED, is_named_like_a_log
from ingest.sources.model import LogObject


@dataclass(frozen=True, slots=True)
class LocalSource:
    """Files of this machine; they are never copied, moved or deleted."""

    location: str
    name: str

    def list(self, since: datetime | None = None) -> list[LogObject]:
        """Every object, however old: who asks chooses by its time. Raises SourceError as `list_objects`."""
        return list_objects(self.location, source=self.name)

    def fetch(self, item: LogObject) -> None:
        """Nothing to do: its bytes lie here."""


def list_objects(location: str, source: str = "local") -> list[LogObject]:
    """List the log objects of a location, by name.

    A file or glob is taken at its word, whatever its name; in a folder (and below it) files named like logs
    are taken: *.log, *.json, *.jsonl, *.ndjson, *.csv, *.tsv, with what rotation adds, and what is
    compressed. What is named so and is no file (a pipe, a link to nothing), and a folder below that cannot be
    listed, is an object too: who reads it is told why it cannot be read, and the others are read. Raises
    SourceError naming the location where it is missing, cannot be listed, or holds none.
    """
    path = Path(location).expanduser()
    try:
        if path.is_dir():
            files = _files_of_folder(path, location)
        elif path.exists():
            files = [path]
        elif glob.has_magic(location):
            files = _files_of_glob(str(path), location)
        else:
            raise SourceError(location, "no such file or folder", "Give a file, a folder or a glob.")
        objects = {item.name: item for item in (_describe(file, source) for file in files)}
    except OSError as error:
        raise SourceError(location, f"cannot be read: {error.strerror}", "Mend its permissions.") from None
    return [objects[name] for name in sorted(objects)]


def left_out(location: str) -> list[str]:
    """The names of the files in a folder, and below it, that `list_objects` leaves out for their names.

    None of a file or of a glob's files, and none that is hidden or unfinished, which nobody takes for a log.
    """
    path = Path(location).expanduser()
    try:
        files = _files_below(path) if path.is_dir() else []
    except OSError:
        return []
    others = set(files) - set(_logs_among(files))
    return sorted(
        one_line(str(file.relative_to(path)))
        for file in others
        if not file.name.startswith(".") and not file.name.endswith(UNFINISHED)
    )


def _files_of_folder(folder: Path, location: str) -> list[Path]:
    files = _files_below(folder)
    if not files:
        raise SourceError(location, "the folder is empty", "Is it the right one? Does the gateway log there?")
    logs = _logs_among(files)
    if not logs:
        raise SourceError(
            location,
            f"none of the folder's {len(files)} files is named like a log ({IN_WORDS})",
            "Give a glob to read files of other names.",
        )
    return logs


def _files_of_glob(pattern: str, location: str) -> list[Path]:
    matches = sorted(_matches(Path(pattern)))
    files = [path for path in matches if not path.is_dir()]
    for folder in (path for path in matches if path.is_dir()):
        files += _logs_among(_files_below(folder))
    if not files:
        raise SourceError(location, "no file matches", "Quote the glob, so that the shell leaves it alone.")
    return files


def _matches(pattern: Path) -> Iterator[Path]:
    """What a glob finds; hidden names are left out unless it names them, as in a shell.

    By pathlib, whose ** follows no links: glob's goes round and round a link to a folder above it.
    """
    parts = pattern.parts
    fixed = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    base = Path(*parts[:fixed])
    wanted = {part for part in parts[fixed:] if part.startswith(".")}
    for path in base.glob(str(Path(*parts[fixed:]))):
        names = path.relative_to(base).parts
        if wanted or not any(name.startswith(".") for name in names):
            yield path


def _files_below(folder: Path) -> list[Path]:
    """What lies in a folder and its folders, but for folders that can be listed.

    Raises OSError where the folder itself cannot be listed.
    """
    unlisted: list[Path] = []

    def note(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        unlisted.append(Path(error.filename))

    paths = [Path(parent) / name for parent, _, names in os.walk(folder, onerror=note) for name in names]
    return paths + unlisted


def _logs_among(paths: list[Path]) -> list[Path]:
    return [path for path in paths if is_named_like_a_log(path.name) or path.is_dir()]


def _describe(path: Path, source: str) -> LogObject:
    """The name is the whole path: two folders may hold files of one name, size and time."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  resolve() would follow a link to another name
    size, modified_ns = _size_and_time(absolute)
    return LogObject(
        name=one_line(str(absolute)),
        path=absolute,
        source=source,
        size=size,
        modified_ns=modified_ns,
    )


def _size_and_time(path: Path) -> tuple[int, int]:
    """Of a link to nothing those of the link; zeros where nothing can be known, as its reader will say."""
    for ask in (path.stat, path.lstat):
        with suppress(OSError):
            status = ask()
            return status.st_size, status.st_mtime_ns
    return 0, 0
