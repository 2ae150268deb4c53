"""What a log format is: a pattern with named places, or JSON pointers, to the fields of contract A.

The same declaration serves both readers: the strict one compiles it for Python's `re`, the fast one for
DuckDB's RE2. Patterns keep to what the two have in common: no look-around, no back-reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

# A place of a format is a field of contract A (ingest/fields.py), or one of these.
TIME = "time"  # any notation that ingest.times reads
DATE, CLOCK = "date", "clock"  # a time in two columns
REQUEST = "request"  # "GET /v2/ HTTP/1.1": method, request_uri and protocol in one
IGNORED = "_"

Duration = Literal["s", "ms", "us", "ns", "go"]
Escapes = Literal["backslash", "json", "percent", "plus", "none"]
# A line of a format, and what must be read from it (logged_at in ISO notation, UTC).
Sample = tuple[str, Mapping[str, Any]]

# A quoted text in which \" and \x22 end nothing. Each character fits one branch only: no backtracking.
QUOTED = r'(?:[^"\\]|\\.)*'
# IPv4, IPv6, either with a port or a zone, or a Unix socket: never a host name, a clock or the number of a line.
ADDRESS = (
    r"(?:[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(?::[0-9]+)?"
    r"|(?:(?::|(?:[0-9A-Fa-f]+:)+):[0-9A-Fa-f:.]*|(?:[0-9A-Fa-f]+:){6}[0-9A-Fa-f:.]+)(?:%[0-9A-Za-z._-]+)?"
    r"|\[[0-9A-Fa-f:.]+(?:%[0-9A-Za-z._-]+)?\](?::[0-9]+)?|unix:[^ \"]*)"
)
SHAPES = {
    "address": ADDRESS,
    "peer": r"[0-9A-Fa-f:.\[\]]+",  # before ":port", which it would take for a part of itself
    "bracketed": r"[^\]]*",
    "count": r"(?:[0-9]+|-)",
    "digits": r"[0-9]+",
    "hostname": r"[A-Za-z0-9][A-Za-z0-9.-]*",
    "number": r"(?:[0-9]+(?:\.[0-9]+)?|-)",
    "quoted": QUOTED,
    "word": r"[^ ]+",
    "column": r"[^\t]*",
    "pipe": r"[^|]*",
    "words": r"[^ ]+(?:(?:,| :) [^ ]+)*",  # what nginx writes of several upstreams
    "stamp": r"[^ ]+",
    "identifier": r"[A-Za-z0-9=_-]{12,64}",
    "before_path": r"[^/ ]*",
    "before_query": r"[^? ]*",
    "question_mark": r"\??",
    "hops": r"[0-9A-Fa-f:.]+(?:, ?[0-9A-Fa-f:.]+)+",
    "day": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "slashed": r"[0-9]{4}/[0-9]{2}/[0-9]{2}",
    "clock": r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?",
    "go_duration": r"[0-9.]+(?:ns|us|µs|ms|s)",
    "two_words": r"[^ ]+ [^ ]+",
    "bare": r'[^" ]*',
    "word0": r"[^ ]*",
    "comma": r"[^,]*",
    "semicolon": r"[^;]*",
    "anything": r".*",
    "user": r"(?:[^\[]|\[[^0-9])*",
    "request": r"(?:[A-Za-z_-]+ [^ ]*(?: HTTP/[0-9.]+)?|-?)",
    "length": r"[0-9]*",
    "rest": r".*",
    "seconds": r"(?:[0-9]+(?:\.[0-9]+)?|-1)",
    "agent": r"[^|}/]+/v?[0-9][^|}]*",
}
_SHAPE_OF = {
    "remote_addr": "address",
    TIME: "bracketed",
    "status": "digits",
    "body_bytes_sent": "count",
    "bytes_sent": "count",
    "resp_content_length": "count",
    "request_time": "number",
    REQUEST: "quoted",
    "user_agent": "quoted",
    "x_forwarded_for": "quoted",
    IGNORED: "word",
}
_REST = "(?: .*)?"
_PLACE = re.compile(r"<([a-z_]+)(?::([a-z0-9_]+))?>")
# A request as it nearly always is: the fast reader takes it apart within the pattern.
_USUAL_REQUEST = r'([A-Za-z_-]+) ([^" \\]*)(?: (HTTP/[0-9.]+))?'
# A class of all characters but some → the same within printable ASCII.
_ASCII_CLASSES = {
    r'[^"\\]': r"[ !#-\[\]-~]",
    r'[^" \\]': r"[!#-\[\]-~]",
    r'[^" ]': r"[!#-~]",
    r"[^ \"]": r"[!#-~]",
    r"[^ ]": r"[!-~]",
    r"[^\]]": r"[ -\\^-~]",
    r"[^\[]": r"[ -Z\\-~]",
    r"[^0-9]": r"[ -/:-~]",
    r"[^|]": r"[ -{}~]",
    r"[^\t]": r"[ -~]",
    r"[^,]": r"[ -+\--~]",
    r"[^}]": r"[ -|~]",
    r"[^|}]": r"[ -{~]",
    r"[^|}/]": r"[ -.0-{~]",
    r"[^;]": r"[ -:<-~]",
    r"[^/ ]": r"[!-.0-~]",
    r"[^? ]": r"[!->@-~]",
    r"\\.": r"\\[ -~]",
    r" .*": r" [ -~]*",
}


@dataclass(frozen=True, eq=False)
class Format:
    """What both kinds have; compared by identity. `name` is what a setting says, `title` what a person reads.

    `duration`: the unit of `request_time`. `escapes`: how text was written. `without`: what this format
    cannot know, where it is not plain from the fields that it lacks. `advice`: what to set to know more.
    """

    name: str
    title: str
    source: str
    samples: tuple[Sample, ...] = ()
    duration: Duration = "s"
    escapes: Escapes = "none"
    without: str = ""
    advice: str = ""

    @property
    def has(self) -> frozenset[str]:
        """Fields of contract A (and `time`) that the format may have."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class TextFormat(Format):
    """One line of text. `pattern`: a regular expression with places `<field>` or `<field:shape>`.

    A field may have several places, of which one is filled. `narrows`: the format that fits all these lines
    too, and says less of them. `is_pairs`: its lines are names and values, which the envelope logfmt fits too.
    """

    pattern: str = ""
    narrows: str = ""
    is_pairs: bool = False
    escapes: Escapes = "backslash"

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The field of each group of `strict`."""
        return tuple(name for name, _ in _PLACE.findall(self.pattern) if name != IGNORED)

    @cached_property
    def strict(self) -> re.Pattern[str]:
        """For the strict reader: a request is one text, since not each is HTTP."""
        return re.compile(_compiled(self.pattern, split_request=False), re.ASCII | re.DOTALL)

    @cached_property
    def fast(self) -> tuple[str, tuple[str, ...]]:
        """For DuckDB: the pattern with its anchors, and the field of each of its groups."""
        fields: list[str] = []
        for place in self.places:
            fields += ["method", "request_uri", "protocol"] if place == REQUEST else [place]
        pattern = _in_ascii(_compiled(self.pattern.removesuffix(_REST), split_request=True))
        # What follows the last place is not looked at: in a line of a load balancer it is half of the line.
        return f"^{pattern}" + ("(?: |$)" if self.pattern.endswith(_REST) else "$"), tuple(fields)

    @cached_property
    def is_printable(self) -> bool:
        """Whether each text that `fast` finds is printable ASCII, since no other fits its place."""
        shapes = [found[2] or _SHAPE_OF.get(found[1], "word") for found in _PLACE.finditer(self.pattern)]
        patterns = [_in_ascii(SHAPES[shape]) for shape in shapes]
        return not any("[^" in pattern or pattern.endswith(".*") for pattern in patterns)

    @cached_property
    def has_optional_place(self) -> bool:
        """Whether a field may be missing: then a line with an odd character in it fits `fast` without it."""
        told = self.pattern.removesuffix(_REST)
        return told != self.pattern and bool(re.search(r"<[a-z_]+(?::[a-z0-9_]+)?>[^<>]*\)\?", told))

    @property
    def has(self) -> frozenset[str]:  # noqa: D102
        return _known(self.places)


@dataclass(frozen=True, eq=False)
class JsonFormat(Format):
    """One JSON object a line. `pointers`: field → JSON pointers (RFC 6901), the first that is there counts.

    A line is of this format where all `marks` are there (fields, or pointers), and a time: its own or an envelope's.
    """

    pointers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    marks: tuple[str, ...] = ()

    @cached_property
    def marking(self) -> tuple[tuple[str, ...], ...]:
        """The pointers of each mark."""
        return tuple((mark,) if mark.startswith("/") else self.pointers[mark] for mark in self.marks)

    @cached_property
    def timing(self) -> tuple[str, ...]:
        """The pointers of which one must be there, unless an envelope tells the time."""
        return self.pointers.get("time", ()) + self.pointers.get(DATE, ())

    @property
    def has(self) -> frozenset[str]:  # noqa: D102
        return _known(self.pointers)


AnyFormat = TextFormat | JsonFormat


def _in_ascii(pattern: str) -> str:
    """The pattern for lines of printable ASCII, which nearly all are: RE2 needs ten instructions for a class that
    holds all of UTF-8, and is many times slower where a pattern has more than 500."""
    for wide, narrow in _ASCII_CLASSES.items():
        pattern = pattern.replace(wide, narrow)
    return pattern


def _known(names: Iterable[str]) -> frozenset[str]:
    parts = {"request": ("method", "request_uri", "protocol"), "date": (TIME,), "clock": (), "msec": (TIME,)}
    return frozenset(part for name in names for part in parts.get(name, (name,)))


def _compiled(pattern: str, split_request: bool) -> str:
    def group(found: re.Match[str]) -> str:
        name, shape = found[1], found[2] or _SHAPE_OF.get(found[1], "word")
        if name == IGNORED:
            return SHAPES[shape]
        if name == REQUEST and split_request:
            return _USUAL_REQUEST
        return f"({SHAPES[shape]})"

    return _PLACE.sub(group, pattern)
