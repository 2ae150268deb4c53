"""The fast reader of everything that is not bare contract A: DuckDB peels and types the lines of a batch.

One query for each way of reading (these envelopes, this format) that a sample of the object showed. It keeps
only rows about which `ingest.strict` is sure to say the same; all others are left to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest import typed_sql
from ingest.envelopes import BY_NAME as ENVELOPES
from ingest.envelopes.model import AS_JSON, HOST, JsonEnvelope, PairsEnvelope, TextEnvelope
from ingest.fields import FIELDS, MAX_DEPTH
from ingest.formats import CONTRACT_A
from ingest.formats.model import AnyFormat, JsonFormat, TextFormat
from ingest.json_scan import MICROSECONDS
from ingest.strict import DURATION, LEAST_NANOSECONDS, METHOD, REQUIRED
from ingest.times import YearReference, microseconds_sql
from ingest.typed_sql import quoted

_USUAL_REQUEST = r"([A-Za-z_-]+) ([^ ]*)(?: (HTTP/[0-9.]+))?"
# Fields that may hold quotes and backslashes; in others an escape is left to the strict reader.
_ESCAPED = ("user_agent", "x_forwarded_for")
# Every step whose columns are dear is materialised: DuckDB would compute them again for each filter on them.
# No step carries a text that the next one does not read: copying texts is half of what reading a line costs.
_CARRIED = "line_number, outer_time, outer_host"
# What begins an escape; what begins one that SQL may not undo; and a text in which it may.
_USUAL_ESCAPES = {
    "backslash": ("\\", "\\x", r"(?:[^\\]|\\x22|\\x5C)*"),
    "json": ("\\", "\\", r"[^\\]*"),
    "plus": ("+", "+", ".*"),
    "percent": ("%", "%", "(?:[^%]|%(?:2[0-46-9A-F]|[3-6][0-9A-F]|7[0-9A-E]))*"),
}
_SECONDS = {"s": "1", "ms": "1e3", "us": "1e6", "ns": "1e9"}
_PLAIN_DURATION = r"[0-9]{1,9}(?:\.[0-9]{1,17})?"
# Names under which shippers put an object of their own where hand-made JSON has a text.
_PERHAPS_OBJECTS = frozenset(
    {
        *("/request", "/response", "/client", "/source", "/host", "/agent", "/url", "/user_agent"),
        *("/remote", "/http_request", "/event", "/node"),
    }
)


@dataclass(frozen=True, slots=True)
class Way:
    """How a line may be read: the envelopes around it, outermost first, and its format."""

    envelopes: tuple[str, ...]
    log_format: AnyFormat


def query(way: Way, formats: Sequence[AnyFormat], reference: YearReference, has_brackets: bool) -> str:
    """SQL that inserts what it is sure of from the table `batch` (line_number, line) into `lines`, and
    returns the line numbers.

    `formats`: all that the strict reader tries, in order; the row says which one it was by its place there.
    """
    number = formats.index(way.log_format)
    selected = ", ".join(f"{sql} as {name}" for name, sql in _columns(way.log_format).items())
    return f"""
        insert into lines by name
        with peeled_0 as (
            select line_number, line, null::varchar as outer_time, null::varchar as outer_host from batch
            where {_is_shallow(has_brackets)}
        ),
        {_peelings(way.envelopes, formats)}
        {_fields(way, formats)},
        completed as materialized (
            select line_number, outer_host, {_has_usual_escapes(way.log_format)} as is_usual,
                {_completed(way.log_format)}
            from {_with_request_parts(way.log_format)}
        ),
        judged as materialized (
            select * replace ({_host()} as host),
                {_logged(way.log_format, reference)} as logged_us,
                coalesce({_is_clean(way.log_format)}, false) as is_clean
            from completed
        )
        select {selected}, {number} as format_number from judged where is_clean
        returning line_number
    """


def _is_shallow(has_brackets: bool) -> str:
    """SQL: no brackets that may lie too deep. `has_brackets`: whether any line of the object has so many."""
    if not has_brackets:
        return "true"
    return rf"len(regexp_replace(line, '[^\[{{]', '', 'g')) <= {MAX_DEPTH}"


def _peelings(names: Iterable[str], formats: Sequence[AnyFormat]) -> str:
    steps = []
    for depth, name in enumerate(names):
        envelope = ENVELOPES[name]
        if isinstance(envelope, TextEnvelope):
            inside = _without_prefix(envelope, depth)
        elif isinstance(envelope, PairsEnvelope):
            inside = _from_pairs(envelope, depth, formats)
        else:
            inside = _from_json(envelope, depth)
        steps.append(f"{inside},")
    return "\n".join(steps)


def _without_prefix(envelope: TextEnvelope, depth: int) -> str:
    groups = ", ".join(quoted(group) for group in envelope.groups)
    found = f"regexp_extract(line, {quoted('^' + envelope.expression + '$')}, [{groups}], 's')"
    time = "coalesce(nullif(found.time, ''), outer_time)" if "time" in envelope.groups else "outer_time"
    host = "outer_host"
    if "host" in envelope.groups:
        is_host = f"regexp_full_match(found.host, {quoted(HOST.pattern)})"
        host = f"case when {is_host} then found.host else outer_host end"
    return (
        f"stripped_{depth} as materialized (select *, {found} as found from peeled_{depth}),"
        f" peeled_{depth + 1} as (select line_number, found.line as line, {time} as outer_time,"
        f" {host} as outer_host from stripped_{depth} where found.line <> '')"
    )


def _from_pairs(envelope: PairsEnvelope, depth: int, formats: Sequence[AnyFormat]) -> str:
    """Without the lines of formats that are pairs themselves (`distribution`), which come first."""
    others = [
        f" and not regexp_full_match(line, {quoted(item.strict.pattern)}, 's')"
        for item in formats
        if isinstance(item, TextFormat) and item.is_pairs
    ]
    plain = r"""replace(replace(line, '\', '\\'), '"', '\"')""" if envelope.is_plain else "line"
    made = f"regexp_replace({plain}, {quoted(envelope.pair)}, {quoted(AS_JSON)}, 'gs')"
    return (
        f"peeled_{depth + 1} as materialized (select line_number,"
        # The last comma: rtrim costs several times as much.
        f" '{{' || left({made}, -1) || '}}' as line, outer_time, outer_host from peeled_{depth}"
        f" where regexp_full_match(line, {quoted(envelope.line)}, 's'){''.join(others)})"
    )


def _from_json(envelope: JsonEnvelope, depth: int) -> str:
    pointers = [*envelope.line, *envelope.time]
    values = f"json_extract_string(line, [{', '.join(quoted(pointer) for pointer in pointers)}])"
    # A record is a line only where no other field is text.
    texts = [
        f"case when v[{number}] ^@ '{{' and json_type(line, {quoted(pointer)}) = 'OBJECT' then null"
        f" else nullif(v[{number}], '') end"
        for number, pointer in enumerate(envelope.line, 1)
    ]
    lines = f"coalesce({', '.join([*texts, _first(range(1, len(envelope.line) + 1), empty_is_none=True)])})"
    # A time that may be an object is left to the strict reader: the line is then not read.
    times = _first(range(len(envelope.line) + 1, len(pointers) + 1))
    found = f"case when json_valid(line) then {values} end"
    return (
        f"stripped_{depth} as materialized (select *, {found} as v from peeled_{depth}),"
        f" peeled_{depth + 1} as (select line_number, ltrim(rtrim({lines}, chr(10) || chr(13)), ' ') as line,"
        f" coalesce({times}, outer_time) as outer_time, outer_host from stripped_{depth}"
        f" where not regexp_matches(coalesce({times}, ''), '^[\\[{{]'))"
    )


def _first(numbers: Iterable[int], empty_is_none: bool = False) -> str:
    values = [f"nullif(v[{n}], '')" if empty_is_none else f"v[{n}]" for n in numbers]
    return f"coalesce({', '.join([*values, 'null'])})"


def _fields(way: Way, formats: Sequence[AnyFormat]) -> str:
    table = f"peeled_{len(way.envelopes)}"
    earlier = formats[: formats.index(way.log_format)]
    if isinstance(way.log_format, TextFormat):
        return _text_fields(way.log_format, table, [item for item in earlier if isinstance(item, TextFormat)])
    return _json_fields(way.log_format, table, [item for item in earlier if isinstance(item, JsonFormat)])


def _text_fields(item: TextFormat, table: str, earlier: Sequence[TextFormat]) -> str:
    pattern, places = item.fast
    groups = ", ".join(quoted(f"g{number}") for number in range(len(places)))
    found = f"regexp_extract(line, {quoted(pattern)}, [{groups}], 's')"
    # What a narrower format reads (`traefik` is `combined` and more) is left to it.
    narrower = [
        f"not regexp_full_match(line, {quoted(other.strict.pattern)}, 's')"
        for other in earlier
        if other.narrows == item.name
    ]
    if item.has_optional_place:
        narrower.append("not regexp_matches(line, '[^ -~]')")
    others = f" where {' and '.join(narrower)}" if narrower else ""
    fields = {place: _of_groups(place, places) for place in dict.fromkeys(places)}
    return (
        f"matched as materialized (select {_CARRIED}, {found} as g from {table}{others}),"
        f" found as (select {_CARRIED}, {_named(fields)}"
        f" from matched where {_matched(places)})"
    )


def _matched(places: Sequence[str]) -> str:
    """The status is some digits wherever the pattern fits."""
    return " || ".join(f"g.g{number}" for number, place in enumerate(places) if place == "status") + " <> ''"


def _of_groups(place: str, places: Sequence[str]) -> str:
    groups = [f"g.g{number}" for number, name in enumerate(places) if name == place]
    if len(groups) == 1:
        return groups[0]
    return f"coalesce({', '.join(_not_empty(group) for group in groups)}, '')"


def _not_empty(expression: str) -> str:
    return f"nullif({expression}, '')"


def _json_fields(item: JsonFormat, table: str, earlier: Sequence[JsonFormat]) -> str:
    pointers = list(dict.fromkeys(pointer for group in item.pointers.values() for pointer in group))
    guards = [_guard(other, item, pointers) for other in earlier]
    pointers += [mark for group in item.marking for mark in group if mark not in pointers]
    objects = frozenset() if item is CONTRACT_A else _PERHAPS_OBJECTS
    fields = {name: _of_pointers(group, pointers, objects) for name, group in item.pointers.items()}
    marks = [f"{_of_pointers(group, pointers, objects)} is not null" for group in item.marking]
    if item is not CONTRACT_A:
        marks.append(f"coalesce({_of_pointers(item.timing, pointers, objects)}, outer_time) is not null")
    values = f"json_extract_string(line, [{', '.join(quoted(pointer) for pointer in pointers)}])"
    repaired = _repaired("line")
    lines = f"select {_CARRIED}, {repaired} as line from {table} where line ^@ '{{'"
    return (
        f"matched as (select {_CARRIED}, case when json_valid(line) then {values} end as v"
        f" from ({lines}){_doubled(item)}),"
        f" named as materialized (select {_CARRIED}, {_named(fields)},"
        f" {' and '.join([*marks, *guards, 'true'])} as is_fit from matched),"
        " found as (select * exclude (is_fit) from named where is_fit)"
    )


def _repaired(line: str) -> str:
    """What nginx writes without `escape=json`: bytes as \\xHH, which is no JSON.

    A byte above 0x7F becomes a control character, so that a field that counts is left to the strict reader.
    """
    low = rf"regexp_replace({line}, '\\x([0-7][0-9A-Fa-f])', '\\u00\1', 'g')"
    all_ = rf"regexp_replace({low}, '\\x[89A-Fa-f][0-9A-Fa-f]', '\\u001a', 'g')"
    return f"case when contains({line}, '\\x') and not json_valid({line}) then {all_} else {line} end"


def _doubled(item: JsonFormat) -> str:
    """Contract A knows no field twice; where other JSON has one twice the first counts, in both readers."""
    if item is not CONTRACT_A:
        return ""
    keys = "json_keys(line)"
    return f" where json_valid(line) and len({keys}) = len(list_distinct({keys}))"


def _guard(other: JsonFormat, item: JsonFormat, pointers: list[str]) -> str:
    """SQL: the line is not of the other format. One mark that is not there is enough."""
    own = {pointer for group in item.pointers.values() for pointer in group}
    distinct = [group for group in other.marking if own.isdisjoint(group)]
    groups = [min(distinct, key=len)] if distinct else other.marking
    for group in groups:
        pointers += [pointer for pointer in group if pointer not in pointers]
    return "(" + " or ".join(f"{_of_pointers(group, pointers)} is null" for group in groups) + ")"


def _of_pointers(
    group: Sequence[str], pointers: Sequence[str], objects: frozenset[str] = _PERHAPS_OBJECTS
) -> str:
    values = []
    for pointer in group:
        value = f"v[{pointers.index(pointer) + 1}]"
        is_object = f"({value} ^@ '{{' or {value} ^@ '[')"
        values.append(f"case when {is_object} then null else {value} end" if pointer in objects else value)
    return values[0] if len(values) == 1 else f"coalesce({', '.join(values)})"


def _named(fields: dict[str, str]) -> str:
    """Each field of contract A as a text column, and time, date, clock, request; null where there is none."""
    names = ["time", "date", "clock", "request", *(field.name for field in FIELDS)]
    return ", ".join(f"{fields.get(name, 'null::varchar')} as raw_{name}" for name in names)


def _completed(item: AnyFormat) -> str:
    """The text columns from the raw ones: requests taken apart, the escapes undone."""
    columns = {field.name: f"raw_{field.name}" for field in FIELDS}
    if isinstance(item, JsonFormat) and "request" in item.pointers:
        is_split = "raw_request is not null and (raw_method is null or raw_request_uri is null)"
        for name, part in (("method", "m"), ("request_uri", "u")):
            columns[name] = f"case when {is_split} then nullif(request_parts.{part}, '') else raw_{name} end"
        protocol = "coalesce(nullif(raw_protocol, ''), request_parts.p)"
        columns["protocol"] = f"case when {is_split} then {protocol} else raw_protocol end"
    if item is not CONTRACT_A:
        last = "trim(regexp_extract(coalesce(raw_x_forwarded_for, ''), '[^,]*$'))"
        columns["remote_addr"] = f"coalesce(nullif(nullif(raw_remote_addr, ''), '-'), nullif({last}, ''))"
    for name in _ESCAPED:
        columns[name] = _unescaped(columns[name], item)
    own = "nullif(nullif(raw_time, ''), '-')"
    columns["moment"] = f"coalesce({own}, nullif(raw_date, '') || ' ' || nullif(raw_clock, ''), outer_time)"
    return ", ".join(f"{sql} as {name}" for name, sql in columns.items())


def _with_request_parts(item: AnyFormat) -> str:
    """`found`, with the whole request taken apart once where it is one field of JSON."""
    if not isinstance(item, JsonFormat) or "request" not in item.pointers:
        return "found"
    whole = (
        "case when raw_request ^@ '/' and raw_method <> '' then raw_method || ' ' || raw_request"
        f" when raw_request_uri <> '' and regexp_full_match(raw_request, '{METHOD.pattern}')"
        " then raw_request || ' ' || raw_request_uri else raw_request end"
    )
    parts = f"regexp_extract({whole}, '^{_USUAL_REQUEST}$', ['m', 'u', 'p'], 's')"
    return f"(select *, {parts} as request_parts from found)"


def _unescaped(text: str, item: AnyFormat) -> str:
    if item.escapes == "backslash":
        return (
            rf"case when not contains({text}, '\') then {text}"
            rf" when not contains({text}, '\x') then regexp_replace({text}, '\\([\"\\])', '\1', 'g')"
            rf" else replace(replace({text}, '\x22', '\"'), '\x5C', '\') end".replace('\\"', '"')
        )
    if item.escapes == "plus":
        return f"replace({text}, '+', ' ')"
    return f"url_decode({text})" if item.escapes == "percent" else text


def _has_usual_escapes(item: AnyFormat) -> str:
    """SQL: every escape is one that `_unescaped` undoes."""
    others = ", ".join(
        ["''", *(f"raw_{name}" for name in typed_sql.TEXTS if name in item.has and name not in _ESCAPED)]
    )
    sign, odd, usual = _USUAL_ESCAPES.get(item.escapes, ("", "", ""))
    if not sign:
        return "true"
    return f"not contains(concat_ws(' ', {others}), '{sign}')" + "".join(
        f" and (not contains(coalesce(raw_{name}, ''), '{odd}')"
        f" or regexp_full_match(raw_{name}, '{usual}', 's'))"
        for name in _ESCAPED
    )


def _host() -> str:
    return "coalesce(nullif(host, ''), outer_host)"


def _logged(item: AnyFormat, reference: YearReference) -> str:
    return MICROSECONDS if item is CONTRACT_A else microseconds_sql("moment", reference)


def _is_clean(item: AnyFormat) -> str:
    if item is CONTRACT_A:
        required = [field.name for field in FIELDS if field.required]
        patterns = {"msec": FIELDS[0].pattern}
    else:
        required, patterns = list(REQUIRED), {}
    # A column that the format does not fill is null, and need not be looked at. Envelopes fill the host.
    filled = item.has | {"host"}
    for field in typed_sql.NUMBERS:
        if field.name not in filled:
            continue
        pattern = field.pattern if item is CONTRACT_A or field.name != "request_time" else _duration(item)
        patterns[field.name] = f"(?:{pattern})" if field.required else f"(?:-|{pattern})?"
    odd = typed_sql.ODD_TEXT if isinstance(item, JsonFormat) else typed_sql.ODD_TEXT.partition("|")[0]
    texts = [name for name in typed_sql.TEXTS if name in filled]
    if isinstance(item, TextFormat) and item.is_printable:
        texts = []
    return typed_sql.is_clean(required, patterns, odd, texts) + " and is_usual"


def _duration(item: AnyFormat) -> str:
    return DURATION.replace("(", "(?:").replace("(?:?:", "(?:") if item.duration == "go" else _PLAIN_DURATION


def _columns(item: AnyFormat) -> dict[str, str]:
    columns = typed_sql.columns()
    if item is CONTRACT_A:
        return columns
    if item.duration == "go":
        number = "try_cast(regexp_extract(request_time, '^[0-9.eE+-]+') as double)"
        unit = "regexp_extract(request_time, '[a-zµμ]*$')"
        seconds = (
            f"{number} / case when {unit} = 'ms' then 1e3 when {unit} in ('us', 'µs', 'μs') then 1e6"
            f" when {unit} = 'ns' or ({unit} = '' and {number} >= {LEAST_NANOSECONDS}) then 1e9 else 1 end"
        )
    else:
        seconds = f"try_cast(request_time as double) / {_SECONDS[item.duration]}"
    columns["request_time"] = f"case when ({seconds}) < 1e7 then ({seconds}) end"
    return columns
