"""One object never stops another, and what was refused is known until it changes."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pydantic import ByteSize

from enrichers.identity import IdentityKeyError
from ingest.errors import ObjectError, PassingObjectError
from pipeline.lake.ledger import Ledger
from pipeline.loading import attributes, keys, load, pending, refused
from pipeline.loading.refused import RefusedObjects, object_errors
from pipeline.process.resources import ResourceError
from pipeline.settings import Settings
from tests.support.factories import Traffic

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADDRESS = "198.51.100.7"


def line(number: int = 0, **changes: str) -> str:
    traffic = Traffic(f"acme/app{number}", ADDRESS)
    traffic.manifest("2026-01-01 10:00:00", "HEAD", "latest")
    return json.dumps(traffic.lines[0] | changes) + "\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "logs").mkdir()
    return Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))


def load_all(settings: Settings) -> dict[str, Any]:
    objects = pending.find(settings)
    keys.ensure(settings, objects, NOON)
    return load.load_group(settings, objects)


def on_list(settings: Settings) -> list[str]:
    return [Path(entry.name).name for entry in RefusedObjects(settings.refused).all()]


def waiting(settings: Settings) -> list[str]:
    return [Path(item.name).name for item in pending.look(settings).found]


def test_an_object_is_refused_once_and_tried_again_when_it_changes(
    settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "logs" / "a.log"
    log.write_text("<html>\n", "utf-8")
    assert len(load_all(settings)["refused"]) == 1
    assert (on_list(settings), waiting(settings)) == (["a.log"], [])
    [entry] = RefusedObjects(settings.refused).all()
    assert entry.reason.startswith(f"{log}: is no access log that can be read: it begins with XML or HTML.")
    log.write_text(line(), "utf-8")
    assert waiting(settings) == ["a.log"]
    assert load_all(settings)["objects"] == 1
    assert (on_list(settings), waiting(settings)) == ([], [])


def test_it_is_tried_again_by_another_version_and_in_another_format(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs" / "a.log").write_text("<html>\n", "utf-8")
    load_all(settings)
    monkeypatch.setattr(refused, "reader_version", lambda: "next")
    assert waiting(settings) == ["a.log"]
    load_all(settings)
    assert waiting(settings) == []
    settings.log_format = "combined"
    assert waiting(settings) == ["a.log"]


def test_a_time_of_change_is_enough(settings: Settings, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "a.log"
    log.write_text("<html>\n", "utf-8")
    load_all(settings)
    os.utime(log, ns=(1, 1))
    assert waiting(settings) == ["a.log"]


def test_what_may_pass_is_tried_by_each_run(settings: Settings, tmp_path: Path) -> None:
    """Permissions are mended without a change of size or time."""
    log = tmp_path / "logs" / "a.log"
    log.symlink_to(tmp_path / "elsewhere")
    assert "a.log: cannot be read: No such file" in load_all(settings)["refused"][0]
    assert (on_list(settings), waiting(settings)) == (["a.log"], ["a.log"])
    (tmp_path / "elsewhere").write_text(line(), "utf-8")
    assert load_all(settings)["objects"] == 1
    assert on_list(settings) == []


def test_what_vanished_is_no_longer_listed(settings: Settings, tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / "logs" / name).write_text("<html>\n", "utf-8")
    load_all(settings)
    (tmp_path / "logs" / "a.log").unlink()
    assert [Path(entry.name).name for entry in pending.look(settings).vanished] == ["a.log"]
    assert on_list(settings) == ["a.log", "b.log"]  # who only looks changes nothing
    pending.find(settings)
    assert on_list(settings) == ["b.log"]


def test_a_source_that_is_away_keeps_its_entries(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "logs" / "a.log").write_text("<html>\n", "utf-8")
    load_all(settings)
    (tmp_path / "logs").rename(tmp_path / "unmounted")
    assert pending.look(settings).vanished == []


def test_the_first_refusal_for_a_reason_keeps_its_time(settings: Settings) -> None:
    item = pending.PendingObject("local", "a.log", "/a.log", 1, 1, "auto")
    refusals = RefusedObjects(settings.refused)
    for hour, reason in ((1, "is odd"), (2, "is odd"), (3, "is even")):
        refusals.add(item, ObjectError("a.log", reason), datetime(2026, 1, 5, hour, tzinfo=UTC))
        [entry] = refusals.all()
        assert entry.since == f"2026-01-05T0{1 if hour < 3 else 3}:00:00+00:00"


def test_an_entry_that_cannot_be_read_is_as_none(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "logs" / "a.log").write_text("<html>\n", "utf-8")
    load_all(settings)
    [path] = settings.refused.iterdir()
    path.write_text("{", "utf-8")
    assert (on_list(settings), waiting(settings)) == ([], ["a.log"])


def quote() -> None:
    with duckdb.connect() as con:
        con.execute("select cast(? as integer)", [ADDRESS])


def raising(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    "fault",
    [
        quote,
        lambda: raising(KeyError(ADDRESS)),
        lambda: raising(RecursionError(ADDRESS)),
        lambda: [][ADDRESS],
    ],
)
def test_whatever_goes_wrong_is_told_by_type_and_place_never_by_its_text(fault: Any) -> None:
    with pytest.raises(ObjectError) as caught, object_errors("a.log"):
        fault()
    assert str(caught.value).startswith("a.log: could not be loaded: ")
    assert "test_refused.py:" in str(caught.value)
    assert ADDRESS not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_object_too_large_for_the_memory_is_refused_for_now() -> None:
    with (
        pytest.raises(
            PassingObjectError, match=r"a\.log: needs more memory than the setting memory_limit allows"
        ),
        object_errors("a.log"),
    ):
        raise duckdb.OutOfMemoryException(ADDRESS)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(28, "No space left on device"),
        duckdb.IOException("full"),
        IdentityKeyError("no"),
    ],
)
def test_the_machines_faults_are_no_objects(error: Exception) -> None:
    """The next object would meet them too: the task ends, and nothing is refused."""
    with pytest.raises(type(error)) as caught, object_errors("a.log"):
        raise error
    assert caught.value is error


def test_with_too_little_memory_nothing_is_kept_and_with_enough_the_next_run_loads_it(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "logs" / "a.log").write_text("".join(line(number) for number in range(20_000)), "utf-8")
    too_little = settings.model_copy(update={"memory_limit": ByteSize(2**23)})
    [reason] = load_all(too_little)["refused"]
    assert reason.endswith(
        "a.log: needs more memory than the setting memory_limit allows. Raise it, or split the object."
    )
    assert (Ledger(settings.loads).loads, list(settings.lake.rglob("*.parquet"))) == ({}, [])
    assert [path for path in settings.landing.rglob("*") if path.is_file()] == []
    loaded = load_all(settings)
    assert (loaded["lines"], loaded["refused"], on_list(settings)) == (20_000, [], [])


def test_a_full_disk_refuses_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs" / "a.log").write_text(line(), "utf-8")
    monkeypatch.setattr(load.parquet, "write_requests", lambda *_: raising(OSError(28, "No space left")))
    with pytest.raises(ResourceError, match=rf"^No space left on device: {settings.landing}\. "):
        load_all(settings)
    assert (on_list(settings), waiting(settings)) == ([], ["a.log"])


def test_a_log_that_is_rotated_away_while_it_is_read_is_tried_again(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB says of it what it says of a full disk; the object itself tells which it is."""
    for name in ("a.log", "b.log"):
        (tmp_path / "logs" / name).write_text(line(ord(name[0])), "utf-8")
    read = load.read_lines

    def rotated(*arguments: Any, name: str, **others: Any) -> Any:
        if name.endswith("a.log"):
            (tmp_path / "logs" / "a.log").unlink(missing_ok=True)
        return read(*arguments, name=name, **others)

    monkeypatch.setattr(load, "read_lines", rotated)
    told = load_all(settings)
    assert (told["objects"], len(told["refused"])) == (1, 1)
    assert "a.log: cannot be read: No such file or directory" in told["refused"][0]
    assert pending.look(settings).vanished[0].name == str(tmp_path / "logs" / "a.log")


@pytest.mark.parametrize("bad", range(0, 20, 7))
def test_a_planted_exception_in_one_of_twenty_leaves_nineteen(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: int
) -> None:
    for number in range(20):
        (tmp_path / "logs" / f"{number:02}.log").write_text(line(number), "utf-8")
    attach = attributes.attach
    count = iter(range(20))

    def planted(*arguments: Any) -> None:
        if next(count) == bad:
            quote()
        attach(*arguments)

    monkeypatch.setattr(attributes, "attach", planted)
    told = load_all(settings)
    assert (told["objects"], told["lines"], len(told["refused"])) == (19, 19, 1)
    assert (
        f"{bad:02}.log: could not be loaded: ConversionException in pipeline/loading/load.py"
        in told["refused"][0]
    )
    assert on_list(settings) == [f"{bad:02}.log"]
    assert len(Ledger(settings.loads).loads) == 19


@pytest.mark.parametrize(
    ("content", "counts"),
    [
        (b"", (0, 0, 0, 0, 0)),
        (b"\n \n\t\r\n", (3, 0, 3, 0, 0)),
        (line(dnt="1").encode() * 2, (2, 0, 0, 2, 0)),
        (line(remote_addr="unix:").encode(), (1, 1, 0, 0, 1)),
        (line(remote_addr="198.51.100.0/24").encode(), (1, 1, 0, 0, 1)),
        (line(remote_addr="unix:", dnt="1").encode() + line().encode(), (2, 1, 0, 1, 0)),
    ],
    ids=["empty", "blank", "opted out", "unix", "a prefix", "mixed"],
)
def test_objects_with_little_in_them_are_loaded(
    settings: Settings, tmp_path: Path, content: bytes, counts: tuple[int, ...]
) -> None:
    (tmp_path / "logs" / "odd.log").write_bytes(content)
    (tmp_path / "logs" / "good.log").write_text(line(1), "utf-8")
    assert load_all(settings)["refused"] == []
    [odd] = [one for one in Ledger(settings.loads).current if one.object_name.endswith("odd.log")]
    assert counts == (
        odd.line_count, odd.staged_count, odd.skipped_count, odd.opted_out_count, odd.without_address_count,
    )  # fmt: skip
    assert odd.unaccounted == 0


@pytest.mark.parametrize("modified_ns", [8 * 10**18, 5 * 10**20, -(10**18), 0])
def test_a_file_of_an_odd_time_is_loaded(settings: Settings, tmp_path: Path, modified_ns: int) -> None:
    """A file system keeps times that no calendar has."""
    item = pending.PendingObject("local", "a.log", str(tmp_path / "logs" / "a.log"), 1, modified_ns, "auto")
    Path(item.path).write_text("", "utf-8")
    entry = {name: getattr(item, name) for name in item.__slots__}
    keys.ensure(settings, [entry], NOON)
    assert load.load_group(settings, [entry])["objects"] == 1
