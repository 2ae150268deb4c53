"""Contract A as a table that both readers obey: fields, their types, and the limits of a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

# A line longer than this (bytes, without its \n) is no request that a gateway wrote.
MAX_LINE_BYTES = 64 * 1024
# More brackets inside one another than this are an attack on parsers.
MAX_DEPTH = 64

# Fixed moments, not "ten minutes from now": the same bytes must read alike on any day (law 2). No registry
# is older than Docker; a moment after 2100 is one in milliseconds, or a broken clock.
EARLIEST = datetime(2013, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
EARLIEST_US = int(EARLIEST.timestamp()) * 1_000_000
LATEST_US = int(LATEST.timestamp()) * 1_000_000

COUNT_PATTERN = "[0-9]{1,18}"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the log line; `pattern` (RE2 and Python alike) is what the text of a number looks like.

    `is_empty_told`: an empty value is an answer and not a missing one.
    """

    name: str
    sql_type: str = "VARCHAR"
    pattern: str = ""
    required: bool = False
    is_empty_told: bool = False


# In the order of the table `lines`. `msec` becomes `logged_at`; `uri` stands in for a missing `request_uri`.
FIELDS = (
    Field("msec", "TIMESTAMP", r"[0-9]{1,11}(\.[0-9]{1,17})?", required=True),
    Field("request_id"),
    Field("remote_addr", required=True),
    Field("x_forwarded_for"),
    Field("host"),
    Field("node"),
    Field("scheme"),
    Field("protocol"),
    Field("method", required=True),
    Field("request_uri", required=True),
    Field("args"),
    Field("status", "INTEGER", "[0-9]{1,3}", required=True),
    Field("body_bytes_sent", "BIGINT", COUNT_PATTERN),
    Field("bytes_sent", "BIGINT", COUNT_PATTERN),
    Field("request_time", "DOUBLE", r"[0-9]{1,7}(\.[0-9]{1,17})?"),
    # nginx writes "OK", or nothing for a request that was broken off.
    Field("request_completion", is_empty_told=True),
    Field("range"),
    Field("resp_digest"),
    Field("resp_content_type"),
    Field("resp_content_length", "BIGINT", COUNT_PATTERN),
    Field("has_authorization"),
    Field("session_token_hash"),
    Field("dnt"),
    Field("gpc"),
    Field("user_agent", required=True),
)
PATH_ALIAS = "uri"

FIELD_NAMES = tuple(field.name for field in FIELDS)
COLUMNS = {"line_number": "BIGINT", "logged_at": "TIMESTAMP"} | {
    field.name: field.sql_type for field in FIELDS if field.name != "msec"
}

REJECTED_COLUMNS = {
    "line_number": "BIGINT",
    "reason": "VARCHAR",
    "field": "VARCHAR",
    "line_length": "BIGINT",
    "line_digest": "VARCHAR",
    "shape": "VARCHAR",
    # For the loader alone: the quarantine does not keep these.
    "request_path": "VARCHAR",
    "written_on": "VARCHAR",
}
