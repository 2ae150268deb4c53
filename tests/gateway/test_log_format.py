"""The gateway's log format against contract A, read as text; tests/live asks a real nginx."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gateway import render

# Contract A, required and optional, as the design page lists it.
CONTRACT_A = {
    "msec", "request_id", "remote_addr", "method", "request_uri", "status", "user_agent",
    "x_forwarded_for", "args", "host", "node", "scheme", "protocol", "body_bytes_sent", "bytes_sent",
    "request_time", "request_completion", "range", "resp_digest", "resp_content_type",
    "resp_content_length", "has_authorization", "session_token_hash", "dnt", "gpc",
}  # fmt: skip
# $http_authorization and $cookie_… are credentials, $remote_user and $args name people, and a referer tells
# what they read. What is logged of the first and of $args goes through a map.
FORBIDDEN = re.compile(
    r"\$(http_authorization|http_cookie|cookie_\w+|remote_user|args|http_referer|http_accept)\b"
)


@pytest.fixture(scope="module")
def text(repo_root: Path) -> str:
    return (repo_root / "gateway" / "log_format.conf").read_text(encoding="utf-8")


def template(text: str) -> str:
    """The line that the format writes, with nginx's variables in the places of the values."""
    found = re.search(r"log_format gateway escape=json\n(.*?);\n", text, re.DOTALL)
    assert found, "there is no log_format gateway with escape=json"
    return "".join(re.findall(r"'(.*)'", found[1]))


def problems(text: str) -> list[str]:
    """What is wrong with a log format."""
    line = template(text)
    logged = json.loads(line)
    return [
        *(f"missing: {name}" for name in sorted(CONTRACT_A - set(logged))),
        *(f"unknown: {name}" for name in sorted(set(logged) - CONTRACT_A)),
        *(
            f"not a string of one variable: {name}"
            for name, value in logged.items()
            if not re.match(r"^\$\w+$", value)
        ),
        *(f"must not be logged: ${name}" for name in FORBIDDEN.findall(line)),
    ]


def test_the_format_is_contract_a(text: str) -> None:
    assert problems(text) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('"dnt":"$http_dnt",', "", ["missing: dnt"]),
        ('"$authorization_kind"', '"$http_authorization"', ["must not be logged: $http_authorization"]),
        (
            '"$session_token_hash"',
            '"$http_authorization"',
            ["must not be logged: $http_authorization"],
        ),
        ('"$logged_args"', '"$args"', ["must not be logged: $args"]),
        (
            '"dnt":',
            '"cookie":"$cookie_session","dnt":',
            ["unknown: cookie", "must not be logged: $cookie_session"],
        ),
        ('"status":"$status"', '"status":"0$status"', ["not a string of one variable: status"]),
    ],
)
def test_a_planted_defect_is_found(text: str, old: str, new: str, found: list[str]) -> None:
    planted = text.replace(old, new)
    assert planted != text
    assert problems(planted) == found


def test_an_error_log_that_nobody_reads_cannot_hold_addresses(repo_root: Path) -> None:
    """Up to "alert" nginx writes `client: <address>` there, and nothing would ever expire it."""
    text = (repo_root / "gateway" / "templates" / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"^\s*error_log\s+(.*);", text, re.MULTILINE) == ["stderr %{error_level}"]
    assert render.UNREAD == "emerg"


def test_every_request_is_logged_but_the_health_check(repo_root: Path) -> None:
    text = (repo_root / "gateway" / "templates" / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"access_log (.*);", text) == ["%{logs}/access-$log_day.log gateway", "off"]
    health = text[text.index("location = /gateway/health") :]
    assert health.index("access_log off;") < health.index("}")
