"""Stages of one growing log without request ids: each line counts once, in whatever order the stages come."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import duckdb
import pytest

from pipeline.lake.ledger import Ledger
from pipeline.loading import keys, load, pending, stages
from pipeline.settings import Settings
from pipeline.warehouse import plan
from tests.support.factories import Traffic
from tests.support.layouts import as_combined
from tests.support.warehouse import NOW

LINES = 12


def _log(begun: datetime, address: str = "198.51.100.60") -> list[str]:
    traffic = Traffic("acme/app", address)
    for number in range(LINES):
        traffic.manifest(begun + timedelta(minutes=number), "HEAD", f"1.{number % 3}")
    fields = {"protocol": "HTTP/1.1", "body_bytes_sent": "0"}
    return [as_combined(fields | line) for line in traffic.lines]


WHOLE = _log(datetime(2026, 5, 1, 23, 55, tzinfo=UTC))
TEXT = "".join(f"{line}\n" for line in WHOLE).encode()
AT_LINES = [len("".join(f"{line}\n" for line in WHOLE[:count])) for count in (3, 7, LINES)]
# In the middle of the fourth line; and before its number of bytes, where it reads like a whole line.
IN_A_LINE = [AT_LINES[0] + 40, AT_LINES[0] + WHOLE[3].index('" 200 ') + len('" 200 ')]


class House:
    """A data directory, and a folder of logs."""

    def __init__(self, folder: Path) -> None:
        self.logs = folder / "logs"
        self.logs.mkdir(parents=True)
        self.settings = Settings(data=folder / "data", logs=str(self.logs))
        self.settings.data.mkdir()

    def put(self, name: str, content: bytes) -> None:
        (self.logs / name).write_bytes(content)

    def load(self) -> None:
        """Load what is new, as one loader does."""
        objects = pending.find(self.settings)
        keys.ensure(self.settings, objects, NOW)
        assert not load.load_group(self.settings, objects)["refused"]

    def load_in_parallel(self) -> None:
        """Load what is new by loaders that do not see each other's loads."""
        objects = pending.find(self.settings)
        keys.ensure(self.settings, objects, NOW)
        loaders = [load.Loader(self.settings) for _ in objects]
        for loader, entry in zip(loaders, objects, strict=True):
            loader.load(pending.PendingObject(**entry))

    def counted(self) -> list[tuple[datetime, str]]:
        """The requests that count, after a plan."""
        plan.write(self.settings)
        ledger = Ledger(self.settings.loads)
        files = [
            str(self.settings.lake / name)
            for item in ledger.current
            for name in item.files
            if "requests" in name
        ]
        query = "select requested_at, reference from read_parquet(?) where reference is not null order by all"
        return duckdb.execute(query, [files]).fetchall()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def right(tmp_path: Path) -> list[tuple[datetime, str]]:
    """What the whole log says, loaded alone."""
    alone = House(tmp_path / "alone")
    alone.put("access.log", TEXT)
    alone.load()
    counted = alone.counted()
    assert len(counted) == LINES
    return counted


@pytest.mark.parametrize("order", permutations(range(3)), ids=str)
def test_stages_in_any_order(house: House, right: list, order: tuple[int, ...]) -> None:
    for number in order:
        house.put(f"copy-{number}.log", TEXT[: AT_LINES[number]])
        house.load()
    assert house.counted() == right


@pytest.mark.parametrize("order", permutations(range(3)), ids=str)
def test_stages_in_any_order_planned_after_each(house: House, right: list, order: tuple[int, ...]) -> None:
    for number in order:
        house.put(f"copy-{number}.log", TEXT[: AT_LINES[number]])
        house.load()
        house.counted()
    assert house.counted() == right


def _exported(kind: str, lines: list[str]) -> bytes:
    """A stage of the log in a form that is not one request a line."""
    events = [{"message": line} for line in lines]
    quoted = [line.replace('"', '""') for line in lines]
    text = {
        "array": json.dumps(events),
        "records": json.dumps({"records": events}, indent=1),
        "csv": "host,message\n" + "".join(f'gw,"{line}"\n' for line in quoted),
        "utf-16": "\ufeff" + "".join(f"{line}\r\n" for line in lines),
        "bzip2": "".join(f"{line}\n" for line in lines),
    }[kind]
    content = text.encode("utf-16-le" if kind == "utf-16" else "utf-8")
    return bz2.compress(content) if kind == "bzip2" else content


@pytest.mark.parametrize("kind", ["array", "records", "csv", "utf-16", "bzip2"])
def test_stages_of_an_export(house: House, right: list, kind: str) -> None:
    """Such a file is written anew each time, its closing bracket elsewhere: its lines are what has grown."""
    for number, count in enumerate((3, LINES, 7)):
        house.put(f"export-{number}.log", _exported(kind, WHOLE[:count]))
        house.load()
    assert house.counted() == right


@pytest.mark.parametrize("longest_first", [True, False])
def test_stages_in_one_listing(house: House, right: list, longest_first: bool) -> None:
    """The names decide the order of a listing."""
    names = "cba" if longest_first else "abc"
    for name, length in zip(names, AT_LINES, strict=True):
        house.put(f"{name}.log", TEXT[:length])
    house.load()
    assert house.counted() == right


def test_stages_in_parallel_loaders(house: House, right: list) -> None:
    for number, length in enumerate(AT_LINES):
        house.put(f"copy-{number}.log", TEXT[:length])
    house.load_in_parallel()
    assert house.counted() == right


@pytest.mark.parametrize("cut", IN_A_LINE, ids=["in the time", "in the size"])
@pytest.mark.parametrize("shorter_first", [True, False])
def test_a_stage_that_ends_in_a_line(house: House, right: list, cut: int, shorter_first: bool) -> None:
    stages_of_log = [("a.log", TEXT[:cut]), ("b.log", TEXT)]
    for name, content in stages_of_log if shorter_first else reversed(stages_of_log):
        house.put(name, content)
        house.load()
    assert house.counted() == right


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_rotation_and_copytruncate(house: House, right: list, pack: Callable[[bytes], bytes]) -> None:
    """Loaded while it grew; then its whole content is copied away, and the file begins anew."""
    house.put("access.log", TEXT[: AT_LINES[1]])
    house.load()
    house.counted()
    house.put("access.log.1.gz" if pack is gzip.compress else "access.log.1", pack(TEXT))
    newer = "".join(f"{line}\n" for line in _log(datetime(2026, 5, 3, 8, tzinfo=UTC))).encode()
    house.put("access.log", newer)
    house.load()
    assert house.counted()[:LINES] == right
    assert len(house.counted()) == 2 * LINES


def test_a_backup_of_an_earlier_stage_comes_back(house: House, right: list) -> None:
    house.put("access.log", TEXT)
    house.load()
    house.counted()
    house.put("backup.log", TEXT[: AT_LINES[0]])
    house.load()
    assert house.counted() == right


def test_logs_that_only_begin_alike_both_count(house: House) -> None:
    """Equal first lines and days, but for one line in the middle: two gateways, or a line put in by hand."""
    other = [*WHOLE[:5], WHOLE[5].replace("HEAD", "GET"), *WHOLE[6:8]]
    house.put("a.log", TEXT)
    house.put("b.log", "".join(f"{line}\n" for line in other).encode())
    house.load()
    assert len(house.counted()) == LINES + len(other)


def test_another_address_is_another_log(house: House) -> None:
    """Lines that differ in nothing but the client, after a first line that is the same."""
    elsewhere = _log(datetime(2026, 5, 1, 23, 55, tzinfo=UTC), "198.51.100.61")
    house.put("a.log", TEXT)
    house.put("b.log", "".join(f"{line}\n" for line in [WHOLE[0], *elsewhere[1:4]]).encode())
    house.load()
    assert len(house.counted()) == LINES + 4


def test_without_the_comparison_lines_count_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect."""
    monkeypatch.setattr(stages, "settle", lambda *_: 0)
    for name, length in zip("ab", reversed(AT_LINES[:2]), strict=True):
        house.put(f"{name}.log", TEXT[:length])
        house.load()
    assert len(house.counted()) == 7 + 3


def test_a_stage_that_an_older_version_loaded(house: House, right: list) -> None:
    """Until form 3 of the lake, bytes_sent held the bodies, and body_bytes_sent was not there."""
    house.put("a.log", TEXT[: AT_LINES[0]])
    house.load()
    for path in list(house.settings.requests.glob("date=*/*.parquet")):
        older = "* exclude (body_bytes_sent) replace (body_bytes_sent as bytes_sent)"
        rows = duckdb.execute(
            f"select {older} from read_parquet(?, hive_partitioning = false)", [str(path)]
        ).df()
        duckdb.from_df(rows).write_parquet(str(path))
    house.put("b.log", TEXT)
    house.load()
    assert house.counted() == right


def test_what_was_published_is_not_compared_again(house: House) -> None:
    house.put("a.log", TEXT)
    house.load()
    ledger = Ledger(house.settings.loads)
    assert list(stages._candidates(ledger, set(ledger.loads))) == []
