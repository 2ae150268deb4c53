"""Text of an unknown form: the log_format proposed for it reads it, and quotes nothing of it."""

from __future__ import annotations

import pytest

from ingest import template
from ingest.errors import ObjectError
from tests.ingest.conftest import Read

REQUESTS = (
    ("203.0.113.7", "GET", "/v2/acme/app/manifests/1.0", 200, "docker/27.3.1 go/go1.22.7"),
    ("2001:db8::7", "HEAD", "/v2/acme/app/manifests/2.0", 404, "containerd/v1.7.21"),
    ("198.51.100.8", "GET", "/v2/", 401, "-"),
)
TIMES = {"ISO": "2026-10-20T08:27:0{number}Z", "CLF": "20/Oct/2026:08:27:0{number} +0000"}
COMBINED = '{address} - - [CLF] "{method} {path} HTTP/1.1" {status} 1600 "-" "{agent}"'
# How each line looks, and what is proposed for it.
FORMS = {
    "bars": (
        "ISO|{address}|{method}|{path}|{status}|1600|{agent}",
        "$time_iso8601|$remote_addr|$request_method|$request_uri|$status|$ignored|$http_user_agent",
    ),
    "tabs": (
        "{address}\tgw\t2026-10-20 08:27:0{number}\t{method} {path} HTTP/1.1\t{status}\t{agent}\t0.012",
        r"$remote_addr\t$ignored\t$time_local\t$request\t$status\t$http_user_agent\t$ignored",
    ),
    "all in quotes": (
        '"{address}" "-" "CLF" "{method} {path} HTTP/1.1" {status} 1600 "{agent}"',
        '"$remote_addr" "$ignored" "$time_local" "$request" $status $ignored "$http_user_agent"',
    ),
    "a time before it": (
        '[CLF] {address} - "{method} {path} HTTP/1.1" {status} 9 "{agent}" 0.012 x y',
        '[$time_local] $remote_addr $ignored "$request" $status $ignored "$http_user_agent" $ignored',
    ),
    "a logger's head": (
        '[ISO INFO  actix_web::logger] {address} "{method} {path} HTTP/1.1" {status} "{agent}" 0.1',
        '[$time_iso8601 $ignored  $ignored] $remote_addr "$request" $status "$http_user_agent" $ignored',
    ),
    "names and values with commas": (
        'time="ISO", ip="{address}", method="{method}", uri="{path}", status="{status}", ua="{agent}"',
        'time="$time_iso8601", ip="$remote_addr", method="$request_method", uri="$request_uri",'
        ' status="$status", ua="$http_user_agent"',
    ),
    "durations before the agent": (
        COMBINED.replace('1600 "-"', '9 rt=0.1 urt="0.0" "-"'),
        '$remote_addr $ignored $ignored [$time_local] "$request" $status $ignored rt=$ignored urt="$ignored"'
        ' "$ignored" "$http_user_agent"',
    ),
}


def _lines(form: str) -> list[str]:
    for name, time in TIMES.items():
        form = form.replace(name, time)
    return [
        form.format(number=number, address=address, method=method, path=path, status=status, agent=agent)
        for number, (address, method, path, status, agent) in enumerate(REQUESTS)
    ]


@pytest.mark.parametrize("name", FORMS)
def test_what_is_proposed_reads_the_lines(name: str, read: Read) -> None:
    form, proposed = FORMS[name]
    lines = _lines(form)
    assert template.propose(lines) == proposed
    content = "".join(f"{line}\n" for line in lines).encode()
    with pytest.raises(ObjectError) as refused:
        read(content)
    assert f"LOG_FORMAT='{proposed}'" in str(refused.value)
    rows = read(content, log_format=proposed).rows
    found = [
        (row["remote_addr"], row["method"], row["request_uri"], row["status"], row["user_agent"] or "-")
        for row in rows
    ]
    assert found == list(REQUESTS)
    assert [row["logged_at"].isoformat() for row in rows] == [f"2026-10-20T08:27:0{n}" for n in range(3)]


def test_inside_an_envelope_too(read: Read) -> None:
    form, proposed = FORMS["bars"]
    lines = [f"gw-1  | {line}" for line in _lines(form)]
    content = "".join(f"{line}\n" for line in lines).encode()
    with pytest.raises(ObjectError, match="LOG_FORMAT='") as refused:
        read(content)
    assert f"LOG_FORMAT='{proposed}'" in str(refused.value)
    assert read(content, log_format=proposed).counts.staged == 3


@pytest.mark.parametrize(
    ("lost", "what"),
    [
        ("{address}", "an address"),
        ("ISO", "a time"),
        ("{method}", "a method"),
        ("{path}", "a path"),
        ("{status}", "a status"),
    ],
)
def test_nothing_is_proposed_where_a_needed_part_is_missing(lost: str, what: str, read: Read) -> None:
    lines = _lines(FORMS["bars"][0].replace(lost, "?").replace("1600", "1"))
    assert template.propose(lines) == ""
    with pytest.raises(ObjectError, match=f"text without {what}. What that is"):
        read("".join(f"{line}\n" for line in lines).encode())


def test_no_word_of_a_line_is_quoted() -> None:
    """Only names of keys before a value are, which a person chose."""
    lines = [f"secret {line} own.example.com" for line in _lines(FORMS["a logger's head"][0])]
    assert not {"secret", "INFO", "actix_web", "own"} & set(template.propose(lines).replace("$", " ").split())
    assert template.propose(lines).startswith("$ignored [$time_iso8601")


def test_the_address_that_differs_is_the_client() -> None:
    lines = [f"10.0.0.9 {line}" for line in _lines(FORMS["a logger's head"][0])]
    assert "$ignored [$time_iso8601 $ignored  $ignored] $remote_addr" in template.propose(lines)


def test_a_port_is_no_status() -> None:
    lines = [f"443 {line}" for line in _lines(FORMS["a logger's head"][0])]
    assert template.propose(lines).startswith("$ignored [")
