"""Ranges of a topic: what is listed, what lands, and what is said of every way in which it goes wrong."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition

from ingest.errors import ObjectError, PassingObjectError, SourceError
from ingest.sources import LocationError, kafka, scheme_of, source_at
from ingest.sources.kafka import KafkaSource, missing, pieces
from ingest.sources.model import Loaded
from ingest.sources.remote import Access
from tests.support import expired
from tests.support.broker import Broker

_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def broker() -> Broker:
    return Broker()


@pytest.fixture
def topic() -> str:
    """A topic that no other test has written to."""
    return f"logs-{next(_NUMBERS)}"


def source(
    broker: Broker, topic: str, tmp_path: Path, loaded: tuple[str, ...] = (), access: Access | None = None
) -> KafkaSource:
    """`loaded`: ranges that the ledger holds, as "<partition>/<first>-<last>"."""
    known: list[Loaded] = [(f"kafka://{topic}/{each}", 3, 7) for each in loaded]
    location = f"kafka://{broker.address}/{topic}"
    opened = source_at(location, "edge", tmp_path / "landing", access, lambda: known)
    assert isinstance(opened, KafkaSource)
    return opened


def ranges(opened: KafkaSource) -> list[str]:
    return [item.name.split("/", 3)[3] for item in opened.list()]


def test_a_partition_is_an_object_of_all_that_it_holds(broker: Broker, topic: str, tmp_path: Path) -> None:
    broker.put(topic, [b"one", b"two\n", "drei ü".encode()])
    broker.put(topic, [b"other"], partition=2)
    opened = source(broker, topic, tmp_path)
    assert ranges(opened) == ["0/0-2", "2/0-0"]
    first, second = opened.list()
    assert (first.name, first.size, first.source) == (f"kafka://{topic}/0/0-2", 3, "edge")
    for item in (first, second):
        opened.fetch(item)
        assert item.path.stat().st_mode & 0o077 == 0
    assert first.path.read_bytes() == f"#Remark: kafka://{topic}/0/0\none\ntwo\ndrei ü\n".encode()
    assert second.path.read_bytes() == f"#Remark: kafka://{topic}/2/0\nother\n".encode()
    # Closed: what came since is another object.
    broker.put(topic, [b"late"])
    first.path.unlink()
    opened.fetch(first)
    assert b"late" not in first.path.read_bytes()


def test_the_ledger_says_what_is_left(broker: Broker, topic: str, tmp_path: Path) -> None:
    """What it has is listed as it was loaded, and never anything that overlaps it; gaps are filled."""
    broker.put(topic, [b"x"] * 10)
    opened = source(broker, topic, tmp_path, ("0/0-1", "0/4-5"))
    assert ranges(opened) == ["0/0-1", "0/4-5", "0/2-3", "0/6-9"]
    assert (opened.list()[0].size, opened.list()[0].modified_ns) == (3, 7)
    assert ranges(source(broker, topic, tmp_path, ("0/0-9",))) == ["0/0-9"]
    # Another topic's offsets are none of this one.
    other = source_at(opened.location, "edge", tmp_path, None, lambda: [(f"kafka://{topic}2/0/0-9", 3, 7)])
    assert [item.name for item in other.list()] == [f"kafka://{topic}/0/0-9"]


@pytest.mark.parametrize(
    ("have", "begin", "end", "left"),
    [
        ([], 0, 0, []),
        ([], 5, 9, [(5, 8)]),
        ([(0, 4)], 5, 9, [(5, 8)]),
        ([(0, 6)], 5, 9, [(7, 8)]),
        ([(6, 6)], 5, 9, [(5, 5), (7, 8)]),
        ([(0, 99)], 5, 9, []),
        ([(5, 6), (5, 7)], 5, 9, [(8, 8)]),
        ([(20, 30)], 5, 9, [(5, 8)]),
    ],
)
def test_missing(have: list[tuple[int, int]], begin: int, end: int, left: list[tuple[int, int]]) -> None:
    assert missing(have, begin, end) == left


def test_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka, "MOST_MESSAGES", 3)
    assert list(pieces([(0, 6), (8, 9)])) == [(0, 2), (3, 5), (6, 6), (8, 9)]


def test_the_group_follows_the_ledger(broker: Broker, topic: str, tmp_path: Path) -> None:
    """Nothing is committed before it is loaded, and then as far as nothing is missing."""
    broker.put(topic, [b"x"] * 10)

    def committed() -> int:
        watching = Consumer({"bootstrap.servers": broker.address, "group.id": "mine"})
        offset: int = watching.committed([TopicPartition(topic, 0)], timeout=10)[0].offset
        watching.close()
        return offset

    access = Access(credentials=(("group.id", "mine"),))
    opened = source(broker, topic, tmp_path, access=access)
    opened.fetch(opened.list()[0])
    assert committed() < 0
    source(broker, topic, tmp_path, ("0/0-3", "0/6-7"), access).list()
    assert committed() == 4
    source(broker, topic, tmp_path, ("0/0-3", "0/6-7", "0/4-5"), access).list()
    assert committed() == 8


def test_what_retention_deleted_is_told(broker: Broker, topic: str, tmp_path: Path) -> None:
    """Five megabytes is what this broker keeps of a partition."""
    broker.put(topic, [bytes(200_000)] * 40)
    [found] = ranges(source(broker, topic, tmp_path))
    low = int(found.removeprefix("0/").removesuffix("-39"))
    assert low > 3
    opened = source(broker, topic, tmp_path, ("0/0-2",))
    lost, left = opened.list()
    assert lost.name == f"kafka://{topic}/0/3-{low - 1}"
    with pytest.raises(ObjectError, match=rf"0/3-{low - 1}: was deleted by the topic's retention before"):
        opened.fetch(lost)
    assert not lost.path.exists()
    opened.fetch(left)
    # It is told while nothing newer was loaded: nobody can bring it back.
    assert ranges(source(broker, topic, tmp_path, ("0/0-2", f"0/{low + 1}-39"))) == [
        f"0/{low + 1}-39", f"0/3-{low - 1}", f"0/{low}-{low}"
    ]  # fmt: skip


def test_what_a_topic_that_cannot_be_listed_says(
    broker: Broker, topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "PATIENCE", 2.0)

    def said(opened: KafkaSource) -> str:
        with pytest.raises(SourceError) as caught:
            opened.list()
        return str(caught.value)

    location = f"kafka://{broker.address}/{topic}"
    assert said(source(broker, topic, tmp_path)) == (
        f"{location}: there is no such topic (UNKNOWN_TOPIC_OR_PART). Mend the location, or let the topic be"
        " made."
    )
    broker.make(topic)
    assert said(source(broker, topic, tmp_path)) == (
        f"{location}: no message is there. Is the topic right? Does it log there?"
    )
    broker.put(topic, [b"x"])
    assert "The topic was made anew: give the source another name." in said(
        source(broker, topic, tmp_path, ("0/0-7",))
    )
    wrong = Access(credentials=(("sasl.pasword", "hunter2"),))
    text = said(source(broker, topic, tmp_path, access=wrong))
    assert "its connection holds a setting that librdkafka does not know (_INVALID_ARG)" in text
    assert "hunter2" not in text
    nobody = source_at(f"kafka://127.0.0.1:9/{topic}", "edge", tmp_path)
    assert isinstance(nobody, KafkaSource)
    assert "no broker answers (_TRANSPORT). Are addresses and connection right?" in said(nobody)


def test_a_certificate_that_has_run_out_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the broker that is asked first; librdkafka's call itself only says that no answer came."""
    monkeypatch.setattr(kafka, "PATIENCE", 2.0)
    with expired.server(tmp_path) as url:
        location = f"{url.replace('https', 'kafka')}/logs"
        authority = (("security.protocol", "ssl"), ("ssl.ca.location", str(tmp_path / "expired.pem")))
        opened = source_at(location, "edge", tmp_path, Access(credentials=authority))
        with pytest.raises(
            SourceError, match=r"a broker's certificate is refused \(_SSL\)\. Has it run out\?"
        ):
            opened.list()


def test_a_broker_that_falls_silent(
    broker: Broker, topic: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the range has landed."""
    alone = Broker()
    alone.put(topic, [b"x"])
    opened = source(alone, topic, tmp_path)
    [item] = opened.list()
    del alone
    monkeypatch.setattr(kafka, "PATIENCE", 1.0)
    with pytest.raises(PassingObjectError, match="no broker answers"):
        opened.fetch(item)
    assert [path for path in (tmp_path / "landing").rglob("*") if path.is_file()] == []


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ingest.sources.kafka")
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(SourceError, match=r"confluent-kafka is not installed\. Install it: .*-kafka\.lock"):
        source_at("kafka://a:9092/logs", "edge", tmp_path)


@pytest.mark.parametrize(
    "location", ["kafka://logs", "kafka://a:9092", "kafka://a:9092/b/c", "kafka://a/logs"]
)
def test_what_is_no_topic_says_what_to_write(location: str) -> None:
    with pytest.raises(LocationError, match=r"names no topic\. Write kafka://<host>:<port>"):
        scheme_of(location)


def test_several_brokers() -> None:
    assert scheme_of("kafka://a.example.com:9092,b:9093,[::1]:9094/gateway.access_log-1") == "kafka"
