"""What a request asks for: kind, repository and reference, from the path of the registry's HTTP API."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import parse_qs, unquote

import pandas as pd

from ingest.strict import clean

# From MD5 to SHA-512: a longer one is no digest. RE2 and Python alike.
DIGEST = r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[A-Fa-f0-9]{32,128}"
# The distribution specification's grammar, but for capitals: a name with one is asked for too, and not found.
_COMPONENT = r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*"
_NAME = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(DIGEST)
_REGISTRY_HOST = re.compile(r"[A-Za-z0-9._\[\]:-]{1,255}")
_MAX_NAME = 255
_MAX_FILE = 1024

# Of an absolute URI, at its very beginning: looked for anywhere, a long path without one took quadratic time.
_ORIGIN = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")

# Akamai leaves out the first slash; the ingress of HAProxy Technologies writes the host in front of the path.
_BARE = re.compile(r"\A(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?::[0-9]{1,5})?/)?(?=v2(?:/|\Z))")

# Artifactory, Nexus and others serve the API below a path of their own: /artifactory/api/docker/<repo>/v2/…,
# /repository/<name>/v2/…. The repository is the name behind /v2/: what is in front of it says where the
# registry lies, like its host name, and a client often does not see it at all.
_MOUNT = re.compile(r"^(?!/v2(?:/|$))(?:/[\w.~-]+){1,4}?(?=/v2(?:/|$))", re.ASCII)

# In the registry's own order: the first that fits. Each name is as long as it can be, since it may hold
# slashes and the words of the API ("manifests", "blobs"). The word is in every path that fits.
_ROUTES = (
    ("ping", "/v2", re.compile(r"/v2/?")),
    ("manifest", "/manifests/", re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)/?")),
    ("tags", "/tags/list", re.compile(r"/v2/(?P<name>.+)/tags/list/?")),
    ("upload", "/blobs/uploads", re.compile(r"/v2/(?P<name>.+)/blobs/uploads(?:/[^/]*)?/?")),
    ("blob", "/blobs/", re.compile(r"/v2/(?P<name>.+)/blobs/(?P<reference>[^/]+)/?")),
    ("referrers", "/referrers/", re.compile(r"/v2/(?P<name>.+)/referrers/(?P<reference>[^/]+)/?")),
    # Token services: /token, /v2/token, /service/token, /auth/token, /jwt/auth …
    ("token", "", re.compile(r"/(?:[\w.-]+/){0,2}(?:token|auth)/?", re.ASCII)),
    # Some logs cut long paths off: what is left still names the repository.
    ("manifest", "/manifests", re.compile(r"/v2/(?P<name>.+)/manifests/?")),
    ("blob", "/blobs", re.compile(r"/v2/(?P<name>.+)/blobs/?")),
)


class _Request(NamedTuple):
    request_kind: str = "other"
    repository: str | None = None
    reference: str | None = None
    reference_type: str | None = None
    mirror_of: str | None = None


def parse(frame: pd.DataFrame, file_paths: Collection[str] = ()) -> pd.DataFrame:
    """Read each path. `frame`: request_uri, args (text or null), best one row per distinct pair.

    Returns the two columns and request_kind {ping, token, manifest, blob, tags, referrers, upload, other},
    repository, reference, reference_type {tag, digest}, mirror_of (`?ns=`: the registry that is mirrored),
    with the index of `frame`; null where there is none. `args` is used where the URI has no query itself.
    The reference of a request for a token is the repository that the token is for. It is not its
    `repository`: nothing was asked for there yet.
    `file_paths`: beginnings of paths (`/releases/`) below which files are downloaded that are no images. Such
    a request is `other`, with the beginning as its repository (its slashes tell it from an image's) and the
    rest, the file, as its reference; the longest beginning that fits counts.
    """
    places = tuple(sorted(file_paths, key=len, reverse=True))
    uris, queries = _texts(frame["request_uri"]), _texts(frame["args"])
    requests = [_read(uri, args, places) for uri, args in zip(uris, queries, strict=True)]
    columns = {"request_uri": uris, "args": queries} | {
        name: [getattr(request, name) for request in requests] for name in _Request._fields
    }
    return pd.DataFrame(
        {name: pd.Series(values, index=frame.index, dtype=object) for name, values in columns.items()}
    )


def _texts(column: pd.Series) -> list[str | None]:
    return [value if isinstance(value, str) else None for value in column]


def _read(uri: str | None, args: str | None, file_paths: tuple[str, ...]) -> _Request:
    if uri is None:
        return _Request()
    path, _, query = uri.partition("#")[0].partition("?")
    # An expression is tried only where it may fit: a million lines hold 70,000 paths.
    path = _decoded(_ORIGIN.sub("", path, count=1) if "://" in path else path)
    path = re.sub("/{2,}", "/", path) if "//" in path else path
    if not path.startswith("/v2/"):
        path = _MOUNT.sub("", path if path.startswith("/") else _BARE.sub("/", path, count=1), count=1)
    for kind, word, route in _ROUTES:
        found = route.fullmatch(path) if word in path else None
        if found and kind == "token":
            return _Request(kind, reference=scope(query or args))
        if found:
            return _request(kind, found.groupdict(), _mirror_of(query or args))
    place = next((place for place in file_paths if path.startswith(place)), None)
    return _Request(repository=place, reference=_file(path, place)) if place else _Request()


def _file(path: str, place: str) -> str | None:
    file = path[len(place) :]
    return file if 0 < len(file) <= _MAX_FILE else None


def _request(kind: str, parts: dict[str, str | None], mirror_of: str | None) -> _Request:
    name, reference = parts.get("name"), parts.get("reference")
    if name is not None and not (len(name) <= _MAX_NAME and _NAME.fullmatch(name)):
        return _Request()
    reference_type = _reference_type(kind, reference)
    return _Request(kind, name, reference if reference_type else None, reference_type, mirror_of)


def _reference_type(kind: str, reference: str | None) -> str | None:
    if reference is None:
        return None
    if _DIGEST.fullmatch(reference):
        return "digest"
    return "tag" if kind == "manifest" and _TAG.fullmatch(reference) else None


def scope(query: str | None) -> str | None:
    """The first repository that a request for a token names ("scope=repository:acme/app:pull,push")."""
    if not query or "scope=" not in query:
        return None
    for wanted in parse_qs(query, max_num_fields=None).get("scope", []):
        kind, _, rest = wanted.partition(":")
        name = rest.rpartition(":")[0] or rest
        if kind == "repository" and len(name) <= _MAX_NAME and _NAME.fullmatch(name):
            return name
    return None


def _mirror_of(query: str | None) -> str | None:
    """containerd names the registry that it wanted when it asks a mirror."""
    if not query or "ns=" not in query:
        return None
    names = parse_qs(query, max_num_fields=None).get("ns", [])
    return names[0].lower() if names and _REGISTRY_HOST.fullmatch(names[0]) else None


def _decoded(path: str) -> str:
    return clean(unquote(path)) if "%" in path else path
