"""Epochs, key rings and pseudonyms. The HMACs are recomputed here with the standard library by hand."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from enrichers.identity import (
    IdentityKeyError,
    KeyRing,
    epoch_bounds,
    epoch_of,
    previous_epoch,
    pseudonymise,
)
from tests.support import cpu

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
THROWAWAY = bytes(range(32))


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "keys", "year")


def keys_of(*addresses: str | None, **columns: str | None) -> pd.DataFrame:
    """One key per address; the same epoch and client unless `columns` says otherwise."""
    client = {
        "identity_epoch": "2026",
        "client_name": "docker",
        "engine_os": "linux",
        "client_os": None,
        "architecture": "amd64",
    }
    return pd.DataFrame([{"address": address} | client | columns for address in addresses], dtype=object)


def hmac_sha256(key: bytes, message: bytes) -> int:
    """RFC 2104 by hand; the first 64 bits as a signed number."""
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).digest()
    return int.from_bytes(outer[:8], "big", signed=True)


@pytest.mark.parametrize(
    ("kind", "day", "epoch", "first", "last", "before"),
    [
        ("year", date(2026, 1, 1), "2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("year", date(2026, 12, 31), "2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("quarter", date(2026, 3, 31), "2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("quarter", date(2026, 4, 1), "2026-Q2", date(2026, 4, 1), date(2026, 6, 30), "2026-Q1"),
        ("month", date(2024, 2, 29), "2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-01"),
        ("month", date(2026, 1, 1), "2026-01", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
    ],
)
def test_epochs(kind: str, day: date, epoch: str, first: date, last: date, before: str) -> None:
    assert epoch_of(day, kind) == epoch
    assert epoch_bounds(epoch) == (first, last)
    assert previous_epoch(epoch) == before


@pytest.mark.parametrize("kind", ["year", "quarter", "month"])
def test_epochs_follow_each_other_and_sort_as_text(kind: str) -> None:
    days = [date(2023, 12, 1) + timedelta(days=number) for number in range(800)]
    epochs = sorted({epoch_of(day, kind) for day in days})
    assert [previous_epoch(epoch) for epoch in epochs[1:]] == epochs[:-1]
    for day in days:
        first, last = epoch_bounds(epoch_of(day, kind))
        assert first <= day <= last


@pytest.mark.parametrize("epoch", ["", "26", "2026-Q5", "2026-13", "2026-00", "2026-1", "../2026", "2026\n"])
def test_other_texts_are_no_epoch(epoch: str, ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="not an identity epoch"):
        epoch_bounds(epoch)
    with pytest.raises(ValueError, match="not an identity epoch"):
        ring.key(epoch)


def test_a_ring_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'week'"):
        KeyRing(tmp_path, "week")


def test_keys_are_made_once_and_private(ring: KeyRing) -> None:
    assert ring.key("2026") is None
    ring.ensure(["2025", "2026"], NOW)
    key = ring.key("2026")
    assert key is not None
    assert len(key) == 32
    assert key != ring.key("2025")
    ring.ensure(["2026"], NOW + timedelta(days=1))
    again = KeyRing(ring.directory, "year")
    assert again.key("2026") == key
    assert ring.directory.stat().st_mode & 0o777 == 0o700
    files = list(ring.directory.iterdir())
    assert sorted(path.name for path in files) == ["2025.key", "2026.key"]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_an_open_directory_is_closed(ring: KeyRing) -> None:
    ring.directory.mkdir(mode=0o755)
    ring.ensure(["2026"], NOW)
    assert ring.directory.stat().st_mode & 0o777 == 0o700


def test_secrets_stay(ring: KeyRing) -> None:
    secret = ring.secret("quarantine")
    assert len(secret) == 32
    assert secret == KeyRing(ring.directory, "month").secret("quarantine")
    assert secret != ring.secret("other")
    assert ring.expired(NOW + timedelta(days=100_000)) == []
    with pytest.raises(ValueError, match="not a name"):
        ring.secret("../2026")


@pytest.mark.parametrize(
    ("epoch", "created_at", "lives_until"),
    [
        # Made in time: 100 days after the year's end. 2027-01-01 + 100 days.
        ("2026", datetime(2026, 1, 2, tzinfo=UTC), datetime(2027, 4, 11, tzinfo=UTC)),
        # Made for a late log: 100 days after 2026-03-01 12:00.
        ("2024", NOW, datetime(2026, 6, 9, 12, tzinfo=UTC)),
        # Of another kind than the ring's. 2026-04-01 + 100 days.
        ("2026-Q1", NOW, datetime(2026, 7, 10, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 6, 9, tzinfo=UTC)),
    ],
)
def test_when_a_key_dies(ring: KeyRing, epoch: str, created_at: datetime, lives_until: datetime) -> None:
    ring.ensure([epoch], created_at)
    assert ring.expired(lives_until - timedelta(microseconds=1)) == []
    assert ring.expired(lives_until) == [epoch]


def test_a_destroyed_key_never_comes_back(ring: KeyRing) -> None:
    ring.ensure(["2024"], NOW)
    ring.destroy("2024")
    ring.ensure(["2024"], NOW)
    fresh = KeyRing(ring.directory, "year")
    fresh.ensure(["2024"], NOW)
    assert ring.key("2024") is None
    assert fresh.key("2024") is None
    assert fresh.expired(NOW + timedelta(days=1000)) == []
    assert [path.name for path in ring.directory.iterdir()] == ["2024.destroyed"]


def test_a_destruction_that_was_killed_is_completed(ring: KeyRing) -> None:
    ring.ensure(["2026"], NOW)
    # As after a kill between the tombstone and the deletion, and one while the key was made.
    (ring.directory / "2026.destroyed").touch()
    (ring.directory / ".draft-0011").hardlink_to(ring.directory / "2026.key")
    fresh = KeyRing(ring.directory, "year")
    assert fresh.key("2026") is None
    assert fresh.expired(NOW) == ["2026"]
    fresh.destroy("2026")
    assert [path.name for path in ring.directory.iterdir()] == ["2026.destroyed"]


def make_key(directory: Path, answers: multiprocessing.Queue) -> None:
    ring = KeyRing(directory, "year")
    ring.ensure(["2026"], NOW)
    answers.put(KeyRing(directory, "year").key("2026"))


def test_processes_that_make_a_key_at_once_agree(ring: KeyRing) -> None:
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    makers = [context.Process(target=make_key, args=(ring.directory, answers)) for _ in range(6)]
    for maker in makers:
        maker.start()
    found = {answers.get(timeout=30) for _ in makers}
    for maker in makers:
        maker.join()
    assert found == {ring.key("2026")}
    assert [path.name for path in ring.directory.iterdir()] == ["2026.key"]


def test_who_comes_second_keeps_the_first_key(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look before either writes: the second one must not overwrite."""
    ring.ensure(["2026"], NOW)
    late = KeyRing(ring.directory, "year")
    read = KeyRing._read
    monkeypatch.setattr(KeyRing, "_read", lambda self, path: None)
    late.ensure(["2026"], NOW)
    monkeypatch.setattr(KeyRing, "_read", read)
    assert late.key("2026") == ring.key("2026")


GOOD = {"created_at": "2026-03-01T12:00:00+00:00", "key": "00" * 32}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps({"key": GOOD["key"]}),
        json.dumps(GOOD | {"key": "00" * 31}),
        json.dumps(GOOD | {"key": "zz" * 32}),
        json.dumps(GOOD | {"key": 5}),
        json.dumps(GOOD | {"created_at": "yesterday"}),
        json.dumps(GOOD | {"created_at": "2026-03-01T12:00:00"}),
        "\udc80".encode("utf-8", "surrogateescape"),
    ],
)
def test_a_damaged_key_file_is_named(ring: KeyRing, content: str | bytes) -> None:
    ring.directory.mkdir()
    path = ring.directory / "2026.key"
    path.write_text(json.dumps(GOOD))
    assert ring.key("2026") == bytes(32)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for use in (
        lambda fresh: fresh.key("2026"),
        lambda fresh: fresh.ensure(["2026"], NOW),
        lambda fresh: fresh.expired(NOW),
    ):
        with pytest.raises(IdentityKeyError, match=r"2026\.key is damaged: restore it") as caught:
            use(KeyRing(ring.directory, "year"))
        assert "00" * 31 not in str(caught.value)
        assert caught.value.__suppress_context__


def test_an_unusable_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file")
    ring = KeyRing(tmp_path / "keys", "year")
    for use in (
        lambda: ring.key("2026"),
        lambda: ring.ensure(["2026"], NOW),
        lambda: ring.secret("quarantine"),
        lambda: ring.expired(NOW),
    ):
        with pytest.raises(IdentityKeyError, match=r"cannot .*keys.*: Not a directory"):
            use()


def test_a_key_file_that_cannot_be_read_is_named(ring: KeyRing) -> None:
    (ring.directory / "2026.key").mkdir(parents=True)
    with pytest.raises(IdentityKeyError, match=r"cannot read .*2026\.key: Is a directory"):
        ring.key("2026")


def test_ids_are_the_hmac_of_address_and_client(ring: KeyRing) -> None:
    ring.ensure(["2026"], NOW)
    key = ring.key("2026")
    assert key is not None
    found = pseudonymise(keys_of("192.0.2.1", client_os="darwin"), ring, THROWAWAY).iloc[0]
    network = b"4:" + bytes([192, 0, 2, 1])
    assert found["endpoint_id"] == hmac_sha256(key, b"endpoint" + network)
    client = b"6:docker" + b"5:linux" + b"6:darwin" + b"5:amd64"
    assert found["origin_id"] == hmac_sha256(key, b"origin" + network + client)
    assert not found["origin_unlinkable"]


def test_frame_keeps_index_and_types(ring: KeyRing) -> None:
    keys = keys_of("192.0.2.1", None, "192.0.2.2").set_index(pd.Index([5, 1, 3]))
    found = pseudonymise(keys, ring, THROWAWAY)
    assert list(found.index) == [5, 1, 3]
    assert {name: str(kind) for name, kind in found.dtypes.items()} == {
        "endpoint_id": "int64",
        "origin_id": "int64",
        "origin_unlinkable": "bool",
    }
    assert (found.loc[[5, 3]] == pseudonymise(keys.loc[[5, 3]], ring, THROWAWAY)).all(axis=None)
    assert pseudonymise(keys.iloc[:0], ring, THROWAWAY).empty


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "64:ff9b::192.0.2.1", True),
        ("64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        # The upper half of the second reads as the four bytes of the first, and four more.
        ("32.1.13.184", "2001:db8::1", False),
    ],
)
def test_what_is_one_endpoint(ring: KeyRing, one: str, other: str, same: bool) -> None:
    found = pseudonymise(keys_of(one, other), ring, THROWAWAY)
    assert (found["endpoint_id"].nunique() == 1) == same
    assert (found["origin_id"].nunique() == 1) == same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {"client_name": "podman"}, False),
        ({}, {"client_name": None}, False),
        ({}, {"architecture": "arm64"}, False),
        ({}, {"architecture": None}, False),
        ({}, {"engine_os": "windows"}, False),
        ({}, {"client_os": "darwin"}, False),
        # docker's CLI on Linux, and a program behind the API of the same engine.
        ({"client_os": "linux"}, {"client_os": None}, True),
        # Fields must not run into each other.
        ({"client_name": "ab", "engine_os": "c"}, {"client_name": "a", "engine_os": "bc"}, False),
        ({"client_name": "-"}, {"client_name": None}, False),
        ({"client_name": ""}, {"client_name": None}, False),
        # No version: an upgrade keeps the origin.
        ({"client_version": "26.1"}, {"client_version": "27.1"}, True),
    ],
)
def test_what_is_one_origin(
    ring: KeyRing, one: dict[str, str | None], other: dict[str, str | None], same: bool
) -> None:
    keys = pd.concat([keys_of("192.0.2.1", **one), keys_of("192.0.2.1", **other)], ignore_index=True)
    found = pseudonymise(keys, ring, THROWAWAY)
    assert found["endpoint_id"].nunique() == 1
    assert (found["origin_id"].nunique() == 1) == same


def test_two_epochs_share_no_id(ring: KeyRing) -> None:
    addresses = [f"192.0.2.{number}" for number in range(200)]
    here = pseudonymise(keys_of(*addresses), ring, THROWAWAY)
    there = pseudonymise(keys_of(*addresses, identity_epoch="2025"), ring, THROWAWAY)
    ids = pd.concat([here["endpoint_id"], here["origin_id"], there["endpoint_id"], there["origin_id"]])
    assert ids.nunique() == 800


def test_a_destroyed_key_makes_unlinkable_ids(ring: KeyRing) -> None:
    ring.ensure(["2024", "2026"], NOW)
    ring.destroy("2024")
    keys = pd.concat([keys_of("192.0.2.1", identity_epoch="2024"), keys_of("192.0.2.1")], ignore_index=True)
    found = pseudonymise(keys, ring, THROWAWAY)
    assert list(found["origin_unlinkable"]) == [True, False]
    assert found.loc[0, "endpoint_id"] == hmac_sha256(THROWAWAY, b"endpoint4:" + bytes([192, 0, 2, 1]))
    again = pseudonymise(keys, ring, bytes(32))
    assert found.loc[0, "endpoint_id"] != again.loc[0, "endpoint_id"]
    assert found.loc[1, "endpoint_id"] == again.loc[1, "endpoint_id"]


def test_no_address_is_unlinkable_and_still_a_client(ring: KeyRing) -> None:
    keys = pd.concat(
        [keys_of(None, "no address"), keys_of(None, client_name="podman"), keys_of("192.0.2.1")],
        ignore_index=True,
    )
    found = pseudonymise(keys, ring, THROWAWAY)
    assert list(found["origin_unlinkable"]) == [True, True, True, False]
    assert list(found["endpoint_id"].duplicated()) == [False, True, True, False]
    assert list(found["origin_id"].duplicated()) == [False, True, False, False]


def test_a_missing_key_is_made_and_kept(ring: KeyRing) -> None:
    first = pseudonymise(keys_of("192.0.2.1", identity_epoch="2019"), ring, THROWAWAY)
    again = pseudonymise(
        keys_of("192.0.2.1", identity_epoch="2019"), KeyRing(ring.directory, "year"), bytes(32)
    )
    assert first.equals(again)
    assert not first["origin_unlinkable"].any()


def test_a_row_without_an_epoch_is_refused(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="no identity_epoch"):
        pseudonymise(keys_of("192.0.2.1", identity_epoch=None), ring, THROWAWAY)


def test_without_hashing_the_address_would_be_found(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect of the privacy search: with the digest switched off the address is in the ids."""
    packed = bytes([203, 0, 113, 77])
    keys = keys_of("203.0.113.77")
    assert packed not in pseudonymise(keys, ring, THROWAWAY)["endpoint_id"].to_numpy().astype(">i8").tobytes()
    monkeypatch.setattr("enrichers.identity._digest", lambda key, message: message[-8:].rjust(8, b"\0"))
    assert packed in pseudonymise(keys, ring, THROWAWAY)["endpoint_id"].to_numpy().astype(">i8").tobytes()


def test_a_hundred_thousand_addresses_in_little_time(ring: KeyRing) -> None:
    """Measured: 16 units of tests.support.cpu; several times as much is a defect."""
    addresses = [f"{n % 223 + 1}.{n >> 16}.{(n >> 8) & 255}.{n & 255}" for n in range(100_000)]
    keys = keys_of(*addresses)
    found = []
    assert cpu.ratio(lambda: found.append(pseudonymise(keys, ring, THROWAWAY)), tries=1) < 170
    assert found[0]["endpoint_id"].nunique() == 100_000
