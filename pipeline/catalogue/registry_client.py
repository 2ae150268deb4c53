"""GET one manifest or configuration from a registry that may be down, slow, or lie."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from enrichers.manifests.manifest import LARGEST_BODY, TOO_LARGE, check_digest

# Every form that the catalogue reads; a registry that gets no list may translate into schema 1.
MANIFEST_TYPES = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
CONNECT_S = 5.0
READ_S = 10.0
# Drop by drop is slow too: one answer, its body included, takes no longer.
ANSWER_S = 30.0
ATTEMPTS = 3
LONGEST_WAIT_S = 30.0
MAX_REDIRECTS = 3

UNREACHABLE = "unreachable"
CERTIFICATE = "certificate refused"
TIMEOUT = "timeout"
BROKEN = "broken answer"
RATE_LIMITED = "rate limited"
SERVER_ERROR = "server error"
UNAUTHORIZED = "unauthorized"
NOT_FOUND = "not found"
UNEXPECTED = "unexpected answer"
REDIRECT_REFUSED = "redirect refused"
# Not the digest's fault: the registry, or what stands before it, could not answer.
REGISTRYS_FAULT = {UNREACHABLE, CERTIFICATE, TIMEOUT, RATE_LIMITED, SERVER_ERROR, UNAUTHORIZED}
_WORTH_ANOTHER_TRY = {UNREACHABLE, TIMEOUT, BROKEN, RATE_LIMITED, SERVER_ERROR}

_CHALLENGE = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))')


class LookUpError(RuntimeError):
    """One look-up gave nothing; the text is one of the reasons above, and quotes no answer."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A user of the registry. Never printed."""

    username: str
    password: str


class _TokenAnswer(BaseModel):
    token: str = ""
    access_token: str = ""


class RegistryClient:
    """One registry, for one run. `sleep` is called with seconds between two attempts.

    Use it as a context manager.
    """

    def __init__(
        self,
        base_url: str,
        credentials: Credentials | None = None,
        sleep: Callable[[float], None] = time.sleep,
        timeout: httpx.Timeout | None = None,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._base = httpx.URL(base_url)
        self._basic = _basic(credentials)
        self._sleep = sleep
        self._answer_s = answer_s
        self._authorizations: dict[str, str] = {}
        self._client = httpx.Client(
            timeout=timeout or httpx.Timeout(READ_S, connect=CONNECT_S),
            headers={"user-agent": "pullhouse (manifest catalogue)"},
        )

    def __enter__(self) -> RegistryClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def manifest(self, repository: str, digest: str) -> bytes:
        """The manifest's body as it is sent, at most LARGEST_BODY bytes; its digest is not checked.

        Raises LookUpError with the reason, after ATTEMPTS where another one may help.
        """
        return self._persistently(repository, f"manifests/{digest}", MANIFEST_TYPES)

    def config(self, repository: str, digest: str) -> bytes:
        """A configuration's bytes, proved by their digest. Raises LookUpError."""
        body = self._persistently(repository, f"blobs/{digest}", "*/*")
        problem = check_digest(digest, body)
        if problem:
            raise LookUpError(problem)
        return body

    def _persistently(self, repository: str, path: str, accept: str) -> bytes:
        url = httpx.URL(f"{self._base}/v2/{quote(repository)}/{quote(path, safe='/:')}")
        for waited in range(ATTEMPTS - 1):
            try:
                return self._once(repository, url, accept)
            except LookUpError as error:
                if error.reason not in _WORTH_ANOTHER_TRY:
                    raise
                self._sleep(min(LONGEST_WAIT_S, error.wait_s or 2.0**waited))
        return self._once(repository, url, accept)

    def _once(self, repository: str, url: httpx.URL, accept: str) -> bytes:
        """One attempt: redirects followed, one challenge answered."""
        is_challenged = False
        for _ in range(MAX_REDIRECTS + 2):
            # Somebody else's address is asked without the token.
            is_ours = url.netloc == self._base.netloc
            answer, body = self._send(url, accept, self._authorizations.get(repository) if is_ours else None)
            if answer.status_code == 401 and is_ours and not is_challenged:
                is_challenged = True
                challenge = answer.headers.get("www-authenticate", "")
                self._authorizations[repository] = self._authorize(repository, challenge)
            elif answer.has_redirect_location:
                url = _redirected(url, answer.headers["location"])
            else:
                _check_status(answer)
                return body
        raise LookUpError(REDIRECT_REFUSED)

    def _send(self, url: httpx.URL, accept: str, authorization: str | None) -> tuple[httpx.Response, bytes]:
        deadline = time.monotonic() + self._answer_s
        headers = {"accept": accept} | ({"authorization": authorization} if authorization else {})
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                return answer, read_body(answer, deadline)
        except httpx.TimeoutException:
            raise LookUpError(TIMEOUT) from None
        except (httpx.RemoteProtocolError, httpx.DecodingError):
            # The connection ended before the answer did, or what came is no HTTP.
            raise LookUpError(BROKEN) from None
        except httpx.HTTPError as error:
            raise LookUpError(CERTIFICATE if is_certificate(error) else UNREACHABLE) from None

    def _authorize(self, repository: str, challenge: str) -> str:
        """The Authorization header that a challenge asks for.

        Basic: the user. Bearer: a token from the realm, an anonymous one where there is no user
        (distribution: docs/content/spec/auth/token.md).
        """
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic" and self._basic:
            return self._basic
        if scheme.lower() != "bearer":
            raise LookUpError(UNAUTHORIZED)
        fields = {name.lower(): quoted or bare for name, quoted, bare in _CHALLENGE.findall(rest)}
        query = {
            "service": fields.get("service", ""),
            "scope": fields.get("scope") or f"repository:{repository}:pull",
        }
        realm = _redirected(self._base, fields.get("realm", ""))
        url = realm.copy_merge_params({name: value for name, value in query.items() if value})
        answer, body = self._send(url, "application/json", self._basic)
        _check_status(answer)
        return f"Bearer {_token(body)}"


def is_certificate(error: httpx.HTTPError | httpx.InvalidURL) -> bool:
    """Whether a server's certificate was refused: it has run out, or nobody known signed it."""
    return "CERTIFICATE_VERIFY_FAILED" in str(error)


def _basic(credentials: Credentials | None) -> str | None:
    if credentials is None:
        return None
    pair = f"{credentials.username}:{credentials.password}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")


def _token(body: bytes) -> str:
    try:
        answer = _TokenAnswer.model_validate_json(body)
    except ValidationError:
        raise LookUpError(UNAUTHORIZED) from None
    token = answer.token or answer.access_token
    # It goes into a header.
    if not token or not token.isascii() or not token.isprintable():
        raise LookUpError(UNAUTHORIZED)
    return token


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    """Where an answer sends us; never to another scheme, but for the better one."""
    try:
        target = url.join(location)
    except httpx.InvalidURL:
        raise LookUpError(REDIRECT_REFUSED) from None
    if not location or not target.host or target.scheme not in {url.scheme, "https"}:
        raise LookUpError(REDIRECT_REFUSED)
    return target


def read_body(answer: httpx.Response, deadline: float) -> bytes:
    """The body of a streamed answer, at most LARGEST_BODY bytes.

    `deadline`: of the monotonic clock; a body that trickles past it is given up, however steadily it comes.
    Raises LookUpError: TOO_LARGE, TIMEOUT.
    """
    parts, size = [], 0
    for part in answer.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST_BODY:
            raise LookUpError(TOO_LARGE)
        if time.monotonic() > deadline:
            raise LookUpError(TIMEOUT)
    return b"".join(parts)


def _check_status(answer: httpx.Response) -> None:
    status = answer.status_code
    if status == 200:
        return
    if status == 429:
        raise LookUpError(RATE_LIMITED, _retry_after(answer))
    if status >= 500:
        raise LookUpError(SERVER_ERROR, _retry_after(answer))
    raise LookUpError({401: UNAUTHORIZED, 403: UNAUTHORIZED, 404: NOT_FOUND}.get(status, UNEXPECTED))


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds; the other form, a date, needs a clock that agrees with theirs, and is not read."""
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
