"""The ledger: one JSON file a loaded object. Its existence is the commit."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path

# The form of the lake: 2 added unknown_agent_pattern, 3 body_bytes_sent (until then, bytes_sent was bodies).
# Rows of an older form lack columns, which read as null; a newer form is refused.
SCHEMA_VERSION = 3
UNITED = "month.json"
SEEN = "seen"
STAGES = "stages"
# Of one load: rotation renames a file once a day or week.
REMEMBERED = 20

# A log object as a source lists it: source, name, size, time of the last change in ns.
Listed = tuple[str, str, int, int]


class LedgerError(RuntimeError):
    """An entry cannot be read, or must not be written; the text says which one, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Load:
    """One loaded object, every line accounted for: lines = staged + quarantined + skipped + opted_out."""

    load_id: str
    source: str
    object_name: str
    size: int
    modified_ns: int
    byte_count: int
    first_line_digest: str
    log_format: str
    reader: str
    line_count: int
    staged_count: int
    quarantined_count: int
    skipped_count: int
    opted_out_count: int
    opted_out_by_date: dict[str, int] = field(default_factory=dict)
    quarantined_by_date: dict[str, int] = field(default_factory=dict)
    # Digest of a repository → day → lines that name it and were quarantined, opted out or refused a token;
    # '' → day → lines that were cut off before they named one.
    hidden_by_repository: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    missing_fields: dict[str, int] = field(default_factory=dict)
    formats: dict[str, int] = field(default_factory=dict)
    without_address_count: int = 0
    dates: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    first_requested_at: str | None = None
    last_logged_at: str | None = None
    nodes: list[str] = field(default_factory=list)
    identity_epochs: list[str] = field(default_factory=list)
    reference_set: str = ""
    supersedes: str | None = None
    is_ended: bool = True
    loaded_month: str = ""
    schema_version: int = SCHEMA_VERSION

    @property
    def unaccounted(self) -> int:
        """Lines that are neither staged nor counted elsewhere; law 1 wants 0."""
        counted = self.staged_count + self.quarantined_count + self.skipped_count + self.opted_out_count
        return self.line_count - counted


class Ledger:
    """All committed loads of a data directory.

    A load that grew (the object's earlier bytes are a prefix of it) supersedes the earlier load: the
    earlier entry stays in the ledger, its rows are no longer read. `pipeline.loading.stages` finds the pairs
    that the loaders could not see.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.loads: dict[str, Load] = {load.load_id: load for load in _read_all(directory)}
        self._beginnings: dict[str, set[str]] = defaultdict(set)
        for load in self.loads.values():
            self._beginnings[load.first_line_digest].add(load.load_id)
        notes = (directory / SEEN).glob("*.json")
        # Without its entry a load is to be loaded again, wherever it is found.
        self._seen = {path.stem: _read_seen(path) for path in notes if path.stem in self.loads}
        self._stages = {
            path.stem: path.read_text(encoding="utf-8").strip() for path in (directory / STAGES).glob("*.txt")
        }

    @property
    def superseded(self) -> set[str]:
        """Ids of loads whose lines a later load holds too."""
        grown = {load.supersedes for load in self.loads.values() if load.supersedes}
        return grown | {shorter for shorter, longer in self._stages.items() if longer in self.loads}

    @property
    def current(self) -> list[Load]:
        """Loads whose rows count, by id."""
        gone = self.superseded
        return [self.loads[load_id] for load_id in sorted(self.loads) if load_id not in gone]

    @property
    def objects(self) -> set[Listed]:
        """What was loaded, under the name that it had then and under others that it was found by since."""
        loaded = {
            (load.source, load.object_name, load.size, load.modified_ns) for load in self.loads.values()
        }
        return loaded.union(*self._seen.values())

    def remember(self, load_id: str, found: Listed) -> None:
        """This object holds what was loaded already (rotated, copied, compressed): it need not be read again.

        No more than a note: lost, the object is read once more, and found to be known.
        """
        self._seen[load_id] = [*self._seen.get(load_id, []), found][-REMEMBERED:]
        path = self.directory / SEEN / f"{load_id}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, json.dumps(self._seen[load_id]) + "\n")

    def note_stage(self, shorter: str, longer: str) -> None:
        """All lines of one load stand at the beginning of the other, which therefore counts for both."""
        self._stages[shorter] = longer
        path = self.directory / STAGES / f"{shorter}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, f"{longer}\n")

    def shorter_with(self, first_line_digest: str) -> list[Load]:
        """Current loads that begin with the same line: those that a grown object may supersede.

        Asked for every object, so without a walk through the ledger: what superseded a load begins with its
        first line too, and is among them.
        """
        alike = {load_id: self.loads[load_id] for load_id in self._beginnings.get(first_line_digest, ())}
        grown = {load.supersedes for load in alike.values()}
        stages = {load_id for load_id in alike if self._stages.get(load_id) in self.loads}
        return [alike[load_id] for load_id in sorted(alike.keys() - grown - stages)]

    def commit(self, load: Load) -> None:
        """Write the entry: temporary name, fsync, rename. Raises LedgerError where lines are missing."""
        if load.unaccounted != 0:
            raise LedgerError(
                f"{load.object_name}: {load.unaccounted} lines are unaccounted for; not committed."
            )
        month = self.directory / load.loaded_month
        month.mkdir(parents=True, exist_ok=True)
        write_durably(month / f"{load.load_id}.json", json.dumps(asdict(load), sort_keys=True) + "\n")
        self.loads[load.load_id] = load
        self._beginnings[load.first_line_digest].add(load.load_id)

    def compact(self, before_month: str) -> int:
        """Unite the entries of each month before `before_month` (yyyy-mm) in one file; returns how many.

        Readers and committing loads may go on meanwhile, a second compaction may not: call it under the lock.
        """
        united = 0
        for month in sorted(path for path in self.directory.glob("????-??") if path.name < before_month):
            singles = sorted(path for path in month.glob("*.json") if path.name != UNITED)
            if not singles:
                continue
            entries = {load.load_id: load for load in _read_month(month)}
            text = "".join(json.dumps(asdict(entries[key]), sort_keys=True) + "\n" for key in sorted(entries))
            write_durably(month / UNITED, text)
            for path in singles:
                path.unlink()
            united += len(singles)
        return united


def write_durably(path: Path, text: str) -> None:
    """Write a file so that it is either absent or whole, even after a power cut."""
    temporary = path.with_suffix(path.suffix + f".{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    replace_durably(temporary, path)


def replace_durably(temporary: Path, target: Path) -> None:
    """Rename a written file so that after a power cut the target is the old file or the whole new one."""
    fsync(temporary)
    temporary.replace(target)
    fsync(target.parent)


def fsync(path: Path) -> None:
    """Make what was written to this file, or renamed in this directory, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_all(directory: Path) -> list[Load]:
    return [load for month in sorted(directory.glob("????-??")) for load in _read_month(month)]


def _read_seen(path: Path) -> list[Listed]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [(source, name, size, modified_ns) for source, name, size, modified_ns in entries]
    except (OSError, ValueError, TypeError):
        return []


def _read_month(month: Path) -> list[Load]:
    """The entries of a month. The united file is read last: a compaction may be going on.

    An entry of its own is newer than the united one: that load was loaded again (pipeline.reenrich).
    """
    singles = sorted(path for path in month.glob("*.json") if path.name != UNITED)
    entries: dict[str, Load] = {}
    for path in [*singles, month / UNITED]:
        for load in _read_entries(path):
            entries.setdefault(load.load_id, load)
    return list(entries.values())


def _read_entries(path: Path) -> list[Load]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise LedgerError(
            f"The ledger's {path} cannot be read: {error.strerror}. Mend its permissions."
        ) from None
    try:
        entries = [json.loads(line) for line in lines]
        forms = [entry.get("schema_version", 1) for entry in entries]
        if all(form <= SCHEMA_VERSION for form in forms):
            return [Load(**entry) for entry in entries]
    except (ValueError, TypeError, AttributeError):
        raise LedgerError(
            f"The ledger's {path} is damaged. Restore it from a backup, or remove it: what it names is then"
            " loaded again from the sources."
        ) from None
    raise LedgerError(
        f"The ledger's {path} was written by a newer version of Pullhouse: its lake has form {max(forms)},"
        f" this version reads forms up to {SCHEMA_VERSION}. Nothing was changed. Use that version again, or"
        " restore a backup that was made before it."
    )
