"""A table of JSON fields for logs of an unknown form, proposed by what the values look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ingest import times
from ingest.addresses import parse_address
from ingest.documents import Pairs, as_text
from ingest.fields import EARLIEST_US, LATEST_US
from ingest.times import NO_REFERENCE

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT"}
_REQUEST = re.compile(r"[A-Z]+ \S*/v2/\S* HTTP/[0-9.]+")
# HTTP/1.1 is none, nor is Squid's TCP_MISS/200.
_AGENT = re.compile(r"(?!HTTP/|[A-Z_]+/[0-9]{3}$)[A-Za-z][\w.-]*/v?[0-9].*", re.DOTALL)
# So many values of a field must look like what it is proposed for: not each client sends an agent.
_MOST = 0.9
_SOME = 0.5
# A path of the user's own JSON, as a person chose it: never a text that a client could have sent.
_NAME = re.compile(r"[A-Za-z@_][\w@.~-]{0,39}")


def is_time(text: str) -> bool:
    """A time that a log may have: any number is one of 1970."""
    moment = times.microseconds(text, NO_REFERENCE)
    return moment is not None and EARLIEST_US <= moment < LATEST_US


_LOOKS: dict[str, tuple[Callable[[str], bool], float]] = {
    "time": (is_time, _MOST),
    "remote_addr": (lambda text: parse_address(text) is not None, _MOST),
    "request": (lambda text: bool(_REQUEST.fullmatch(text)), _SOME),
    "method": (lambda text: text in METHODS, _MOST),
    "request_uri": (lambda text: "/v2/" in text and bool(re.match(r"/|https?://", text)), _SOME),
    # 443 is a port, and no status.
    "status": (lambda text: bool(re.fullmatch(r"(?!443)[1-5][0-9]{2}", text)), _MOST),
    "user_agent": (lambda text: bool(_AGENT.fullmatch(text)), _SOME),
}
# Where several fields look alike: words in the name of the right one, the best first.
_HINTS = {
    "time": ("start", "time", "ts", "date"),
    "remote_addr": ("client", "remote", "source", "src", "peer"),
    "status": ("status", "code"),
    "user_agent": ("agent", "ua"),
}


def propose(documents: Iterable[Pairs]) -> dict[str, str]:
    """Field of the log format → JSON pointer, as `[log_formats.<name>]` of pullhouse.toml takes it.

    Empty where no such table would have all that a request needs: time, address, method, path and status.
    """
    columns: dict[str, list[str]] = {}
    for document in documents:
        for pointer, text in _leaves(document, ""):
            columns.setdefault(pointer, []).append(text)
    return fields_of(columns)


def fields_of(columns: dict[str, list[str]]) -> dict[str, str]:
    """Field → the column whose values look like it; empty where one that a request needs is missing."""
    found: dict[str, str] = {}
    for name, (looks_right, least) in _LOOKS.items():
        fit = [
            pointer
            for pointer, texts in columns.items()
            if pointer not in found.values() and sum(map(looks_right, texts)) >= least * len(texts)
        ]
        if fit:
            found[name] = min(fit, key=lambda pointer: _rank(name, pointer, columns[pointer]))
    if "request" in found:
        found = {name: pointer for name, pointer in found.items() if name not in ("method", "request_uri")}
    needed = {"time", "remote_addr", "status", *(() if "request" in found else ("method", "request_uri"))}
    return found if needed <= found.keys() else {}


def as_toml(table: dict[str, str]) -> str:
    """The table as one line of pullhouse.toml, under the name `mine`."""
    fields = ", ".join(f'{name} = "{pointer}"' for name, pointer in table.items())
    return f"log_formats.mine = {{ {fields} }}"


def _rank(name: str, pointer: str, texts: list[str]) -> tuple[bool, int, int, str]:
    # The same address in all lines is the server's, where another field has several.
    is_one = name == "remote_addr" and len(set(texts)) == 1
    hints = _HINTS.get(name, ())
    place = next((number for number, hint in enumerate(hints) if hint in pointer.lower()), len(hints))
    return is_one, place, pointer.count("/"), pointer


def _leaves(document: Pairs, above: str) -> Iterator[tuple[str, str]]:
    for key, value in document:
        if not _NAME.fullmatch(key):
            continue
        pointer = f"{above}/{key.replace('~', '~0')}"
        if isinstance(value, Pairs):
            yield from _leaves(value, pointer)
        elif text := as_text(value):
            yield pointer, text
