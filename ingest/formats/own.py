"""The user's own format: an nginx log_format pasted as it stands, or a table of JSON fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from itertools import pairwise

from ingest import fields
from ingest.formats import nginx_variables
from ingest.formats.model import Escapes, Format, JsonFormat, TextFormat

_STATEMENT = re.compile(r"\s*log_format\s+(\S+)\s+(?:escape=(\w+)\s+)?(['\"].*?)\s*;?\s*", re.DOTALL)
_PIECE = re.compile(r"\s*(?:#[^\n]*\n\s*)*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")", re.DOTALL)
_JSON = re.compile(r"\s*\{\s*\"")
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_ESCAPES: dict[str, Escapes] = {"default": "backslash", "json": "json", "none": "none"}
_SOURCE = "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format"
# What ends a value that is followed by this character.
_SHAPES = {
    '"': "quoted",
    "]": "bracketed",
    "|": "pipe",
    "\t": "column",
    ",": "comma",
    ";": "semicolon",
    "": "rest",
}
# Variables whose values begin with a sign that the ones before them do not have: $host$request_uri, $uri$is_args$args.
_BEGINS = {"request_uri": "path", "uri": "path", "document_uri": "path", "is_args": "query"}
_WITH_SPACES = {"user_agent": "anything", "x_forwarded_for": "words", "request": "request"}
_TABLE_FIELDS = {*fields.FIELD_NAMES, "time", "request"} - {"msec"}
NAME = "own"


class FormatError(ValueError):
    """A format that cannot be used; the text says what is wrong with it, and what to write instead."""


def from_log_format(text: str) -> Format:
    """The format of an nginx log_format: the string alone, or the whole statement. Raises FormatError."""
    template, escapes = _template(text)
    names = _names(template)
    unknown = [name for name in names if not nginx_variables.is_known(name)]
    if unknown:
        raise FormatError(_unknown(unknown[0]))
    has = nginx_variables.fields_of(names).values()
    _check_has(has, "the log_format")
    if _JSON.match(template):
        return _json(template)
    _check_apart(template)
    pattern = "".join(_parts(template))
    return TextFormat(
        name=NAME, title="your own log_format", source=_SOURCE, pattern=pattern, escapes=_ESCAPES[escapes]
    )


def from_table(name: str, table: Mapping[str, str | list[str]]) -> JsonFormat:
    """The format of a table in pullhouse.toml: field of contract A → path in the JSON. Raises FormatError.

    A path is a JSON pointer (`/request/headers/User-Agent/0`), or names with dots between them, which are
    looked for as one name and as names inside one another.
    """
    table = dict(table)
    duration = table.pop("request_time_unit", "s")
    pointers: dict[str, tuple[str, ...]] = {}
    for key, value in table.items():
        field = "time" if key == "msec" else key
        if field not in _TABLE_FIELDS:
            near = get_close_matches(key, sorted(_TABLE_FIELDS), n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise FormatError(f"{key} is no field{hint}; docs/log-format.md lists them")
        paths = [value] if isinstance(value, str) else value
        pointers[field] = tuple(pointer for path in paths for pointer in _pointers(path))
    if duration not in ("s", "ms", "us", "ns", "go"):
        raise FormatError("request_time_unit is one of s, ms, us, ns, or go (a text such as 1.5ms)")
    _check_has(pointers, f"the table log_formats.{name}")
    return JsonFormat(
        name=name,
        title=f"your own JSON ({name})",
        source=_SOURCE,
        pointers=pointers,
        duration=duration,  # type: ignore[arg-type]
        marks=tuple(
            key for key in ("remote_addr", "request", "method", "request_uri", "status") if key in pointers
        ),
    )


def _names(template: str) -> list[str]:
    """The variables of a template, in order."""
    return [found[1] or found[2] for found in _VARIABLE.finditer(template)]


def _template(text: str) -> tuple[str, str]:
    """The format itself, and its `escape`."""
    statement = _STATEMENT.fullmatch(text)
    escapes = (statement[2] if statement else None) or "default"
    if escapes not in _ESCAPES:
        raise FormatError(f"escape={escapes} is none that nginx knows: default, json or none")
    body = statement[3] if statement else text.strip()
    pieces, end = [], 0
    while found := _PIECE.match(body, end):
        pieces.append(re.sub(r"\\(['\"\\])", r"\1", found[1] if found[1] is not None else found[2]))
        end = found.end()
    whole = body[end:].strip().rstrip(";").strip() == ""
    # nginx takes \\t in a configuration for a tab.
    return ("".join(pieces) if pieces and whole else body).replace("\\t", "\t"), escapes


def _unknown(name: str) -> str:
    near = get_close_matches(name, sorted(nginx_variables.NAMES), n=1)
    hint = f" (did you mean ${near[0]}?)" if near else ""
    return f"nginx has no variable ${name}{hint}. Write $ignored for a variable of your own that is not to be read"


def _check_has(has: Iterable[str], what: str) -> None:
    wanted = (
        ({"remote_addr", "x_forwarded_for"}, "an address", "$remote_addr", "remote_addr"),
        ({"time"}, "a time", "$time_iso8601, $time_local or $msec", "time"),
        ({"request", "method"}, "a method", "$request or $request_method", "method"),
        ({"request", "request_uri"}, "a path", "$request or $request_uri", "request_uri"),
        ({"status"}, "a status", "$status", "status"),
    )
    for fields_, thing, variable, key in wanted:
        if fields_.isdisjoint(has):
            add = key if "table" in what else variable
            raise FormatError(f"{what} has no {thing[thing.index(' ') + 1 :]}: add {add}")


def _json(template: str) -> JsonFormat:
    """A log_format that writes JSON: which variable stands at which place."""
    text = re.sub(r'(?<!")\$(?:\{\w+\}|\w+)', lambda found: json.dumps(found[0]), template)
    try:
        document = json.loads(text)
    except ValueError:
        raise FormatError(
            "the log_format begins like JSON and is none: is a comma or a quote missing?"
        ) from None
    pointers: dict[str, tuple[str, ...]] = {}
    fields_of = nginx_variables.fields_of(_names(template))
    for pointer, value in _leaves(document, ""):
        found = _VARIABLE.fullmatch(value)
        field = fields_of.get(found[1] or found[2]) if found else None
        if field:
            pointers[field] = (*pointers.get(field, ()), pointer)
    return from_table(NAME, {field: list(group) for field, group in pointers.items()})


def _leaves(value: object, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, str):
        yield pointer, value


def _parts(template: str) -> Iterator[str]:
    """The pattern, part by part: literal text, and a place for each variable."""
    end = 0
    taken: set[str] = set()
    fields_of = nginx_variables.fields_of(_names(template))
    for found in _VARIABLE.finditer(template):
        yield _literal(template[end : found.start()])
        end = found.end()
        field = fields_of.get(found[1] or found[2], "_")
        # $uri beside $request_uri, $host beside $http_host: the first counts.
        field = "_" if field in taken and field != "_" else field
        taken.add(field)
        yield f"<{field}:{_shape(field, found[1] or found[2], template[end:])}>"
    yield _literal(template[end:])


def _check_apart(template: str) -> None:
    """Two values with nothing between them can be told apart where the second one begins with a sign of its own."""
    for one, other in pairwise(_VARIABLE.finditer(template)):
        first, second = one[1] or one[2], other[1] or other[2]
        if one.end() == other.start() and second not in _BEGINS and first not in _BEGINS:
            raise FormatError(
                f"nothing stands between ${first} and ${second}, so that nobody can say where one ends: put a"
                " blank or another sign between them"
            )


def _shape(field: str, variable: str, rest: str) -> str:
    follower, following = rest[:1], _VARIABLE.match(rest)
    if following and (following[1] or following[2]) in _BEGINS:
        return f"before_{_BEGINS[following[1] or following[2]]}"
    if variable == "is_args":
        return "question_mark"
    if field in (
        "remote_addr",
        "status",
        "body_bytes_sent",
        "bytes_sent",
        "request_time",
        "resp_content_length",
    ):
        return {"remote_addr": "address", "status": "digits", "request_time": "number"}.get(field, "count")
    if follower in _SHAPES:
        return _SHAPES[follower]
    if variable == "time_local":
        return "two_words"
    if variable == "remote_user":
        return "user"
    return _WITH_SPACES.get(field, "words" if variable.startswith("upstream_") else "word0")


def _literal(text: str) -> str:
    return re.escape(text).replace("<", r"\x3c").replace(">", r"\x3e")


def _pointers(path: str) -> tuple[str, ...]:
    if path.startswith("/"):
        return (path,)
    key = path.replace("~", "~0").replace("/", "~1")
    nested = key.replace(".", "/")
    return (f"/{key}",) if nested == key else (f"/{key}", f"/{nested}")
