"""Log groups of moto's CloudWatch Logs, at a time of the test's choice."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from unittest.mock import patch

from tests.support.stores import Answer, Store

# What AWS says, word for word, where moto never says it.
THROTTLED: Answer = (
    "400 Bad Request",
    b'{"__type":"ThrottlingException","message":"Rate exceeded"}',
)
UNKNOWN_TOKEN: Answer = (
    "400 Bad Request",
    b'{"__type":"UnrecognizedClientException","message":"The security token AKIASECRET is invalid."}',
)


def put(
    store: Store, group: str, stream: str, events: Mapping[datetime, str | list[str]], taken_in: datetime
) -> None:
    """Log lines by their times (UTC), which CloudWatch takes in at `taken_in`; group and stream are made."""
    logs = store.client("logs")
    for make, names in (
        (logs.create_log_group, {"logGroupName": group}),
        (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
    ):
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            make(**names)
    lines = [
        {"timestamp": int(moment.timestamp() * 1000), "message": line}
        for moment, messages in sorted(events.items())
        for line in ([messages] if isinstance(messages, str) else messages)
    ]
    with patch("moto.logs.models.utcnow", lambda: taken_in.astimezone(UTC).replace(tzinfo=None)):
        said = logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=lines)
    assert "rejectedLogEventsInfo" not in said or not said["rejectedLogEventsInfo"], said
