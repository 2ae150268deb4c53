"""JSON whose fields have usual names in any style (`userAgent`, `User-Agent`, `req.headers["user-agent"]`).

Nobody can list all of them as JSON pointers, and each pointer costs time on each line. So a sample of an object
says which pointers its lines have: a field is known by its *name*, without case and signs, and its *values*
must look like it (a `status` of "ok" is none). What has no usual name is not guessed: ingest.proposal proposes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from ingest.addresses import parse_address
from ingest.documents import Pairs, as_text
from ingest.formats import json_fields
from ingest.formats.model import Duration, JsonFormat
from ingest.proposal import METHODS, is_time

# Names without case and signs, the more telling first. Those of an inner object count with its own name too:
# `client.ip` is `clientip`.
_NAMES = {
    "time": (
        "msec timeiso8601 timestamp time timelocal ts timemicros timems eventtimestamp eventtime eventdatetime"
        " datetime date starttime timestart startedat startat starttimestamp startts requesttimestamp requesttime loggedat"
        " logtime accesstime timegenerated nginxaccesstime unixtime when dt t"
    ),
    "remote_addr": (
        "remoteaddr remoteip clientip clientaddr clientaddress remoteaddress remotehost remoteipaddr"
        " remoteipaddress cip clienthost requestip sourceip srcip sourceaddress sourceipport networkclientip"
        " calleripaddress callerip downstreamremoteaddress peeraddress peeraddr peer client remote ipaddress ip"
        " addr hostip"
    ),
    "x_forwarded_for": "xforwardedfor httpxforwardedfor xff forwardedfor xforwardfor xforwordfor",
    "request": "request requestline httprequest req",
    "method": "method requestmethod httpmethod clientrequestmethod verb requestverb httpverb csmethod reqmethod requesttype",
    "request_uri": (
        "requesturi originaluri urloriginal uri requestpath path urlpath url requesturl rawpath httpuri httpurl"
        " httppath clientrequesturi clientrequestpath csuri csuristem uristem event"
    ),
    "args": "args querystring requestquery query urlquery uriparam csuriquery requestargs param",
    "status": (
        "status statuscode responsestatus responsecode httpstatus httpcode httpstatuscode httpresponsecode"
        " scstatus elbstatuscode lbstatuscode edgeresponsestatus returncode code response"
    ),
    "user_agent": (
        "useragent requestheaderuseragent httpuseragent useragentoriginal agent ua requestuseragent csuseragent"
        " clientua clientrequestuseragent useragentstring"
    ),
    "body_bytes_sent": (
        "bodybytessent responsebodysize respbodysize bodybytes bodybytesout responsesize responselength"
        " responsebytes bytesout bytes size"
    ),
    "bytes_sent": (
        "bytessent sentbytes scbytes rspsize responsebytesize networkbyteswritten bytesread bytestransferred"
    ),
    "request_id": "requestid reqid uniquerequestid srequestid",
    "host": "host httphost vhost virtualhost servername domain requesthost requestedhost hostheader cshost authority",
    "node": "node hostname",
    "scheme": "scheme",
    "protocol": "protocol serverprotocol requestprotocol httpversion proto",
    "range": "range httprange",
    "resp_digest": "respdigest senthttpdockercontentdigest dockercontentdigest",
    "resp_content_type": (
        "respcontenttype senthttpcontenttype responsecontenttype responseheaderscontenttype resheaderscontenttype"
    ),
    "dnt": "dnt httpdnt",
    "gpc": "gpc httpsecgpc",
    "request_completion": "requestcompletion",
}
# A duration without a unit in its name may be of any; only nginx's own name is known to mean seconds.
_DURATIONS: tuple[tuple[Duration, str], ...] = (
    ("s", "requesttime durationseconds durations elapsedseconds latencyseconds"),
    ("ms", "durationms elapsedms latencyms requesttimems timems responsetimems tookms durationmillis"),
    ("us", "durationus elapsedus latencyus timetakenmicros durationmicros latencymicros"),
    ("ns", "durationns elapsedns latencyns durationnanos"),
)
# Inside objects of other names stands what is not the request: `upstream.status`, `tls.version`, `request.query`.
_ABOUT_THE_REQUEST = frozenset(
    [
        *("request", "req", "httprequest", "requestheaders", "reqheaders", "headers", "header"),
        *("response", "res", "resp", "httpresponse", "responseheaders", "respheaders"),
        *(
            "http",
            "client",
            "network",
            "source",
            "remote",
            "url",
            "useragent",
            "proxy",
            "requestdata",
            "conn",
        ),
    ]
)
# What shippers put around all of it, and never inside.
_AROUND = frozenset(
    [
        *("properties", "attributes", "fields", "data", "payload", "record", "event"),
        *("nginx", "access", "accesslog", "httpaccess", "jsonpayload", "structured", "logcontent", "object"),
    ]
)
# A client writes its headers as it likes: none of them is its address, or the id of a request.
_HEADERS = frozenset(["headers", "header", "requestheaders", "reqheaders", "responseheaders", "respheaders"])
_OF_HEADERS = frozenset(
    ["user_agent", "x_forwarded_for", "host", "range", "resp_digest", "resp_content_type", "dnt", "gpc"]
)
# http://ltsv.org has `host` (the remote host) beside these; Skipper the last of them.
_HOST_IS_THE_CLIENT = frozenset(["vhost", "forwardedfor", "ua", "requestedhost"])
# The first of several values; `{"$date":"…"}` of MongoDB; `{"seconds":"…","nanos":…}` of protobuf.
_TYPE = re.compile(r"[0-9]+|\$[A-Za-z]+|seconds")
# Azure's tables say in a name of what kind its values are: clientIp_s, httpStatusCode_d.
_KIND = re.compile(r"_[sdbtg]$")
_DEEPEST = 6
_MOST_LACKING = 2
# More fields than this are no log of requests.
_MOST_LEAVES = 500
_DAY = re.compile(r"[0-9]{4}[-/][01][0-9][-/][0-3][0-9]")
_CLOCK = re.compile(r"[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:[.,][0-9]{1,9})?")
_PATH = re.compile(r"/|https?://|v2/")
_REQUEST = re.compile(r"[A-Z]{3,7} \S+(?: HTTP/[0-9.]+)?|/\S*")
_LOOKS: dict[str, Callable[[str], bool]] = {
    "time": is_time,
    "remote_addr": lambda text: parse_address(text) is not None,
    "x_forwarded_for": lambda text: parse_address(text.rpartition(",")[2]) is not None,
    "request": lambda text: bool(_REQUEST.fullmatch(text)),
    "method": lambda text: text in METHODS,
    "request_uri": lambda text: bool(_PATH.match(text)),
    "status": lambda text: bool(re.fullmatch(r"[0-9]{3}", text)),
    "body_bytes_sent": str.isdigit,
    "bytes_sent": str.isdigit,
    "protocol": lambda text: text.startswith("HTTP"),
    "date": lambda text: bool(_DAY.fullmatch(text)),
    "clock": lambda text: bool(_CLOCK.fullmatch(text)),
}
_DURATION_OF = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")


def bare(name: str) -> str:
    """A name without case and signs: `User-Agent`, `user_agent` and `userAgent` are one."""
    return re.sub("[^a-z0-9]", "", name.lower())


def bare_tail(name: str) -> str:
    """The last part of a name with what is inside what in it: `httpRequest_status` is `status`, as BigQuery writes."""
    parts = re.split("[_.]", name)
    while len(parts) > 1 and bare(parts[0]) in _ABOUT_THE_REQUEST:
        parts = parts[1:]
    return bare("".join(parts))


_PLACES = {field: names.split() for field, names in _NAMES.items()}
_KNOWN = frozenset(
    name for names in (*_PLACES.values(), *(names.split() for _, names in _DURATIONS)) for name in names
)
# What a table of requests may call its columns (ingest.unpacking.csv_rows).
REQUIRED_NAMES = {
    field: frozenset(_PLACES[field]) | ({"date"} if field == "time" else frozenset())
    for field in ("time", "remote_addr", "request", "method", "request_uri", "status")
}


def found_in(documents: Iterable[Pairs]) -> JsonFormat | None:
    """The format of some lines; None where a field that a request needs has no usual name in them.

    It is `json-fields` with the pointers that these lines have, and a line fits where all that is required is
    there.
    """
    columns = _columns(documents)
    pointers: dict[str, tuple[str, ...]] = {}
    method = _ranked("method", columns, "")
    about = method[0].rpartition("/")[0] if method else ""
    for field in _PLACES:
        if ranked := _ranked(field, columns, about):
            pointers[field] = ranked
    _add_day_and_clock(pointers, columns)
    _add_bare_host(pointers, columns)
    unit = _add_duration(pointers, columns)
    marks = _required(pointers)
    if marks is None:
        return None
    agents = [text for pointer in pointers.get("user_agent", ()) for text in columns[pointer]]
    is_encoded = any("%20" in text for text in agents) and not any(" " in text for text in agents)
    return replace(
        json_fields.FORMAT,
        pointers=pointers,
        marks=marks,
        duration=unit,
        escapes="percent" if is_encoded else json_fields.FORMAT.escapes,
    )


def lacking(documents: Iterable[Pairs]) -> list[str]:
    """What a request needs and these lines have under no usual name, in words; nothing where most is lacking."""
    columns = _columns(documents)
    needed = {"a time": "time", "an address": "remote_addr", "a method": "method", "a status": "status"}
    words = [text for text, field in needed.items() if not _ranked(field, columns, "")]
    if not _ranked("request_uri", columns, "") and not _ranked("request", columns, ""):
        words.append("a path")
    return words if len(words) <= _MOST_LACKING else []


def _required(pointers: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    address = next((name for name in ("remote_addr", "x_forwarded_for") if name in pointers), None)
    has_time = "time" in pointers or {"date", "clock"} <= pointers.keys()
    if {"method", "request_uri"} <= pointers.keys():
        asked: tuple[str, ...] = ("method", "request_uri")
    else:
        asked = ("method", "request") if {"method", "request"} <= pointers.keys() else ("request",)
    if not address or not has_time or "status" not in pointers or not set(asked) <= pointers.keys():
        return None
    return (address, *asked, "status")


def _ranked(field: str, columns: dict[str, list[str]], about: str) -> tuple[str, ...]:
    """The pointers to a field, the best first. `about`: the object with the method; its neighbours come first."""
    names = _PLACES[field]
    found = []
    for pointer, texts in columns.items():
        places = [names.index(name) for name in _called(pointer) if name in names]
        may_be = field in _OF_HEADERS or not _is_header(pointer)
        if places and may_be and _looks_right(field, texts):
            parent = pointer.rpartition("/")[0]
            is_near = parent == about or field not in ("request_uri", "status", "remote_addr")
            found.append((not is_near, min(places), pointer.count("/"), pointer))
    return tuple(entry[-1] for entry in sorted(found))


def _called(pointer: str) -> Iterator[str]:
    """The bare names of what a pointer leads to: its last part, and that with the parts before it."""
    names = [name for name in pointer.split("/")[1:] if not _TYPE.fullmatch(name)]
    parts = [bare(_KIND.sub("", name)) for name in names]
    if not parts:
        return
    while len(parts) > 1 and parts[0] in _AROUND:
        parts = parts[1:]
    above = parts[:-1]
    if all(part in _ABOUT_THE_REQUEST for part in above) or above == ["http", "response", "body"]:
        for begin in range(len(parts)):
            yield "".join(parts[begin:])
        yield bare_tail(names[-1])


def _is_header(pointer: str) -> bool:
    return any(bare(part) in _HEADERS for part in re.split("[/._]", pointer))


def _looks_right(field: str, texts: list[str]) -> bool:
    """Most values must; where a field is empty or "-", its name counts."""
    said = [text for text in texts if text not in ("", "-")]
    look = _LOOKS.get(field)
    return look is None or sum(map(look, said)) * 2 >= len(said)


def _add_day_and_clock(pointers: dict[str, tuple[str, ...]], columns: dict[str, list[str]]) -> None:
    """A time in two fields, as CloudFront's and IIS's columns have it."""
    if "time" in pointers:
        return
    for field, name in (("date", "/date"), ("clock", "/time")):
        if name in columns and _looks_right(field, columns[name]):
            pointers[field] = (name,)


def _add_bare_host(pointers: dict[str, tuple[str, ...]], columns: dict[str, list[str]]) -> None:
    """`host` is the client where it holds addresses and nothing else does: several of them, for one may be the
    server's own; or one, where the names around it are those of LTSV or Skipper, to which `host` is the client."""
    texts = columns.get("/host", [])
    forwarded = {text for pointer in pointers.get("x_forwarded_for", ()) for text in columns[pointer]} - {
        "",
        "-",
    }
    is_their_name = not _HOST_IS_THE_CLIENT.isdisjoint(map(bare, "".join(columns).split("/")))
    if "remote_addr" in pointers or (forwarded and not is_their_name):
        return
    if (is_their_name or len(set(texts)) > 1) and texts and _looks_right("remote_addr", texts):
        pointers["remote_addr"] = ("/host",)
        others = tuple(pointer for pointer in pointers.get("host", ()) if pointer != "/host")
        pointers.pop("host", None)
        if others:
            pointers["host"] = others


def _add_duration(pointers: dict[str, tuple[str, ...]], columns: dict[str, list[str]]) -> Duration:
    """The duration whose unit is known, and the unit."""
    for unit, names in _DURATIONS:
        for pointer, texts in columns.items():
            is_named = any(name in names.split() for name in _called(pointer))
            is_time = pointer in pointers.get("time", ())
            # nginx writes "0.012"; whole numbers under its name are the milliseconds of others.
            is_whole = "requesttime" in _called(pointer) and not any("." in text for text in texts)
            if (
                is_named
                and not is_time
                and not is_whole
                and all(_DURATION_OF.fullmatch(text) for text in texts if text)
            ):
                pointers["request_time"] = (pointer,)
                return unit
    return "s"


def _columns(documents: Iterable[Pairs]) -> dict[str, list[str]]:
    """The values of each pointer that has a known name. Others are dropped: names of headers are a client's own."""
    columns: dict[str, list[str]] = {}
    strange: set[str] = set()
    for document in documents:
        for pointer, text in islice(_leaves(document, "", 1), _MOST_LEAVES):
            if pointer in columns:
                columns[pointer].append(text)
            elif pointer not in strange:
                if _KNOWN.isdisjoint(_called(pointer)):
                    strange.add(pointer)
                else:
                    columns[pointer] = [text]
    return columns


def _leaves(value: object, above: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Pairs):
        inside = [(key.replace("~", "~0").replace("/", "~1"), part) for key, part in value]
    elif isinstance(value, list):
        # A header is a list of its values, of which there is one.
        inside = [("0", value[0])] if value else []
    else:
        text = as_text(value)
        if text is not None:
            yield above, text
        return
    if depth <= _DEEPEST:
        for key, part in inside:
            yield from _leaves(part, f"{above}/{key}", depth + 1)
