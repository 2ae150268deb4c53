"""One request as a client makes it, and what comes back: an answer, or in plain words why there is none."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException, IncompleteRead
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

PATIENCE_S = 20.0
# A manifest may have 4 MiB (distribution: MaxManifestBodySize).
LARGEST_BODY = 4 * 1024 * 1024
LONGEST_WORDS = 200
MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)


class ProbeError(Exception):
    """Something that a pull needs does not work; the text says what, for a person."""


@dataclass(frozen=True)
class Answer:
    """What came back; `headers` as http.client has them, `body` at most LARGEST_BODY bytes."""

    status: int
    headers: Message
    body: bytes
    url: str

    @property
    def is_redirect(self) -> bool:
        """Whether it sends the client elsewhere."""
        return self.status in REDIRECTS

    def content(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ProbeError."""
        path = urlsplit(self.url).path
        try:
            content = json.loads(self.body)
        except (ValueError, RecursionError):
            is_page = self.body.lstrip()[:1] == b"<"
            what = (
                "a page in HTML: another server, or a login, answers in its place" if is_page else "no JSON"
            )
            raise ProbeError(f"the answer to {path} is {what} (status {self.status})") from None
        if not isinstance(content, dict):
            raise ProbeError(f"the answer to {path} is no JSON object (status {self.status})")
        return content

    def words(self) -> str:
        """The registry's own words for an error, without control characters, or that there are none."""
        try:
            message = json.loads(self.body)["errors"][0]["message"]
        except (ValueError, KeyError, IndexError, TypeError, RecursionError):
            message = None
        if not isinstance(message, str):
            return "no reason is given"
        return "".join(character for character in message if character.isprintable())[:LONGEST_WORDS]


def parts_of(url: str) -> SplitResult:
    """An address of http(s), split. Raises ProbeError where it is none; never repeats a password."""
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        raise ProbeError("that is no address of http or https")
    if "@" in parts.netloc:
        raise ProbeError("an address must not hold a name and a password")
    return parts


def ask(
    method: str,
    url: str,
    headers: dict[str, str],
    context: ssl.SSLContext | None,
    patience_s: float = PATIENCE_S,
) -> Answer:
    """One request; a redirect is an answer. Raises ProbeError where none comes, whole, in that many seconds.

    `context`: which certificates are trusted; None: those that the machine trusts.
    """
    host = parts_of(url).netloc
    try:
        request = urllib.request.Request(url, headers=headers, method=method)  # noqa: S310 - http(s): parts_of
        opener = urllib.request.build_opener(_Stay, urllib.request.HTTPSHandler(context=context))
        return _read(opener, request, patience_s)
    except (OSError, HTTPException, ValueError) as error:
        raise ProbeError(f"{host} does not answer: {_reason(error, patience_s)}") from None


def there(answer: Answer) -> str:
    """Where a redirect leads. Raises ProbeError where that is no address."""
    location = answer.headers.get("Location")
    try:
        if location:
            return parts_of(urljoin(answer.url, location)).geturl()
    except (ProbeError, ValueError):
        pass
    name = urlsplit(answer.url).netloc
    raise ProbeError(f"{name} redirects ({answer.status}) to nowhere: its Location is no address")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing, and does not look at where it would lead."""

    def http_error_302(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _read(
    opener: urllib.request.OpenerDirector, request: urllib.request.Request, patience_s: float
) -> Answer:
    deadline = time.monotonic() + patience_s
    try:
        opened = opener.open(request, timeout=patience_s)
    except urllib.error.HTTPError as error:
        opened = error
    with opened:
        body = b""
        while len(body) <= LARGEST_BODY and (part := opened.read1(65_536)):
            body += part
            if time.monotonic() > deadline:
                raise TimeoutError
        expected = opened.headers.get("Content-Length", "")
        if request.method != "HEAD" and expected.isdigit() and len(body) < min(int(expected), LARGEST_BODY):
            raise IncompleteRead(b"")
        return Answer(opened.status, opened.headers, body[:LARGEST_BODY], request.full_url)


def _reason(error: Exception, patience_s: float) -> str:
    """Why there is no answer. What a server sent is not repeated."""
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is refused ({reason.verify_message})"
    if isinstance(reason, ssl.SSLError):
        what = str(reason.reason or "it ended").lower().replace("_", " ")
        return f"TLS fails ({what}): does it speak TLS there?"
    if isinstance(reason, TimeoutError):
        return f"nothing, or not all of it, came within {patience_s:.0f} s"
    if isinstance(reason, IncompleteRead):
        return "its answer broke off"
    if isinstance(reason, (ConnectionResetError, BrokenPipeError)):
        return "it hung up without an answer"
    if isinstance(reason, (HTTPException, ValueError)):
        return "what came is no HTTP"
    return str(reason.strerror or reason) if isinstance(reason, OSError) else str(reason)
