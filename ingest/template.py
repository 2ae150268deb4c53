"""A log_format for lines of text of an unknown form, proposed by what their columns look like.

A line is cut into texts in quotes or brackets and words, or, where bars, tabs or semicolons stand in it, into
what is between them. Lines that are cut alike have the same columns, and a column whose values look like an
address is proposed as `$remote_addr`. What is proposed was tried on these lines, and holds only signs and
names of keys.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from ingest import proposal
from ingest.errors import RejectedLine
from ingest.formats.model import ADDRESS
from ingest.formats.own import FormatError, from_log_format
from ingest.strict import Comment, Context, read_text
from ingest.times import SYSLOG_STAMP

_VARIABLES = {
    "time": "$time_local",
    "remote_addr": "$remote_addr",
    "request": "$request",
    "method": "$request_method",
    "request_uri": "$request_uri",
    "status": "$status",
    "user_agent": "$http_user_agent",
}
_DAY = r"(?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[T ]|[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}[: ])"
_TIME = rf"{_DAY}[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(?:[.,][0-9]{{1,9}})?(?:Z|UTC| ?[+-][0-9]{{2}}:?[0-9]{{2}})?"
# `rt=` and `ip:` name what follows; a time, a text in quotes or brackets, or a word.
_PIECES = re.compile(
    rf'(?P<open>\[(?=(?>{_TIME}) ))|(?P<key>[A-Za-z_]{{1,20}}[=:](?=["\[0-9A-Za-z/-])(?!//))'
    rf'|(?P<time>{_TIME})(?=[\]"| \t,;])'
    r'|"(?P<quoted>(?:[^"\\]|\\.)*)"?|\[(?P<bracketed>[^\]\[]*)\]|(?P<word>[^\s"\[\](),;|{}]+)|(?P<sign>.)',
    re.DOTALL,
)
_NEEDED = {
    "a time": re.compile(
        rf"{_TIME}|{SYSLOG_STAMP}|\b1[0-9]{{9}}(?:[0-9]{{3}}|\.[0-9]+)?\b|[A-Z][a-z]{{2}} [A-Z][a-z]{{2}} "
    ),
    "an address": re.compile(rf"(?<![0-9A-Za-z:.]){ADDRESS}"),
    "a method": re.compile(rf"\b(?:{'|'.join(sorted(proposal.METHODS))})\b"),
    "a path": re.compile(r"(?:^|[\s\"|,;=:'])(?:https?:/)?/"),
    "a status": re.compile(r"(?<![\w.:/-])[1-5][0-9]{2}(?![\w.:/-])"),
}
_SIGNS = ("\t", "|", ";")
_FEWEST_SIGNS = 4
# No one could paste it.
_UNUSABLE = re.compile(r"[^\t -~]")
_MOST_LINES = 200
_LONGEST_LINE = 4096
_MOST_COLUMNS = 80
_MOST_LACKING = 2
# So many of the lines must be read by what is proposed.
_MOST = 0.9


def propose(texts: Sequence[str]) -> str:
    """A log_format that reads nearly all of the lines; empty where none was found."""
    texts = [text for text in texts[:_MOST_LINES] if len(text) <= _LONGEST_LINE]
    groups: defaultdict[tuple[str, ...], list[list[str]]] = defaultdict(list)
    for text in texts:
        cut, values = _cut(text)
        groups[tuple(cut)].append(values)
    if not groups:
        return ""
    between, rows = max(groups.items(), key=lambda group: len(group[1]))
    if len(between) > _MOST_COLUMNS or _UNUSABLE.search("".join(between)):
        return ""
    template = _template(between, rows)
    return template if template and _reads(template, texts) else ""


def _cut(text: str) -> tuple[list[str], list[str]]:
    """What stands between the columns, before the first and behind the last one; and their values."""
    sign = next((sign for sign in _SIGNS if text.count(sign) >= _FEWEST_SIGNS), None)
    if sign and not text.startswith(sign):
        cells = text.split(sign)
        quotes = ['"' if len(cell) > 1 and cell[0] == cell[-1] == '"' else "" for cell in cells]
        values = [cell[1:-1] if quote else cell for cell, quote in zip(cells, quotes, strict=True)]
        joints = [f"{one}{sign}{other}" for one, other in pairwise(quotes)]
        return [quotes[0], *joints, quotes[-1]], values
    between, values = [""], []
    for found in _PIECES.finditer(text):
        kind = str(found.lastgroup)
        if kind in ("open", "key", "sign"):
            between[-1] += found[0]
            continue
        before, behind = {"quoted": ('"', '"'), "bracketed": ("[", "]")}.get(kind, ("", ""))
        between[-1] += before
        between.append(behind)
        values.append(found[kind])
    return between, values


def _template(between: Sequence[str], rows: list[list[str]]) -> str:
    columns = {f"{number:03d}": [row[number] for row in rows] for number in range(len(between) - 1)}
    fields = {column: field for field, column in proposal.fields_of(columns).items()}
    if not fields:
        return ""
    # Of what stands behind the last column that counts, lines may have more or less.
    last = int(max(fields))
    names = [_VARIABLES.get(fields.get(column, ""), "$ignored") for column in columns][: last + 1]
    names = [_one_word(name, texts) for name, texts in zip(names, columns.values(), strict=False)]
    text = "".join(before + name for before, name in zip(between, names, strict=False)) + between[last + 1]
    return (text + "$ignored" * (last + 2 < len(between))).replace("\t", "\\t")


def _one_word(name: str, texts: list[str]) -> str:
    """`$time_local` is two words, unless a sign ends it."""
    is_word = name == _VARIABLES["time"] and not any(" " in text for text in texts)
    return "$time_iso8601" if is_word else name


def lacking(texts: Sequence[str]) -> list[str]:
    """What a request needs and most of these lines have not, in words; nothing where most is lacking."""
    texts = [text[:_LONGEST_LINE] for text in texts[:_MOST_LINES]]
    words = [
        what
        for what, pattern in _NEEDED.items()
        if sum(bool(pattern.search(text)) for text in texts) * 2 < len(texts)
    ]
    return words if len(words) <= _MOST_LACKING else []


def _reads(template: str, texts: list[str]) -> bool:
    try:
        context = Context((from_log_format(template),))  # type: ignore[arg-type]
    except FormatError:
        return False
    read = 0
    for text in texts:
        try:
            read += bool(read_text(1, text, context))
        except (RejectedLine, Comment):
            continue
    return read >= _MOST * len(texts)
