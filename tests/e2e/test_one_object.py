"""One object never stops another (law 9): what is wrong with one is told, and the rest is published."""

from __future__ import annotations

import gzip
import io
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from pipeline import run
from pipeline.__main__ import main
from pipeline.loading import attributes, pending, refused
from pipeline.loading.refused import RefusedObjects
from pipeline.screens import status
from pipeline.settings import Settings, load_settings
from pipeline.warehouse import build, plan, publish
from tests.support.factories import Traffic
from tests.support.warehouse import Warehouse, build_and_publish, load_logs, quick_dbt

NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
BAD = 7
SECRET = "203.0.113.77"


def pull(name: str, address: str = "203.0.113.9") -> list[dict[str, Any]]:
    """A cold pull of `odd/<name>`."""
    traffic = Traffic(f"odd/{name}", address)
    traffic.cold_pull(datetime(2026, 5, 1, 10, tzinfo=UTC), "latest")
    return traffic.lines


def text(lines: list[dict[str, Any]], **changes: Any) -> bytes:
    return "".join(json.dumps(line | changes) + "\n" for line in lines).encode()


def busy(name: str) -> list[dict[str, Any]]:
    """Many requests, each under an id of its own."""
    lines = pull(name)
    return [line | {"request_id": f"{number}{line['request_id']}"} for number in range(12) for line in lines]


# Odd in whatever way, and read all the same: their lines are counted somewhere.
LOADED = {
    "empty.log": b"",
    # The hole that copytruncate leaves: a blank line.
    "nul.log": bytes(5_000),
    "blank.log": b"\n \n\t\r\n" * 20,
    "nothing.log.gz": gzip.compress(b""),
    "opted-out.log": text(pull("opted-out"), dnt="1"),
    "unix.log": text(pull("unix"), remote_addr="unix:"),
    "prefix.log": text(pull("prefix"), remote_addr="198.51.100.0/24"),
    "huge-counts.log": text(busy("huge"), body_bytes_sent="9" * 18, bytes_sent="9" * 18),
    "slow.log": text(pull("slow"), request_time="9999999"),
    "earliest.log": text(pull("earliest"), msec="1356998400.001", request_time="9999999"),
    "latest.log": text(pull("latest"), msec="4102444799.9"),
    "one-moment.log": text(pull("moment"), request_id="same", msec="1777629600.000"),
    "long-path.log": text(pull("long"), request_uri="/v2/" + "a/" * 20_000 + "manifests/x"),
    "long-host.log": text(pull("host"), host="h" * 60_000),
    "no-agent.log": text(pull("no-agent"), user_agent=""),
    "no-method.log": text(pull("no-method"), method="", request_uri="-x"),
    "status-0.log": text(pull("status-0"), status="0"),
    "status-999.log": text(pull("status-999"), status="999"),
    "no-repository.log": text(pull("x"), request_uri="/v2//manifests/"),
    "escapes.log": text(pull("x"), request_uri="/v2/%00%ff%zz/manifests/%20", args="ns=%"),
    "quotes.log": text(pull("x"), request_uri="/v2/o'dd/manifests/a';drop", user_agent="a'b\"c"),
    "controls.log": text(pull("x"), node="n\x00x", user_agent="\ud83d docker/\u202e"),
    "no-digest.log": text(pull("digest"), resp_digest="sha256:", resp_content_type="x" * 5_000),
    "zone.log": text(pull("zone"), remote_addr="fe80::1%eth0", x_forwarded_for="," * 1_000),
    "no-newline.log": text(pull("no-newline"))[:-1],
    "na'me;*?[x].log": text(pull("name")),
    "new\nline.log": text(pull("newline")),
    "tags.log": text(pull("tags"), request_uri="/v2/odd/t/tags/list", args="n=99999999999999999999"),
}
# What cannot be read as a whole, and what its reason says.
REFUSED = {
    "binary.log": (bytes(range(256)) * 20, "binary data"),
    "cut.log.gz": (gzip.compress(text(busy("cut")))[:-9], "cut off"),
    "not-written.log.gz": (b"", "is named as a gzip file and is empty"),
    "page.log": (b"<html>\n", "XML or HTML"),
    "half-lines.log": (b'{"msec":\n' * 10, "is no access log that can be read"),
    "deep.log": (text(pull("deep")[:1])[:-2] + b',"x":' + b"[" * 99 + b"]" * 99 + b"}\n", "too_deep 1"),
    "no-time.log": (text(pull("no-time"), msec=None), "missing_field 6"),
}


@dataclass(frozen=True, slots=True)
class Odd:
    """Twenty good objects, one of them with a planted exception, and all odd ones beside them."""

    warehouse: Warehouse
    refused: dict[str, str]
    status: status.Status


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Odd:
    """All of it loaded, built with all data tests, and published."""
    folder = tmp_path_factory.mktemp("odd")
    logs = folder / "logs"
    logs.mkdir()
    for number in range(20):
        (logs / f"{number:02}.log").write_bytes(text(pull(f"good{number:02}", f"203.0.113.{number + 20}")))
    for name, content in LOADED.items():
        (logs / name).write_bytes(content)
    for name, (content, _) in REFUSED.items():
        (logs / name).write_bytes(content)
    os.mkfifo(logs / "pipe.log")
    (logs / "dangling.log").symlink_to(folder / "nowhere")
    with pytest.MonkeyPatch.context() as patched:
        plant(patched)
        settings = Settings(data=folder / "data", logs=str(logs))
        warehouse = Warehouse(settings, load_logs(settings))
    publish_all(settings)
    on_list = RefusedObjects(warehouse.settings.refused).all()
    reasons = {Path(entry.name).name: entry.reason for entry in on_list}
    return Odd(warehouse, reasons, status.read(warehouse.settings, NOON))


def publish_all(settings: Settings) -> None:
    """A first build with all data tests, as a run makes it."""
    plan.write(settings)
    with quick_dbt():
        build.run(settings, full=True)
    publish.publish(settings)


def plant(patched: pytest.MonkeyPatch) -> None:
    """One of the good objects meets an exception that nobody foresaw, and whose text quotes an address."""
    attach = attributes.attach

    def planted(con: Any, *others: Any) -> None:
        paths = con.execute("select request_uri from lines").fetchall()
        if any(f"/good{BAD:02}/" in path for (path,) in paths):
            con.execute(f"select cast('{SECRET}' as integer)")
        attach(con, *others)

    patched.setattr(attributes, "attach", planted)


def good(warehouse: Warehouse) -> list[int]:
    rows = warehouse.query(
        "select distinct repository from fct_pulls where repository like 'odd/good%' and outcome = 'download'"
    )
    return sorted(int(name.removeprefix("odd/good")) for (name,) in rows)


def test_a_planted_exception_in_one_of_twenty_leaves_nineteen_published(odd: Odd) -> None:
    assert good(odd.warehouse) == [number for number in range(20) if number != BAD]
    reason = odd.refused[f"{BAD:02}.log"]
    assert f"{BAD:02}.log: could not be loaded: ConversionException in pipeline/loading/load.py:" in reason
    assert SECRET not in reason


def test_every_odd_object_is_loaded_or_refused_by_its_name(odd: Odd) -> None:
    loaded = odd.warehouse.query("select object_name, line_count from load_ledger")
    names = {Path(name).name for name, _ in loaded}
    # Three of them hold nothing, which is one and the same content.
    empty = {"empty.log", "nothing.log.gz"}
    assert len(names & empty) == 1
    assert {name.replace("\n", " ") for name in LOADED} - empty <= names
    assert set(odd.refused) == {*REFUSED, "pipe.log", "dangling.log", f"{BAD:02}.log"}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_has_a_reason_that_a_person_understands(odd: Odd, name: str) -> None:
    _, reason = REFUSED[name]
    assert reason in odd.refused[name]
    assert f"/{name}: " in odd.refused[name]


def test_no_line_is_lost(odd: Odd) -> None:
    """Law 1, by object."""
    rows = odd.warehouse.query(
        "select object_name, line_count, staged_count + quarantined_count + skipped_count + opted_out_count"
        " from load_ledger"
    )
    assert [row for row in rows if row[1] != row[2]] == []
    lines = {Path(name).name: count for name, count, _ in rows}
    for name, content in LOADED.items():
        if content and name != "nothing.log.gz":
            is_ended = content.endswith(b"\n")
            assert lines[name.replace("\n", " ")] == content.count(b"\n") + (not is_ended), name


def test_status_shows_them(odd: Odd) -> None:
    assert odd.status.exit_code == 1
    assert len(odd.status.refused) == len(odd.refused)
    # unix, prefix and nothing else: `zone` is an address.
    assert odd.status.losses.without_address == 12


def test_the_next_version_tries_them_again(odd: Odd) -> None:
    """And it alone: nothing waits but what may pass by itself."""
    settings = odd.warehouse.settings
    waiting = [Path(item.name).name for item in pending.look(settings).found]
    assert waiting == ["dangling.log"]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(refused, "reader_version", lambda: "next")
        assert load_logs(settings)["objects"] == 1
        build_and_publish(settings, only=("fct_pulls",))
    assert good(odd.warehouse) == list(range(20))
    assert f"{BAD:02}.log" not in [Path(e.name).name for e in RefusedObjects(settings.refused).all()]


@pytest.fixture(scope="module")
def screens(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[int, str]]:
    """Exit code and screen of `make run`: on a binary file, then with an empty and a good one beside it."""
    folder = tmp_path_factory.mktemp("runs")
    logs = folder / "logs"
    logs.mkdir()
    found = []
    with pytest.MonkeyPatch.context() as patched:
        for name in [name for name in os.environ if name.startswith("PULLHOUSE_")]:
            patched.delenv(name)
        patched.chdir(folder)
        patched.setenv("PULLHOUSE_LOGS", str(logs))
        settings = load_settings(data=folder / "data")
        for files in ({"binary": bytes(range(256))}, {"empty": b"", "good": text(pull("good"))}):
            for name, content in files.items():
                (logs / f"{name}.log").write_bytes(content)
            said = io.StringIO()
            code = run.run(settings, Console(file=said, width=140, highlight=False, soft_wrap=True))
            found.append((code, said.getvalue()))
    return found


def test_where_nothing_could_be_loaded_the_run_says_so(screens: list[tuple[int, str]]) -> None:
    code, screen = screens[0]
    assert code == 1
    assert "all 1 objects: none could be read" in screen
    assert "Refused objects: 1." in screen
    assert "binary.log: is no access log that can be read: it begins with binary data." in screen


def test_the_last_screen_names_what_is_refused(screens: list[tuple[int, str]]) -> None:
    code, screen = screens[1]
    assert code == 0, screen
    assert "Loaded 2 objects with 6 lines: 6 requests" in screen
    assert "1 were downloads" in screen
    assert "In the quarantine: empty." in screen
    assert "Refused objects: 1." in screen
    assert "binary.log: is no access log" in screen


def test_an_empty_log_alone_gives_empty_marts_and_the_next_day_its_figures(tmp_path: Path) -> None:
    """With all data tests on a lake without a row. What holds no request is in the published ledger too."""
    (tmp_path / "logs").mkdir()
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
    (tmp_path / "logs" / "empty.log").write_bytes(b"")
    warehouse = Warehouse(settings, load_logs(settings))
    publish_all(settings)
    assert warehouse.query("select count(*) from fct_pulls") == [(0,)]
    assert warehouse.query("select line_count from load_ledger") == [(0,)]
    assert status.read(settings, NOON).exit_code == 0

    (tmp_path / "logs" / "good.log").write_bytes(text(pull("good")))
    load_logs(settings)
    build_and_publish(settings, only=("fct_pulls",))
    assert warehouse.query("select repository, outcome from fct_pulls") == [("odd/good", "download")]

    (tmp_path / "logs" / "blank.log").write_bytes(b"\n\n")
    load_logs(settings)
    written = build_and_publish(settings, only=("fct_pulls",))
    assert (written["rebuilt_days"], written["is_due"]) == (0, True)
    assert warehouse.query("select line_count from load_ledger order by 1") == [(0,), (2,), (6,)]
    assert warehouse.query("select count(*) from fct_pulls") == [(1,)]
    assert build_and_publish(settings)["is_due"] is False


def test_the_sample_and_logs_never_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are refused before Airflow is started, and nothing of the sample is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "a.log").write_bytes(text(pull("a")))
    monkeypatch.setattr(run, "run_dags", lambda *_: pytest.fail("Airflow was started"))
    own = Settings(data=tmp_path / "own", logs=str(tmp_path / "logs"))
    load_logs(own)
    monkeypatch.setenv("PULLHOUSE_DATA", str(own.data))
    assert main(["run"]) == 2
    assert f"DATA={own.data}-sample" in capsys.readouterr().err
    assert not (own.landing / "sample").exists()

    sample = tmp_path / "sample" / Path(*pending.SAMPLE_FOLDER)
    sample.mkdir(parents=True)
    (sample / "a.jsonl.gz").write_bytes(gzip.compress(text(pull("a"))))
    load_logs(Settings(data=tmp_path / "sample", logs=str(sample)))
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path / "sample"))
    for command in ("run", "load"):
        monkeypatch.setenv("PULLHOUSE_LOGS", str(tmp_path / "logs"))
        assert main([command]) == 2
        assert f"DATA={tmp_path / 'sample'}-logs" in capsys.readouterr().err
