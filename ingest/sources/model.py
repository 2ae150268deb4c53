"""What every source of logs has in common: it lists objects, and brings one of them to this machine."""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

# Of an object that was loaded: name, size, time of the last change in ns.
Loaded = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class LogObject:
    """One object of a source, which `source`, `name`, `size` (bytes) and `modified_ns` identify.

    `name`: its absolute path or its URI, made printable. `path`: where its bytes lie, or will lie once it is
    fetched. `version`: what a remote source calls this state of the object, so that no other is fetched.
    """

    name: str
    path: Path
    source: str
    size: int
    modified_ns: int
    version: str = ""


class LogSource(Protocol):
    """A place that log objects come from."""

    def list(self, since: datetime | None = None) -> builtins.list[LogObject]:
        """The objects, by name. `since` (UTC): objects last written before it may be left out.

        Raises SourceError where the source is missing, cannot be listed, or holds none.
        """

    def fetch(self, item: LogObject) -> None:
        """Let the bytes of an object lie at its `path`, all of them or none.

        Raises ObjectError where it is gone, is no longer the object that was listed, or cannot be read.
        """
