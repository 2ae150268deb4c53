"""nginx `combined` text: one raw line to the fields of contract A."""

from __future__ import annotations

import re
from datetime import datetime

from ingest.strict import RejectedLine, Values

# The stock nginx.conf's `main` adds "$http_x_forwarded_for" at the end; what else follows is ignored.
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(
    r"(?P<address>\S+) \S+ .*? \[(?P<time>[^\]]{20,26})\] "
    + _QUOTED.replace("(", "(?P<request>", 1)
    + r" (?P<status>\d+) (?P<bytes>\d+|-) "
    + _QUOTED
    + " "
    + _QUOTED.replace("(", "(?P<agent>", 1)
    + r"(?: "
    + _QUOTED.replace("(", "(?P<forwarded>", 1)
    + r")?(?: .*)?",
    re.ASCII,
)
_REQUEST = re.compile(r"(?P<method>[A-Za-z_-]+) (?P<uri>.*?)(?: (?P<protocol>HTTP/[0-9.]+))?", re.DOTALL)
_ESCAPED = re.compile(r"(?:\\x[0-9A-Fa-f]{2})+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIME = re.compile(r"(\d\d)/(\w{3})/(\d{4})(:\d\d:\d\d:\d\d) ([+-]\d{4})", re.ASCII)


def parse_combined(content: bytes) -> Values:
    """The fields that combined text has, as text. Raises RejectedLine.

    A request that is no HTTP (a TLS hello on a plain port) has no method and no URI.
    """
    found = LINE.fullmatch(content.decode("utf-8", "replace").rstrip("\r"))
    if not found:
        raise RejectedLine("not_combined")
    request = _REQUEST.fullmatch(_unescape(found["request"]))
    method, uri, protocol = request.group("method", "uri", "protocol") if request else ("", "", "")
    return {
        "msec": _seconds(found["time"]),
        "remote_addr": found["address"],
        "x_forwarded_for": found["forwarded"] and _unescape(found["forwarded"]),
        "protocol": protocol,
        "method": method,
        "request_uri": uri,
        "status": found["status"],
        "body_bytes_sent": found["bytes"],
        "user_agent": _unescape(found["agent"]),
    }


def _unescape(text: str) -> str:
    """nginx writes quotes, backslashes and every byte outside printable ASCII as \\xHH."""
    return _ESCAPED.sub(lambda run: bytes.fromhex(run[0].replace("\\x", "")).decode("utf-8", "replace"), text)


def _seconds(text: str) -> str:
    """Seconds since 1970; the names of months are English whatever the locale is."""
    found = _TIME.fullmatch(text)
    if not found or found[2] not in _MONTHS:
        raise RejectedLine("wrong_type")
    month = _MONTHS.index(found[2]) + 1
    try:
        moment = datetime.strptime(
            f"{found[3]}-{month}-{found[1]}{found[4]} {found[5]}", "%Y-%m-%d:%H:%M:%S %z"
        )
    except ValueError:
        raise RejectedLine("wrong_type") from None
    return str(max(0, int(moment.timestamp())))
