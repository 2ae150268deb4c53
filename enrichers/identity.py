"""Pseudonyms: keyed 64-bit ids of an address, and of an address with its client (contract B).

A key belongs to an epoch and is destroyed some time after it: from then on nobody can tie a pseudonym to
an address. The pseudonyms of two epochs are tied only where a request of an epoch's first days carries both.
"""

from __future__ import annotations

import calendar
import hmac
import json
import os
import re
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ingest.networks import WRAPPERS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

EpochKind = Literal["month", "quarter", "year"]

# A key outlives its epoch (or its creation, for a log that comes late) by so many days (contract B).
DAYS_A_KEY_OUTLIVES_ITS_EPOCH = 100
KEY_BYTES = 32

_EPOCH = re.compile(r"(\d{4})(?:-Q([1-4])|-(0[1-9]|1[0-2]))?")
_SECRET_NAME = re.compile(r"[a-z][a-z_]{0,40}")
_CLIENT_COLUMNS = ["client_name", "engine_os", "client_os", "architecture"]


class IdentityKeyError(RuntimeError):
    """A key cannot be read or made; the text says which one, why, and what to do."""


def epoch_of(day: date, kind: EpochKind | str) -> str:
    """The epoch of a UTC day: "2026", "2026-Q1" or "2026-03"; epochs of one kind sort as text."""
    if kind == "year":
        return f"{day.year:04}"
    if kind == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    if kind == "month":
        return f"{day.year:04}-{day.month:02}"
    raise ValueError(f"an identity epoch is a month, a quarter or a year, not {kind!r}")


def epoch_bounds(epoch: str) -> tuple[date, date]:
    """First and last day of an epoch, both inside it. Raises ValueError for any other text."""
    found = _EPOCH.fullmatch(epoch)
    if found is None:
        raise ValueError(f"not an identity epoch: {epoch!r}")
    year = int(found[1])
    if found[2]:
        first, last = 3 * int(found[2]) - 2, 3 * int(found[2])
    elif found[3]:
        first = last = int(found[3])
    else:
        first, last = 1, 12
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def previous_epoch(epoch: str) -> str:
    """The epoch of the same kind just before this one."""
    first, last = epoch_bounds(epoch)
    kind = {1: "month", 3: "quarter", 12: "year"}[last.month - first.month + 1]
    return epoch_of(first - timedelta(days=1), kind)


@dataclass(frozen=True)
class _Key:
    material: bytes
    created_at: datetime


class KeyRing:
    """The keys in one directory (0700): `<epoch>.key`, `<epoch>.destroyed` and `secret-<name>.key` (0600).

    Every method raises IdentityKeyError where the directory or a key file cannot be used. Keys of
    another kind (the setting was changed) stay in the directory until they die.
    """

    def __init__(self, directory: Path, kind: EpochKind | str) -> None:
        epoch_of(date.min, kind)
        self.directory = directory
        self.kind: str = kind
        self._known: dict[str, bytes | None] = {}

    def key(self, epoch: str) -> bytes | None:
        """The epoch's 32 bytes; None where it has no key (yet, or any more)."""
        if epoch in self._known:
            return self._known[epoch]
        if self._exists(self._tombstone(epoch)):
            self._known[epoch] = None
        elif key := self._read(self._path(epoch)):
            self._known[epoch] = key.material
        return self._known.get(epoch)

    def ensure(self, epochs: Iterable[str], now: datetime) -> None:
        """Make the missing keys of these epochs; a destroyed one is never made again. `now` in UTC."""
        for epoch in epochs:
            if self.key(epoch) is None and not self._exists(self._tombstone(epoch)):
                self._create(self._path(epoch), now)

    def secret(self, name: str) -> bytes:
        """32 bytes that never expire, made when first asked for ("quarantine": digests of lines)."""
        if _SECRET_NAME.fullmatch(name) is None:
            raise ValueError(f"not a name for a secret: {name!r}")
        path = self.directory / f"secret-{name}.key"
        if self._read(path) is None:
            self._create(path, datetime.now(UTC))
        key = self._read(path)
        if key is None:
            raise IdentityKeyError(f"the key file {path.name} vanished from {self.directory}")
        return key.material

    def expired(self, now: datetime) -> list[str]:
        """Epochs whose key is due to be destroyed at `now` (UTC), of every kind, sorted."""
        return sorted(epoch for epoch in self._epochs() if self._is_due(epoch, now))

    def destroy(self, epoch: str) -> None:
        """Destroy a key for good. The tombstone comes first: a crash in between loses nothing."""
        self._create_file(self._tombstone(epoch), b"")
        path = self._path(epoch)
        try:
            for draft in self.directory.glob(".draft-*"):
                # A second name of the key that a crash during its creation left behind.
                if path.exists() and draft.samefile(path):
                    draft.unlink()
            path.unlink(missing_ok=True)
            self._sync_directory()
        except OSError as error:
            raise self._trouble("destroy", path, error) from error
        self._known[epoch] = None

    def _is_due(self, epoch: str, now: datetime) -> bool:
        if self._exists(self._tombstone(epoch)):
            return True
        key = self._read(self._path(epoch))
        if key is None:
            return False
        ended_at = datetime.combine(epoch_bounds(epoch)[1], time(tzinfo=UTC)) + timedelta(days=1)
        return now >= max(ended_at, key.created_at) + timedelta(days=DAYS_A_KEY_OUTLIVES_ITS_EPOCH)

    def _epochs(self) -> list[str]:
        try:
            # Not glob: it says nothing of a directory that cannot be read.
            paths = list(self.directory.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._trouble("list", self.directory, error) from error
        return [path.stem for path in paths if path.suffix == ".key" and _EPOCH.fullmatch(path.stem)]

    def _path(self, epoch: str) -> Path:
        epoch_bounds(epoch)
        return self.directory / f"{epoch}.key"

    def _tombstone(self, epoch: str) -> Path:
        epoch_bounds(epoch)
        return self.directory / f"{epoch}.destroyed"

    def _exists(self, path: Path) -> bool:
        try:
            path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._trouble("look for", path, error) from error
        return True

    def _read(self, path: Path) -> _Key | None:
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._trouble("read", path, error) from error
        try:
            entry = json.loads(text)
            key = _Key(bytes.fromhex(entry["key"]), datetime.fromisoformat(entry["created_at"]))
            if len(key.material) != KEY_BYTES or key.created_at.tzinfo is None:
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            # Without a cause: it could quote the key.
            raise IdentityKeyError(
                f"the identity key {path} is damaged: restore it from a backup. If there is none, delete the"
                " file: a new key is made, and origins seen before will count as new ones"
            ) from None
        return key

    def _create(self, path: Path, now: datetime) -> None:
        entry = {"created_at": now.astimezone(UTC).isoformat(), "key": secrets.token_hex(KEY_BYTES)}
        self._create_file(path, json.dumps(entry).encode("ascii"))

    def _create_file(self, path: Path, content: bytes) -> None:
        """Create a whole, durable file or leave the one that is there: never half a file, never two."""
        draft = self.directory / f".draft-{secrets.token_hex(8)}"
        try:
            self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.directory.chmod(0o700)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(descriptor)
                path.hardlink_to(draft)
            except FileExistsError:
                pass  # Another process was first: its key counts.
            finally:
                draft.unlink()
            self._sync_directory()
        except OSError as error:
            raise self._trouble("create", path, error) from error

    def _sync_directory(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _trouble(self, action: str, path: Path, error: OSError) -> IdentityKeyError:
        return IdentityKeyError(
            f"cannot {action} {path}: {error.strerror or type(error).__name__}. Identity keys need a"
            " directory that the pipeline's user can read and write"
        )


def pseudonymise(keys: pd.DataFrame, ring: KeyRing, throwaway: bytes) -> pd.DataFrame:
    """Ids of each distinct set of address, client and epoch.

    `keys`: address (canonical text or null), identity_epoch, client_name, engine_os, client_os,
    architecture (text or null); more columns are ignored. `throwaway`: 32 random bytes that the caller
    forgets. Returns a frame on the same index: endpoint_id, origin_id (int64: the first 64 bits of
    HMAC-SHA256), origin_unlinkable (bool).

    endpoint_id covers the address (IPv6: its /64; an IPv4 address written as IPv6 is that IPv4 address);
    origin_id covers the same, the client's name, operating system and architecture, but no version. The
    operating system is that of the engine and that of the person's machine, which where unknown is taken
    to be the engine's: docker's CLI and a program behind docker's API on one Linux machine are one origin.

    Unlinkable: an epoch whose key was destroyed (hashed under `throwaway`), and a line without an address
    (both ids stand for "no address", so that its requests still form sessions). A missing key that was
    never destroyed is made. Raises IdentityKeyError.
    """
    # Keys are looked after by every command, and pandas takes more than a second to import.
    import numpy as np
    import pandas as pd

    epochs, epoch_names = pd.factorize(keys["identity_epoch"])
    if (epochs < 0).any():
        raise ValueError("pseudonymise: a row has no identity_epoch")
    ring.ensure(epoch_names, datetime.now(UTC))
    found = [ring.key(epoch) for epoch in epoch_names]
    materials = [key or throwaway for key in found]
    is_dead = np.array([key is None for key in found], dtype=bool)

    addresses, address_names = pd.factorize(keys["address"], use_na_sentinel=False)
    networks = [_network(address) for address in address_names]
    clients, descriptions = _clients(keys)

    endpoints: dict[tuple[int, int], bytes] = {}
    endpoint_digests, origin_digests = [], []
    for epoch, address, client in zip(epochs.tolist(), addresses.tolist(), clients.tolist(), strict=True):
        network = networks[address]
        if (epoch, address) not in endpoints:
            endpoints[epoch, address] = _digest(materials[epoch], b"endpoint" + network)
        endpoint_digests.append(endpoints[epoch, address])
        origin_digests.append(_digest(materials[epoch], b"origin" + network + descriptions[client]))
    has_no_address = np.array([network == _NO_ADDRESS for network in networks], dtype=bool)
    return pd.DataFrame(
        {
            "endpoint_id": _int64(endpoint_digests),
            "origin_id": _int64(origin_digests),
            "origin_unlinkable": is_dead[epochs] | has_no_address[addresses],
        },
        index=keys.index,
    )


def _field(value: object) -> bytes:
    """A field with its length before it: no two lists of fields read the same."""
    if not isinstance(value, str):
        return b"-"
    text = value.encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(text), text)


_NO_ADDRESS = b"-"


def _network(address: object) -> bytes:
    """What identifies an endpoint: 4 bytes of IPv4, the upper 8 bytes of IPv6 (with their length)."""
    if not isinstance(address, str):
        return _NO_ADDRESS
    try:
        if ":" not in address:
            return b"4:" + socket.inet_pton(socket.AF_INET, address)
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
    except (OSError, ValueError):
        return _NO_ADDRESS
    return b"4:" + packed[12:] if packed.startswith(WRAPPERS) else b"8:" + packed[:8]


def _clients(keys: pd.DataFrame) -> tuple[np.ndarray, list[bytes]]:
    """The number of each row's client, and what the hash takes of each client."""
    numbers = keys.groupby(_CLIENT_COLUMNS, dropna=False, sort=False).ngroup().to_numpy()
    distinct = keys.assign(number=numbers).drop_duplicates("number").sort_values("number")
    person_os = distinct["client_os"].where(distinct["client_os"].notna(), distinct["engine_os"])
    fields = distinct.assign(client_os=person_os)[_CLIENT_COLUMNS]
    return numbers, [b"".join(map(_field, row)) for row in fields.itertuples(index=False)]


def _digest(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")[:8]


def _int64(digests: list[bytes]) -> np.ndarray:
    import numpy as np

    return np.frombuffer(b"".join(digests), dtype=">i8").astype(np.int64)
