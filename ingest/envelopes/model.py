"""What others wrapped around a line: a prefix, or a JSON object that holds the line as a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

_PLACE = re.compile(r"<(line|time|host)>")
# Only whole host names are kept as `host`: the word in front of a line may be the name of a log stream too.
HOST = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
# A sample, the line inside it, and the time and the host that the envelope tells.
Sample = tuple[str, str, str | None, str | None]


@dataclass(frozen=True)
class TextEnvelope:
    """A prefix. `pattern`: a regular expression with the places `<line>`, and perhaps `<time>` and `<host>`.

    `begins`: what the line inside begins with, where the prefix alone does not tell.
    """

    name: str
    title: str
    source: str
    pattern: str
    samples: tuple[Sample, ...]
    time: str = ""
    host: str = "[^ ]+"
    begins: str = ""

    @cached_property
    def expression(self) -> str:
        """The pattern for Python and RE2, its groups in the order of `groups`."""
        shapes = {"time": self.time, "host": self.host, "line": f"{self.begins}.*"}
        return _PLACE.sub(lambda found: f"({shapes[found[1]]})", self.pattern)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """What each group holds: line, time or host."""
        return tuple(_PLACE.findall(self.pattern))

    @cached_property
    def strict(self) -> re.Pattern[str]:
        """The expression, compiled."""
        return re.compile(self.expression, re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class JsonEnvelope:
    """A JSON object. `line` and `time`: JSON pointers, of which the first that is there counts.

    A line may be a record, too; but what is text comes first: Filebeat has `log.file.path` beside `message`.
    """

    name: str
    title: str
    source: str
    line: tuple[str, ...]
    time: tuple[str, ...]
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class PairsEnvelope:
    """Names and values, of which a JSON object is made: its values are texts.

    `pair`: one of them with what ends it, as a regular expression for Python and RE2. Its groups are the name, the
    value as JSON writes it, and a value that JSON writes as it is; one of the two is empty. `is_plain`: no value is
    escaped, so that quotes and backslashes have to be before the pairs are taken.
    """

    name: str
    title: str
    source: str
    pair: str
    samples: tuple[Sample, ...]
    is_plain: bool = False

    @cached_property
    def line(self) -> str:
        """A whole line of pairs; fewer than four are no log."""
        return f"(?:{_GROUP.sub('(?:', self.pair)}){{4,}}"

    @cached_property
    def strict(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        """The line and the pair, compiled."""
        return re.compile(self.line, re.ASCII | re.DOTALL), re.compile(self.pair, re.ASCII | re.DOTALL)


Envelope = TextEnvelope | JsonEnvelope | PairsEnvelope
# What a pair becomes, for Python and RE2.
AS_JSON = r'"\1":"\2\3",'
_GROUP = re.compile(r"\((?!\?)")


@dataclass(frozen=True, slots=True)
class Peeled:
    """What was inside an envelope, and what the envelope said."""

    envelope: str
    line: str
    time: str | None = None
    host: str | None = None
