"""What a file is that is no access log line by line, in words that quote nothing; and the way to one."""

from __future__ import annotations

import re
from typing import NamedTuple

_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CSV = re.compile(r'"?@?[A-Za-z_][\w @.]*"?(?:,"?@?[A-Za-z_][\w @.]*"?)+')
_PAIRS = re.compile(r'(?:[\w.@-]+=(?:"(?:[^"\\]|\\.)*"|[^ "]*)(?: +|$)){4,}')
CLOUDTRAIL_ADVICE = "Put a gateway in front of ECR, and load its log (docs/gateway.md)."
# What a hosted registry says of itself: which words tell it, and what it lacks.
_EVENTS = (
    (
        "ContainerRegistryRepositoryEvents",
        "events of Azure Container Registry, which has no requests for layers",
    ),
    ("ContainerRegistryLoginEvents", "events of Azure Container Registry, which has no requests for layers"),
    ("google.cloud.audit.AuditLog", "audit logs of Google Cloud, which have no paths"),
    ('"pull_repo"', "Quay's action logs, which have no requests for layers"),
    ('"terminatingRuleId"', "decisions of AWS WAF, which have no status of the answer"),
)
# What another command, or another option of the same one, writes line by line.
_COMMANDS = (
    (
        r"EVENTS\t",
        "the text of aws logs filter-log-events",
        "Export it with --output json, or with aws logs tail.",
    ),
    (
        r"[A-Z][a-z]{2} [0-9-]{10} [0-9:.]+ [A-Z]+ \[s=",
        "journalctl -o verbose",
        "Export it with -o json or -o short-iso.",
    ),
    (
        r"[^\n\r]*\r[^\n]",
        "lines that end in a carriage return only",
        "Make line breaks of them: tr '\\r' '\\n' < old.log > new.log",
    ),
    (
        r'\{[^{}]*"data": ?"[A-Za-z0-9+/]{40,}={0,2}"',
        "JSON with the line in base64 (Kinesis, Firehose, Pub/Sub)",
        "Take it out: jq -r '.data | @base64d' old.log > new.log",
    ),
)
_EVENTS_ADVICE = "Load the log of the load balancer or gateway in front of the registry (docs/gateway.md)."
PAIRS_ADVICE = (
    "Write one of its lines with nginx's variables for the values:"
    " LOG_FORMAT='time=$time_iso8601 level=$ignored addr=$remote_addr method=$request_method"
    ' path=$request_uri status=$status agent="$http_user_agent"\'.'
)


class Look(NamedTuple):
    """What it is ("it begins with …"), and what to do; empty where nothing is known."""

    seen: str
    way_out: str = ""


def look(texts: list[str]) -> Look:
    """What the first lines look like. `texts`: tidy, at least one."""
    first = texts[0].lstrip(" \t\ufeff")
    if first.startswith("PAR1"):
        return Look("Parquet", "Export it as text: one line a request.")
    if first.startswith("\x1f"):
        return Look("gzip inside gzip", "Compress it once.")
    if _is_utf16(texts):
        return Look("text in UTF-16", "Convert it: iconv -f utf-16 -t utf-8. (PowerShell's > writes so.)")
    if written := _by_another_option(first):
        return written
    if re.match(r'\{|\[\s*(?:[{\["]|$)', first):
        return _json(texts)
    if re.match("<[A-Za-z!?/]", first):
        return Look("XML or HTML")
    if _BINARY.search(texts[0]):
        return Look("binary data")
    if _PAIRS.fullmatch(first):
        return Look("pairs of names and values (logfmt)", PAIRS_ADVICE)
    if len(texts) > 1 and _CSV.fullmatch(first):
        return Look("the head of a CSV file", "Export the lines as they are, or as JSON, one object a line.")
    return Look("text of another form")


def _by_another_option(first: str) -> Look | None:
    looks = (Look(what, advice) for pattern, what, advice in _COMMANDS if re.match(pattern, first))
    return next(looks, None)


def _is_utf16(texts: list[str]) -> bool:
    """A NUL beside nearly each character, for text is nearly ASCII."""
    text = "".join(texts[:20])
    return len(text) < text.count("\x00") * 3 < 2 * len(text)


def is_cloudtrail(text: str) -> bool:
    """Whether a line is an event of AWS CloudTrail, or holds some: calls of an API, not requests."""
    return '"eventSource"' in text and '"eventVersion"' in text


def is_notification(text: str) -> bool:
    """Whether a line is a notification of distribution, or an event of one: its fields look like a log's."""
    return '"action"' in text and '"useragent"' in text and '"instanceID"' in text


def _json(texts: list[str]) -> Look:
    first = texts[0].strip()
    if is_notification(first):
        return Look(
            "a registry's notifications, which have no status",
            "docs/sources.md has the lines of jq that make requests of them, and what they cannot tell.",
        )
    if is_cloudtrail(first):
        return Look("events of AWS CloudTrail, which has no requests for layers", CLOUDTRAIL_ADVICE)
    for sign, what in _EVENTS:
        if sign in first:
            return Look(what, _EVENTS_ADVICE)
    return Look("JSON that has none of the fields of an access log on one line")
