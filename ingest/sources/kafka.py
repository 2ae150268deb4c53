"""A topic of Kafka: one object for each range of offsets of a partition that was not loaded yet."""

from __future__ import annotations

import builtins
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from ingest.errors import ObjectError, PassingObjectError, SourceError
from ingest.sources.kafka_errors import explain, is_refusal
from ingest.sources.model import Loaded, LogObject
from ingest.sources.remote import Access, landed, landing_path

GROUP = "pullhouse"
# Messages in an object: a few hundred megabytes of lines.
MOST_MESSAGES = 500_000
# Seconds to wait for an answer; librdkafka asks again by itself meanwhile.
PATIENCE = 15.0
_NAME = re.compile(r"kafka://[^/]+/(?P<partition>\d+)/(?P<first>\d+)-(?P<last>\d+)")
_SILENT = logging.Logger("librdkafka", level=logging.CRITICAL + 1)

# First and last offset.
Range = tuple[int, int]


@dataclass(frozen=True)
class KafkaSource:
    """The messages of kafka://host:port[,host:port …]/topic, a line each.

    `loaded`: what the ledger holds of this source. The ledger says what is still to be read, and not the
    offsets of the consumer group: they cannot change in one step with it, so that a kill between the two
    would lose messages, or read them twice.
    """

    location: str
    name: str
    landing: Path
    access: Access = field(default_factory=Access)
    loaded: Callable[[], Iterable[Loaded]] = tuple
    _refusals: builtins.list[Any] = field(default_factory=builtins.list, init=False, compare=False)

    def list(self, since: datetime | None = None) -> builtins.list[LogObject]:
        """As LogSource.list, however old the messages: ranges that were loaded, and ranges that were not.

        Messages that the topic's retention deleted before they were read are an object too: its fetch fails,
        and so a person hears of them.
        """
        known = list(self.loaded())
        found: builtins.list[LogObject] = []
        with self._errors():
            for partition in self._partitions():
                found += self._of_partition(partition, known)
        if not found:
            raise SourceError(self.location, "no message is there", "Is the topic right? Does it log there?")
        return found

    def fetch(self, item: LogObject) -> None:
        """As LogSource.fetch: a line a message, behind a remark that tells it from other messages alike."""
        if item.path.exists():
            return
        partition, (first, last) = _place_of(item.name)
        try:
            with landed(item.path) as file:
                file.write(f"#Remark: kafka://{self._topic}/{partition}/{first}\n".encode())
                for line in self._lines(item.name, partition, first, last):
                    file.write(line.removesuffix(b"\n") + b"\n")
        except KafkaException as error:
            raise PassingObjectError(item.name, *explain(self._reason(error))) from None

    @property
    def _topic(self) -> str:
        return self.location.rpartition("/")[2]

    @cached_property
    def _consumer(self) -> Any:  # noqa: ANN401 - confluent-kafka has no types
        ours = {
            "bootstrap.servers": self.location.removeprefix("kafka://").rpartition("/")[0],
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "error",
            # What goes wrong is told by errors; the library's own log quotes addresses.
            "logger": _SILENT,
            "error_cb": self._hear,
        }
        return Consumer({"group.id": GROUP, **dict(self.access.credentials), **ours})

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except KafkaException as error:
            raise SourceError(self.location, *explain(self._reason(error))) from None

    def _reason(self, error: KafkaException) -> Any:  # noqa: ANN401 - confluent-kafka has no types
        """What was refused, where the call itself only says that no answer came."""
        # Calls `_hear`, where there is a consumer. Nothing is assigned now, so no message is lost by it.
        with suppress(KafkaException):
            self._consumer.poll(0)
        return self._refusals[0] if self._refusals else error.args[0]

    def _hear(self, error: Any) -> None:  # noqa: ANN401 - confluent-kafka has no types
        """Keep the first refusal: librdkafka tries again, and tells of each failure beside the call."""
        if is_refusal(error) and not self._refusals:
            self._refusals.append(error)

    def _partitions(self) -> builtins.list[int]:
        topic = self._consumer.list_topics(self._topic, timeout=PATIENCE).topics[self._topic]
        if topic.error:
            raise KafkaException(topic.error)
        return sorted(topic.partitions)

    def _of_partition(self, partition: int, known: builtins.list[Loaded]) -> Iterator[LogObject]:
        prefix = f"kafka://{self._topic}/{partition}/"
        low, high = self._consumer.get_watermark_offsets(
            TopicPartition(self._topic, partition), timeout=PATIENCE
        )
        ours = [each for each in known if each[0].startswith(prefix)]
        ranges = sorted(_place_of(name)[1] for name, _, _ in ours)
        if ranges and max(last for _, last in ranges) >= high:
            raise SourceError(
                self.location,
                f"partition {partition} ends at offset {high:,}, and offsets behind it were loaded",
                "The topic was made anew: give the source another name.",
            )
        yield from (self._object(*each) for each in ours if _place_of(each[0])[1][0] >= low)
        left = missing(ranges, low, high)
        begin = ranges[0][0] if ranges else low
        lost = [each for each in missing(ranges, begin, low) if each[1] == low - 1]
        now_ns = int(datetime.now(UTC).timestamp()) * 10**9
        for first, last in [*lost, *pieces(left)]:
            yield self._object(f"{prefix}{first}-{last}", last - first + 1, now_ns)
        if ranges:
            self._commit(partition, left[0][0] if left else high)

    def _object(self, name: str, size: int, modified_ns: int) -> LogObject:
        path = landing_path(self.landing, self.name, name, size, modified_ns)
        return LogObject(name, path, self.name, size, modified_ns)

    def _commit(self, partition: int, offset: int) -> None:
        """Let the group's offset say how far the lake has come: for those who watch the lag of consumers."""
        with suppress(KafkaException):
            self._consumer.commit(
                offsets=[TopicPartition(self._topic, partition, offset)], asynchronous=False
            )

    def _lines(self, name: str, partition: int, first: int, last: int) -> Iterator[bytes]:
        """The values of the messages; offsets without one (compacted, or markers) are passed over."""
        self._consumer.assign([TopicPartition(self._topic, partition, first)])
        try:
            for message in iter(lambda: self._consumer.poll(PATIENCE), None):
                error = message.error()
                if error and not self._is_end(name, message, last):
                    raise KafkaException(error)
                if not error and message.offset() <= last and message.value() is not None:
                    yield message.value()
                if message.offset() >= last:
                    return
        finally:
            self._consumer.unassign()
        raise PassingObjectError(name, "no broker answers any more", "The next run asks again.")

    def _is_end(self, name: str, message: Any, last: int) -> bool:  # noqa: ANN401
        """Whether an error says that the partition ends here. Raises ObjectError where that is too early."""
        code = message.error().code()
        if code == KafkaError._AUTO_OFFSET_RESET:
            raise ObjectError(
                name,
                "was deleted by the topic's retention before it was read",
                "Let the topic keep its messages longer, or load more often.",
            )
        if code == KafkaError._PARTITION_EOF and message.offset() <= last:
            raise PassingObjectError(name, "ends in an open transaction", "The next run asks again.")
        return bool(code == KafkaError._PARTITION_EOF)


def missing(ranges: builtins.list[Range], begin: int, end: int) -> builtins.list[Range]:
    """What none of the sorted `ranges` has of the offsets from `begin` to before `end`."""
    found = []
    for first, last in ranges:
        if begin < min(first, end):
            found.append((begin, min(first, end) - 1))
        begin = max(begin, last + 1)
    if begin < end:
        found.append((begin, end - 1))
    return found


def pieces(ranges: Iterable[Range]) -> Iterator[Range]:
    """The ranges in pieces of at most MOST_MESSAGES."""
    for first, last in ranges:
        for begin in range(first, last + 1, MOST_MESSAGES):
            yield begin, min(begin + MOST_MESSAGES - 1, last)


def _place_of(name: str) -> tuple[int, Range]:
    """Partition, first and last offset that an object's name says. Raises ObjectError."""
    found = _NAME.fullmatch(name)
    if not found:
        raise ObjectError(name, "is no range of offsets")
    return int(found["partition"]), (int(found["first"]), int(found["last"]))
