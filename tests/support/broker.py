"""A broker of Kafka on 127.0.0.1: the one that librdkafka brings for tests."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from confluent_kafka import Producer

_SILENT = logging.Logger("broker", level=logging.CRITICAL + 1)


class Broker:
    """Running for as long as this object lives; `address` is host:port. Topics are made by who writes."""

    def __init__(self) -> None:
        settings: dict[str, Any] = {
            "test.mock.num.brokers": 1,
            "bootstrap.servers": "in-this-process",
            "logger": _SILENT,
        }
        self._producer = Producer(settings)
        [broker] = self._producer.list_topics(timeout=10).brokers.values()
        self.address = f"{broker.host}:{broker.port}"

    def make(self, topic: str) -> None:
        """An empty topic."""
        self._producer.list_topics(topic, timeout=10)

    def put(self, topic: str, lines: Iterable[bytes], partition: int = 0) -> None:
        """A message a line, acknowledged when this returns; each in a batch of its own."""
        for line in lines:
            self._producer.produce(topic, value=line, partition=partition)
            assert self._producer.flush(10) == 0
