"""One session: what was asked in order, and why it was judged so. Read from the published marts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from pipeline.settings import Settings
from pipeline.warehouse import pull_requests
from pipeline.warehouse.marts import open_marts, rows

# Why a session begins with a request: the values of int_requests_sessionized.session_start.
STARTS = {
    "idle": "nothing was asked before it, or not for longer than requests of one session are apart",
    "after layers": "layers had been taken, and a pull was begun anew",
    "pushed": "a tag had been pushed, and another push was begun",
    "head": "each HEAD of a tag is a look-up of its own",
    "midnight": "a chain without an end is cut at midnight (UTC)",
}
TAGS = {
    "requested": "it was asked for by name",
    "head_digest": "a HEAD asked for it, and the digest that it answered was fetched",
    "head_time": "a HEAD asked for it, and a digest was fetched right after it",
    "digest": "none: a digest was asked for",
    "none": "none: no manifest was asked for",
    "listed": "none: only the list of tags was asked for",
}
PLATFORMS = {
    "catalogue": "the catalogue knows the manifest",
    "several": "manifests of several platforms were fetched",
    "unknown": "the catalogue knows none of the manifests",
}
SESSION_COLUMNS = (
    "repository", "started_at", "tag", "platform", "outcome", "completeness", "client_name", "client_version",
    "outcome_reason", "tag_method", "platform_method", "environment_reason",
)  # fmt: skip
REQUEST_COLUMNS = (
    "requested_at", "ended_at", "method", "request_kind", "reference", "object_kind", "status",
    "body_bytes_sent", "is_range", "is_complete", "is_sent_back", "session_start",
)  # fmt: skip
REQUESTS = f"""
    select {", ".join(REQUEST_COLUMNS)} from read_parquet(?, hive_partitioning = false) where pull_id = ?
    order by request_number
"""


TABLE_WIDTH = 130


class UnknownPullError(LookupError):
    """No session has this pull_id; the text says where to find one."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A session (columns of fct_pulls) and its requests in order (columns of pull_requests)."""

    session: dict[str, Any]
    requests: list[dict[str, Any]]


def read(settings: Settings, pull_id: str) -> Explanation:
    """Read one session.

    Raises NotPublishedError when there are no marts, UnknownPullError when no session has this id.
    """
    if not pull_id:
        raise UnknownPullError("No session is named: make explain PULL=<pull_id>, an id of fct_pulls.")
    with open_marts(settings) as con:
        found = rows(con, f"select {', '.join(SESSION_COLUMNS)} from fct_pulls where pull_id = ?", [pull_id])
        if not found:
            raise UnknownPullError(
                f"No session in {settings.marts} has this pull_id. Take one from fct_pulls; an id"
                " changes when an earlier request of its session comes late."
            )
        session = dict(zip(SESSION_COLUMNS, found[0], strict=True))
        file = pull_requests.file_of(settings, session["started_at"].date())
        # Without the lake's requests of its day, nothing was published of it.
        requests = rows(con, REQUESTS, [str(file), pull_id]) if file.exists() else []
    return Explanation(
        session=session, requests=[dict(zip(REQUEST_COLUMNS, row, strict=True)) for row in requests]
    )


def show(explanation: Explanation, console: Console) -> None:
    """Print the requests, then the sentences."""
    session = explanation.session
    # A client's own text may look like rich's markup: "[address]" does.
    console.print(_headline(session), style="bold", markup=False)
    if explanation.requests:
        # Where the output is no terminal, rich would squeeze the table into eighty columns.
        console.width = max(console.width, TABLE_WIDTH)
        console.print(_table(explanation.requests))
    else:
        console.print("Its requests are not kept any longer.")
    for sentence in sentences(explanation):
        console.print(sentence, markup=False)


def sentences(explanation: Explanation) -> list[str]:
    """Why it is a session of its own, why it was judged so, and how tag and platform are known."""
    session = explanation.session
    found = []
    if explanation.requests:
        start = explanation.requests[0]["session_start"]
        found.append(f"The session begins with the first request: {STARTS.get(start, start)}.")
    found.append(session["outcome_reason"])
    found.append(f"Tag {session['tag'] or 'unknown'}: {TAGS[session['tag_method']]}.")
    found.append(f"Platform {session['platform'] or 'unknown'}: {PLATFORMS[session['platform_method']]}.")
    found.append(f"Environment: {session['environment_reason']}")
    return found


def _headline(session: dict[str, Any]) -> str:
    client = " ".join(part for part in (session["client_name"], session["client_version"]) if part)
    completeness = session["completeness"] or session["outcome"]
    judged = dict.fromkeys((session["outcome"], completeness))
    when = f"{session['started_at']:%Y-%m-%d %H:%M:%S} UTC"
    return f"{session['repository']}, {when}, {client or 'unknown client'}: {', '.join(judged)}"


def _table(requests: list[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in ("time (UTC)", "took", "method", "what", "of", "status", "bytes", ""):
        justify: JustifyMethod = "right" if name in ("took", "status", "bytes") else "left"
        # A tag may be long: that column alone is folded.
        table.add_column(name, justify=justify, no_wrap=name != "of", overflow="fold")
    for request in requests:
        took = (request["ended_at"] - request["requested_at"]).total_seconds()
        table.add_row(
            _time(request["requested_at"]),
            f"{took:.3f} s",
            request["method"],
            _what(request),
            Text(_short(request["reference"])),
            str(request["status"]),
            "" if request["body_bytes_sent"] is None else f"{request['body_bytes_sent']:,}",
            _remark(request),
        )
    return table


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"


def _what(request: dict[str, Any]) -> str:
    kind = request["object_kind"]
    return (
        f"{request['request_kind']} ({kind})"
        if kind and kind != request["request_kind"]
        else request["request_kind"]
    )


def _short(reference: str | None) -> str:
    """A digest by its first twelve digits, as people know it; a tag whole."""
    algorithm, colon, digits = (reference or "").partition(":")
    return f"{algorithm}:{digits[:12]}" if colon else algorithm


def _remark(request: dict[str, Any]) -> str:
    remarks = {
        "a part of it": request["is_range"],
        "broken off": request["is_complete"] is False,
        "sent back here": request["is_sent_back"],
    }
    return ", ".join(remark for remark, applies in remarks.items() if applies)
