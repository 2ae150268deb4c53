"""One object never stops another (law 9): what is wrong with it is told by its name, and kept on a list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from enrichers.identity import IdentityKeyError
from enrichers.reference.errors import ReferenceDataError
from ingest.errors import ObjectError, PassingObjectError
from pipeline.lake.ledger import write_durably
from pipeline.paths import REPOSITORY_ROOT
from pipeline.process.resources import ResourceError
from pipeline.tasks import describe

if TYPE_CHECKING:
    from pipeline.loading.pending import PendingObject

# Faults of the machine (a full disk, memory, keys that cannot be read): the next object would meet them too.
# What the operating system says of the object itself, `ingest` has made an ObjectError of.
MACHINES_FAULTS = (
    MemoryError,
    OSError,
    ResourceError,
    duckdb.IOException,
    IdentityKeyError,
    ReferenceDataError,
)
# What decides how an object is read: an object that was refused is tried again when any of it changes.
READING_ROOMS = ("ingest", "enrichers", "pipeline", "seeds")
READING_SUFFIXES = {".py", ".csv", ".json", ".toml", ".yml"}


@contextmanager
def object_errors(name: str) -> Iterator[None]:
    """Turn any fault inside one object into an ObjectError that gives its type and place only.

    Raises ObjectError; faults of the machine pass.
    """
    try:
        yield
    except (ObjectError, *MACHINES_FAULTS):
        raise
    except duckdb.OutOfMemoryException:
        raise PassingObjectError(
            name, "needs more memory than the setting memory_limit allows", "Raise it, or split the object."
        ) from None
    except Exception as error:
        raise ObjectError(
            name,
            f"could not be loaded: {describe(error)}",
            "This is a defect of Pullhouse: please report it. The object is tried again by the next version.",
        ) from None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An object that could not be loaded. `reason` is a sentence that begins with its name.

    `is_passing`: the next run tries it again, although it has not changed. `version`: of the code that
    refused it. `since`: when it was first refused for this reason (UTC, ISO 8601).
    """

    source: str
    name: str
    size: int
    modified_ns: int
    log_format: str
    reason: str
    is_passing: bool
    version: str
    since: str

    def still_holds(self, found: PendingObject) -> bool:
        """Whether reading the object as it lies there now would only give the same reason again."""
        return not self.is_passing and (
            (self.size, self.modified_ns, self.log_format, self.version)
            == (found.size, found.modified_ns, found.log_format, reader_version())
        )


class RefusedObjects:
    """The list: a file an object, so that loads side by side never write the same one."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def all(self) -> list[Refusal]:
        """Every refused object, by source and name. What cannot be read is left out: it is tried again."""
        entries = (_read(path) for path in self._directory.glob("*.json"))
        return sorted((entry for entry in entries if entry), key=lambda entry: (entry.source, entry.name))

    def add(self, item: PendingObject, error: ObjectError, now: datetime) -> None:
        """Note that an object was refused; `now` in UTC."""
        path = self._path(item.source, item.name)
        before, reason = _read(path), str(error)
        is_known = before is not None and before.reason == reason
        refusal = Refusal(
            source=item.source,
            name=item.name,
            size=item.size,
            modified_ns=item.modified_ns,
            log_format=item.log_format,
            reason=reason,
            is_passing=isinstance(error, PassingObjectError),
            version=reader_version(),
            since=before.since if before and is_known else now.astimezone(UTC).isoformat(timespec="seconds"),
        )
        self._directory.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(asdict(refusal), sort_keys=True) + "\n")

    def forget(self, source: str, name: str) -> None:
        """Take an object off the list: it was loaded, or is no longer there."""
        self._path(source, name).unlink(missing_ok=True)

    def _path(self, source: str, name: str) -> Path:
        digest = hashlib.sha256(json.dumps([source, name]).encode()).hexdigest()
        return self._directory / f"{digest[:32]}.json"


@cache
def reader_version() -> str:
    """A digest of the code and tables by which objects are read: others may read what these refused."""
    digest = hashlib.sha256()
    for room in READING_ROOMS:
        for path in sorted((REPOSITORY_ROOT / room).rglob("*")):
            if path.suffix in READING_SUFFIXES and "bundled" not in path.parts:
                digest.update(str(path.relative_to(REPOSITORY_ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> Refusal | None:
    try:
        return Refusal(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
