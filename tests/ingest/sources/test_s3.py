"""Objects of S3: what is listed, what lands, and what is said of every way in which it goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import ObjectError, PassingObjectError, SourceError
from ingest.sources import LocationError, scheme_of, source_at
from ingest.sources.model import LogObject
from ingest.sources.s3 import S3Source, _prefixes
from tests.support import expired, stores
from tests.support.stores import Environ, Store

LINES = b'{"a":1}\n' * 1_000


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that botocore makes before it asks again, without waiting."""
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", pauses.append)
    return pauses


def source(location: str, tmp_path: Path) -> S3Source:
    found = source_at(location, "edge", tmp_path / "landing")
    assert isinstance(found, S3Source)
    return found


def keys(location: str, tmp_path: Path, since: datetime | None = None) -> list[str]:
    return [item.name.split("/", 3)[3] for item in source(location, tmp_path).list(since)]


def landed(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "landing").rglob("*") if path.is_file()]


def test_a_prefix_gives_all_that_begins_with_it(store: Store, tmp_path: Path) -> None:
    made = ["logs/a.log", "logs/b/c.gz", "logs/b/", "logs/ELBAccessLogTestFile", "logs-old/a.log", "other"]
    store.put("bucket", dict.fromkeys(made, b"x\n"))
    assert keys("s3://bucket/logs/", tmp_path) == ["logs/a.log", "logs/b/c.gz"]
    assert keys("s3://bucket/logs", tmp_path) == ["logs-old/a.log", "logs/a.log", "logs/b/c.gz"]
    assert keys("s3://bucket", tmp_path) == ["logs-old/a.log", "logs/a.log", "logs/b/c.gz", "other"]
    assert keys("s3://bucket/logs/*.log", tmp_path) == ["logs/a.log"]
    assert keys("s3://bucket/**.gz", tmp_path) == ["logs/b/c.gz"]


def test_more_objects_than_a_page_holds(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    store.put("bucket", dict.fromkeys([f"{number}.log" for number in range(5)], b"x\n"))
    assert keys("s3://bucket", tmp_path) == [f"{number}.log" for number in range(5)]
    assert len([line for line in store.gate.asked if "list-type=2" in line]) == 3


def test_days_in_a_prefix_are_asked_for_one_by_one(store: Store, tmp_path: Path) -> None:
    """Everything without a look-back; with one, only days that may hold what it wants."""
    made = ["lb/2025/11/22/a.gz", "lb/2026/11/22/a.gz", "lb/2026/11/23/a.gz", "lb/readme/txt/00/a.gz"]
    store.put("bucket", dict.fromkeys(made, b"x\n"))
    location = "s3://bucket/lb/%Y/%m/%d/"
    assert keys(location, tmp_path) == made[:3]
    store.gate.asked.clear()
    assert keys(location, tmp_path, datetime(2026, 11, 23, tzinfo=UTC)) == made[1:3]
    asked = [line for line in store.gate.asked if "prefix=lb%2F2026%2F11%2F22%2F" in line]
    assert len(asked) == 1
    assert not [line for line in store.gate.asked if "2025" in line]


@pytest.mark.parametrize(
    ("key", "prefixes"),
    [
        ("lb/%Y/%m/%d/", ["lb/2026/02/27/", "lb/2026/02/28/", "lb/2026/03/01/", "lb/2026/03/02/"]),
        ("E1.%Y-%m-%d-%H", [f"E1.2026-{day}-" for day in ("02-27", "02-28", "03-01", "03-02")]),
        ("%Y/%m/*.gz", ["2026/02/", "2026/03/"]),
        ("100%/%Y", ["100%/2026"]),
        ("logs/", ["logs/"]),
    ],
)
def test_the_prefixes_of_a_look_back(key: str, prefixes: list[str]) -> None:
    """From the day before it to the day after now, over the end of a month."""
    since, now = datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2026, 3, 1, 1, tzinfo=UTC)
    assert _prefixes(key, since, now) == prefixes


def test_what_is_fetched_is_what_lies_there(store: Store, tmp_path: Path) -> None:
    """Also an object of more than one part (8 MiB), and one of nothing; only the owner may read it."""
    bodies = {"a.log": LINES, "big.gz": bytes(range(256)) * 40_000, "empty.log": b""}
    store.put("bucket", bodies)
    opened = source("s3://bucket", tmp_path)
    for item in opened.list():
        assert not item.path.exists()
        opened.fetch(item)
        assert item.path.read_bytes() == bodies[item.name.removeprefix("s3://bucket/")]
        assert item.path.stat().st_mode & 0o077 == 0
    assert sorted(path.suffix for path in landed(tmp_path)) == ["", "", ".gz"]
    store.gate.asked.clear()
    for item in opened.list():
        opened.fetch(item)
    assert [line for line in store.gate.asked if line.startswith("GET /bucket/")] == []


def test_a_rewritten_object_is_another_one(store: Store, tmp_path: Path) -> None:
    """Within one second and of one size: S3's time would not tell."""
    store.put("bucket", {"a.log": b"one\n"})
    opened = source("s3://bucket", tmp_path)
    [before] = opened.list()
    store.put("bucket", {"a.log": b"two\n"})
    [after] = opened.list()
    assert (before.name, before.size) == (after.name, after.size)
    assert before.modified_ns != after.modified_ns
    with pytest.raises(PassingObjectError, match=r"^s3://bucket/a\.log: was rewritten after it was listed"):
        opened.fetch(before)
    assert landed(tmp_path) == []
    opened.fetch(after)
    assert after.path.read_bytes() == b"two\n"
    assert [item.modified_ns for item in opened.list()] == [after.modified_ns]


def test_an_object_that_went_between_listing_and_opening(store: Store, tmp_path: Path) -> None:
    store.put("bucket", {"a.log": b"x\n"})
    opened = source("s3://bucket", tmp_path)
    [item] = opened.list()
    store.client().delete_object(Bucket="bucket", Key="a.log")
    with pytest.raises(PassingObjectError, match=r"s3://bucket/a\.log: is gone: it was listed"):
        opened.fetch(item)
    assert landed(tmp_path) == []


def test_a_body_that_breaks_off_is_asked_for_again(store: Store, tmp_path: Path) -> None:
    store.put("bucket", {"a.log": LINES})
    opened = source("s3://bucket", tmp_path)
    [item] = opened.list()
    store.gate.cut = 2
    opened.fetch(item)
    assert item.path.read_bytes() == LINES
    item.path.unlink()
    store.gate.cut = 99
    with pytest.raises(PassingObjectError, match=r"a\.log: was cut off again and again"):
        opened.fetch(item)
    assert landed(tmp_path) == []


def test_throttling_is_waited_for_and_then_named(store: Store, tmp_path: Path, patient: list[float]) -> None:
    store.put("bucket", {"a.log": LINES})
    left = [2]

    def twice(environ: Environ) -> stores.Answer | None:
        left[0] -= 1
        return stores.SLOW_DOWN if left[0] >= 0 else None

    opened = source("s3://bucket", tmp_path)
    store.gate.refuse = twice
    [item] = opened.list()
    assert len(patient) == 2
    store.gate.refuse = lambda environ: stores.SLOW_DOWN
    with pytest.raises(SourceError) as listing:
        opened.list()
    assert str(listing.value) == (
        "s3://bucket: the store throttles (SlowDown). Nothing is lost: the next run asks again."
    )
    with pytest.raises(PassingObjectError, match=r"^s3://bucket/a\.log: the store throttles \(SlowDown\)"):
        opened.fetch(item)
    assert landed(tmp_path) == []


def test_what_a_source_that_cannot_be_listed_says(
    store: Store, tmp_path: Path, patient: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(location: str) -> str:
        with pytest.raises(SourceError) as caught:
            source(location, tmp_path).list()
        return str(caught.value)

    assert said("s3://nobody/logs/").startswith("s3://nobody/logs/: there is no such bucket (NoSuchBucket)")
    store.put("bucket", {"a.log": b"x\n"})
    assert said("s3://bucket/b") == (
        "s3://bucket/b: no object is there. Is the prefix right? Does it log there?"
    )
    store.gate.refuse = lambda environ: stores.BAD_KEY
    refused = said("s3://bucket")
    assert refused.startswith("s3://bucket: the credentials are refused (InvalidAccessKeyId). Set AWS_ACC")
    assert "AKIASECRET" not in refused
    store.gate.refuse = lambda environ: stores.WRONG_CLOCK
    assert said("s3://bucket") == "s3://bucket: this machine's clock is wrong (RequestTimeTooSkewed). Set it."
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert said("s3://bucket").startswith("s3://bucket: no credentials are found. Set AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert said("s3://bucket").startswith("s3://bucket: cannot be reached (EndpointConnectionError)")


def test_a_certificate_that_has_run_out_is_said(
    tmp_path: Path, patient: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of listing and of fetching; nothing lands."""
    for name, value in stores.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    said = r"its certificate is refused \(SSLError\)\. Has it run out\?"
    with expired.server(tmp_path) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        opened = source("s3://bucket", tmp_path)
        with pytest.raises(SourceError, match=said):
            opened.list()
        item = LogObject("s3://bucket/a.log", tmp_path / "landing" / "a.log", "edge", 2, 0, '"0a"')
        with pytest.raises(PassingObjectError, match=said):
            opened.fetch(item)
    assert landed(tmp_path) == []


def test_a_key_with_control_characters_is_refused_by_its_name(store: Store, tmp_path: Path) -> None:
    store.put("bucket", {"a\x7fb.log": b"x\n"})
    opened = source("s3://bucket", tmp_path)
    [item] = opened.list()
    assert item.name == "s3://bucket/a b.log"
    with pytest.raises(ObjectError, match="its name holds control characters"):
        opened.fetch(item)


@pytest.mark.parametrize("location", ["/var/log", "logs", "a b/*.log", "./s3:/x", "~/x", "C:/logs"])
def test_paths_are_local(location: str) -> None:
    assert scheme_of(location) == "local"


@pytest.mark.parametrize(
    ("location", "advice"),
    [
        ("s3:///logs", "names no bucket"),
        ("gs://bucket/logs", 'set endpoint = "https://storage.googleapis.com"'),
        ("az://container", "azcopy"),
        ("https://example.com/a.log", "Give a file, a folder, a glob, s3://"),
        ("ftp://example.com", "Give a file"),
    ],
)
def test_other_kinds_say_what_to_do(location: str, advice: str) -> None:
    with pytest.raises(LocationError, match=advice):
        scheme_of(location)
