"""The files of the sample: the same every time, complete, and true to the recording's truth.json."""

import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest

import samples
from samples import SampleInfo
from samples.replay import replay
from samples.strays import STRAYS

MONDAY = date(2026, 9, 21)
DAYS = [MONDAY + timedelta(days=number) for number in range(56)]
NAME = re.compile(r"gw-[12]\.(\d{4}-\d{2}-\d{2})\.jsonl\.gz")


@pytest.fixture(scope="module")
def sample(tmp_path_factory) -> SampleInfo:
    return samples.write(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def written_lines(sample: SampleInfo) -> dict[str, list[str]]:
    """Object name → its lines."""
    return {path.name: read_lines(path) for path in sorted(sample.logs.iterdir())}


@pytest.fixture(scope="module")
def requests(written_lines) -> list[dict]:
    """All lines that are JSON."""
    return [request for lines in written_lines.values() for request in parsed(lines)]


def read_lines(path: Path) -> list[str]:
    text = gzip.decompress(path.read_bytes()).decode()
    assert text.endswith("\n")
    return text.removesuffix("\n").split("\n")


def parsed(lines: list[str]) -> list[dict]:
    found = []
    for line in lines:
        try:
            found.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return found


def tree_digest(directory) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def broken(lines: list[str]) -> list[str]:
    good = {json.dumps(line, ensure_ascii=False) for line in parsed(lines)}
    return [line for line in lines if line not in good]


def all_lines(written: dict[str, list[str]]) -> list[str]:
    return [line for lines in written.values() for line in lines]


def test_two_runs_write_the_same_bytes(sample, tmp_path):
    samples.write(tmp_path)
    assert tree_digest(tmp_path) == tree_digest(sample.logs.parent)


def test_another_seed_writes_other_bytes(sample, tmp_path, monkeypatch):
    """The comparison above sees a difference where there is one."""
    monkeypatch.setattr("samples.span.SEED", "another")
    samples.write(tmp_path)
    assert tree_digest(tmp_path) != tree_digest(sample.logs.parent)


def test_a_second_run_replaces_what_is_there_and_leaves_nothing_beside(tmp_path):
    samples.write(tmp_path)
    first = tree_digest(tmp_path)
    (tmp_path / "truth.json").write_text("half a fi")
    samples.write(tmp_path)
    assert tree_digest(tmp_path) == first


def test_a_second_run_leaves_the_same_files_untouched(tmp_path):
    """An object with a new date would be read again by the next run."""
    samples.write(tmp_path)
    dates = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    samples.write(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == dates


def test_one_object_a_node_and_day(sample, written_lines):
    # 2 nodes times 56 days
    assert len(written_lines) == sample.objects == 112
    assert {date.fromisoformat(NAME.fullmatch(name)[1]) for name in written_lines} == set(DAYS)
    assert (sample.first_day, sample.last_day) == (DAYS[0], DAYS[-1]) == (MONDAY, date(2026, 11, 15))


def test_line_count_is_in_the_promised_range(sample, written_lines):
    assert sample.lines == len(all_lines(written_lines))
    assert 25_000 <= sample.lines <= 45_000


def test_every_line_is_json_but_the_planted_one(sample, written_lines):
    assert len(broken(all_lines(written_lines))) == sample.broken_lines == 1


def test_every_object_holds_its_day_sorted_by_the_end_of_the_request(written_lines):
    for name, lines in written_lines.items():
        times = [float(line["msec"]) for line in parsed(lines)]
        assert times == sorted(times)
        assert {str(datetime.fromtimestamp(time, UTC).date()) for time in times} == {NAME.fullmatch(name)[1]}
        assert {line["node"] for line in parsed(lines)} == {name.split(".")[0]}


def test_every_hour_of_every_day_has_traffic(requests):
    hours = {
        datetime.fromtimestamp(float(line["msec"]), UTC).replace(minute=0, second=0, microsecond=0)
        for line in requests
    }
    # 24 hours times 56 days
    assert len(hours) == 1344


def test_every_line_has_the_required_fields_of_the_log_contract(requests):
    required = {"msec", "request_id", "remote_addr", "method", "request_uri", "status", "user_agent"}
    for line in requests:
        assert required <= line.keys()
        assert line["x_forwarded_for"] == ""


def test_request_ids_are_new_and_unique(requests, corpus):
    recorded = {
        json.loads(line)["request_id"]
        for path in (corpus / "scenarios").iterdir()
        for line in path.read_text().splitlines()
    }
    ids = [line["request_id"] for line in requests]
    assert len(ids) == len(set(ids))
    assert not recorded & set(ids)
    assert all(re.fullmatch("[0-9a-f]{32}", request_id) for request_id in ids)


def test_totals_are_those_of_the_recordings_truth(sample, corpus):
    recorded = {entry["id"]: entry for entry in json.loads((corpus / "truth.json").read_text())}
    replayed = json.loads(sample.truth.read_text())["days"]
    assert list(replayed) == [str(day) for day in DAYS]
    entries = [entry for day in replayed.values() for entry in day]
    for entry in entries:
        assert entry["downloads"] == entry["replays"] * recorded[entry["scenario"]]["downloads"]
        assert entry["checks"] == entry["replays"] * recorded[entry["scenario"]]["checks"]
        assert entry["label"] == recorded[entry["scenario"]]["label"]
    assert sample.downloads == sum(entry["downloads"] for entry in entries)
    assert sample.checks == sum(entry["checks"] for entry in entries)


def test_the_log_holds_the_lines_of_what_the_truth_says_was_replayed(sample, requests, corpus):
    assert Counter(map(shape, requests)) == expected_shapes(sample, corpus)


def test_a_lost_line_would_be_seen(tmp_path, corpus, monkeypatch):
    """The comparison above fails when each replay loses its last line."""
    monkeypatch.setattr("samples.sample.replay", lambda act, scenario: list(replay(act, scenario))[:-1])
    sample = samples.write(tmp_path)
    lines = [line for path in sample.logs.iterdir() for line in read_lines(path)]
    assert Counter(map(shape, parsed(lines))) != expected_shapes(sample, corpus)


def expected_shapes(sample, corpus) -> Counter:
    """What the recorded files hold, as often as the sample's truth says they were replayed."""
    expected = Counter()
    for entries in json.loads(sample.truth.read_text())["days"].values():
        for entry in entries:
            for line in recorded_lines(corpus, entry["scenario"]):
                expected[shape(line)] += entry["replays"]
    for number, (scenario, index) in enumerate(STRAYS):
        # one a day; the ping on both nodes
        expected[shape(recorded_lines(corpus, scenario)[index])] += 56 * (2 if number == 0 else 1)
    return expected


@cache
def recorded_lines(corpus, scenario: str) -> list[dict]:
    return [
        json.loads(line) for line in (corpus / "scenarios" / f"{scenario}.jsonl").read_text().splitlines()
    ]


def shape(line: dict) -> tuple:
    return (line["method"], line["request_uri"], line["status"], line["resp_digest"], line["bytes_sent"])


def test_files_lie_under_the_announced_names(sample):
    directory = sample.logs.parent
    assert sample.logs == directory / samples.LOGS
    assert sample.catalogue == directory / samples.CATALOGUE
    assert sample.truth == directory / samples.TRUTH
    assert {path.name for path in directory.iterdir()} == {
        samples.LOGS,
        samples.CATALOGUE,
        samples.TRUTH,
        samples.EVENTS,
    }


def test_catalogue_is_the_recordings(sample, corpus):
    assert sample.catalogue.read_bytes() == (corpus / "catalogue.json").read_bytes()


def test_addresses_are_global_and_are_all_there_is(sample, requests):
    addresses = samples.client_addresses()
    assert all(ip_address(address).is_global for address in addresses)
    assert {line["remote_addr"] for line in requests} == set(addresses)
    assert len(addresses) == sample.addresses
    assert {ip_address(address).version for address in addresses} == {4, 6}


def test_no_address_is_written_outside_the_logs(sample):
    beside = sample.truth.read_text() + sample.catalogue.read_text()
    assert not [address for address in samples.client_addresses() if address in beside]


def test_the_broken_line_holds_an_address_that_must_not_leak(written_lines):
    [line] = broken(all_lines(written_lines))
    assert any(address in line for address in samples.client_addresses())


def test_the_description_says_that_it_is_a_replay(sample):
    assert "replay of recorded traffic" in sample.description
    assert f"{sample.lines:,} log lines" in sample.description


def test_command_line_writes_and_says_what_it_wrote(repo_root, tmp_path, sample):
    done = run_command(repo_root, tmp_path / "out")
    assert done.returncode == 0
    assert "replay of recorded traffic" in done.stdout
    assert tree_digest(tmp_path / "out") == tree_digest(sample.logs.parent)


def test_command_line_names_a_directory_it_cannot_write(repo_root, tmp_path):
    (tmp_path / "file").write_text("in the way")
    done = run_command(repo_root, tmp_path / "file")
    assert done.returncode == 2
    assert "file" in done.stderr
    assert "Choose another directory" in done.stderr
    assert "Traceback" not in done.stderr


def run_command(repo_root, directory) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "samples", str(directory)]
    return subprocess.run(command, cwd=repo_root, capture_output=True, text=True, check=False)


def test_a_missing_corpus_is_named(tmp_path):
    with pytest.raises(samples.SampleError, match=r"tests/data/corpus of a full checkout"):
        samples.write(tmp_path, corpus=tmp_path / "nowhere")


def test_a_scenario_with_open_truth_is_refused(corpus, tmp_path):
    copy = tmp_path / "corpus"
    shutil.copytree(corpus, copy)
    truth = json.loads((copy / "truth.json").read_text())
    next(entry for entry in truth if entry["id"] == "docker.cold-tag")["downloads"] = None
    (copy / "truth.json").write_text(json.dumps(truth))
    with pytest.raises(samples.SampleError, match=r"docker\.cold-tag"):
        samples.write(tmp_path / "out", corpus=copy)


def test_a_scenario_missing_in_the_truth_is_named(corpus, tmp_path):
    copy = tmp_path / "corpus"
    shutil.copytree(corpus, copy)
    truth = [e for e in json.loads((copy / "truth.json").read_text()) if e["id"] != "docker.cold-tag"]
    (copy / "truth.json").write_text(json.dumps(truth))
    with pytest.raises(samples.SampleError, match=r"lacks.*docker\.cold-tag"):
        samples.write(tmp_path / "out", corpus=copy)
