"""Try a pull through a running gateway, as a client would, and say in plain words what works."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from gateway.answers import MOST_REDIRECTS, Answer, ProbeError, ask, parts_of, there

EXAMPLE = "https://images.example.com/team/app:1.0"
MANIFESTS = ", ".join(
    f"application/vnd.{name}+json"
    for name in (
        "oci.image.index.v1", "oci.image.manifest.v1", "docker.distribution.manifest.list.v2",
        "docker.distribution.manifest.v2",
    )
)  # fmt: skip
# As they introduce themselves; what the gateway does with each is what the real ones meet.
AGENTS = {
    "docker": "docker/28.5.2 go/go1.25.0 os/linux arch/amd64 UpstreamClient(Docker-Client/28.5.2)",
    "containerd": "containerd/v2.1.4",
    "podman": "containers/5.36.2 (github.com/containers/image)",
    "anybody else": "pullhouse-check/1",
}
ANYBODY = AGENTS["anybody else"]
WORKS, LOOK, BROKEN = 0, 1, 2
CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
DIGEST = re.compile(r"^[a-z0-9+._-]+:[0-9a-fA-F]{32,128}$")

Say = Callable[[str], None]


@dataclass
class Probe:
    """One gateway, and how it is asked."""

    base: str
    say: Say
    context: ssl.SSLContext | None = None
    token: str = ""
    doubts: list[str] = field(default_factory=list)

    def ask(self, method: str, path: str, agent: str, **headers: str) -> Answer:
        """One request, without following a redirect. Raises ProbeError where there is no answer."""
        url = urljoin(self.base, path)
        sent = headers | {"User-Agent": agent}
        if self.token and urlsplit(url).netloc == urlsplit(self.base).netloc:
            sent["Authorization"] = f"Bearer {self.token}"
        return ask(method, url, sent, self.context)

    def follow(self, method: str, path: str, agent: str, **headers: str) -> Answer:
        """The same, where its redirects lead. Raises ProbeError for a circle of them too."""
        answer = self.ask(method, path, agent, **headers)
        for _ in range(MOST_REDIRECTS):
            if not answer.is_redirect:
                return answer
            answer = self.ask(method, there(answer), agent, **headers)
        raise ProbeError(f"{urljoin(self.base, path)} leads from redirect to redirect, without an end")


def probe(address: str, say: Say, context: ssl.SSLContext | None = None) -> int:
    """Try it all, say each result. 0: a pull works; 1: it does, but look at what is said; 2: it does not.

    `context`: other certificates than those that the machine trusts.
    """
    try:
        parts = parts_of(address)
    except ProbeError as error:
        say(f"which gateway? {error}. make check-gateway URL={EXAMPLE}")
        return BROKEN
    one = Probe(f"{parts.scheme}://{parts.netloc}", say, context)
    try:
        _gateway(one)
        repository, reference = _named(parts.path)
        if repository:
            _pull(one, repository, reference)
        else:
            one.doubts.append(f"no pull was tried: name an image (URL={EXAMPLE})")
    except ProbeError as error:
        say(f"does not work: {error}")
        return BROKEN
    for doubt in one.doubts:
        say(f"look at this: {doubt}")
    return LOOK if one.doubts else WORKS


def _named(path: str) -> tuple[str, str]:
    """Repository, and digest or tag: of `/team/app`, `/team/app:1.0`, `/team/app:1.0@sha256:…`."""
    name, _, digest = path.strip("/").partition("@")
    name, _, tag = name.partition(":")
    return name, digest or tag or "latest"


def _gateway(one: Probe) -> None:
    if one.ask("GET", "/gateway/health", ANYBODY).status == 204:
        one.say("works: a Pullhouse gateway answers")
    else:
        one.doubts.append("something answers, but no Pullhouse gateway (it has no /gateway/health)")
    if urlsplit(one.base).scheme == "http" and not (urlsplit(one.base).hostname or "").startswith("127."):
        one.doubts.append("plain HTTP: docker and most clients insist on TLS, but for 127.0.0.1")
    ping = one.follow("GET", "/v2/", ANYBODY)
    if urlsplit(ping.url).netloc != urlsplit(one.base).netloc:
        one.doubts.append(f"the ping is redirected to {urlsplit(ping.url).netloc}: some clients go on there")
    if ping.status not in (200, 401):
        raise ProbeError(f"the ping (/v2/) is answered with {ping.status}: {ping.words()}")
    one.say("works: the ping" + (", which asks for a login" if ping.status == 401 else ""))


def _pull(one: Probe, repository: str, reference: str) -> None:
    manifests = f"/v2/{quote(repository)}/manifests/"
    found, image = _image(one, repository, reference, manifests)
    one.say(f"works: the manifest of {found}")
    if "manifests" in image:
        entries = _entries(image, "manifests", found)
        image = one.follow(
            "GET", manifests + _digest(_platform(entries), found), ANYBODY, Accept=MANIFESTS
        ).content()
        one.say(f"works: the first of its {len(entries)} platforms")
    layer = _digest(_entries(image, "layers", found)[0], found)
    blob = f"/v2/{quote(repository)}/blobs/{layer}"
    part = one.follow("GET", blob, ANYBODY, Range="bytes=0-1023")
    if part.status not in (200, 206):
        raise ProbeError(f"a layer is answered with {part.status}: {part.words()}")
    no_ranges = "" if part.status == 206 else ", but no ranges: no resuming"
    one.say(f"works: the beginning of a layer{no_ranges}")
    for line in _ways(one, manifests + quote(reference), blob):
        one.say(line)


def _image(one: Probe, repository: str, reference: str, manifests: str) -> tuple[str, dict[str, Any]]:
    """The image's name for people, and its manifest; with a token, where one is demanded."""
    name = f"{repository}{'@' if ':' in reference else ':'}{reference}"
    path = manifests + quote(reference, safe=":")
    answer = one.follow("GET", path, ANYBODY, Accept=MANIFESTS)
    if answer.status == 401:
        one.token = _token(one, answer, repository)
        answer = one.follow("GET", path, ANYBODY, Accept=MANIFESTS)
        if answer.status == 401:
            raise ProbeError(f"{name} is answered with 401 although a token was sent: {answer.words()}")
    if answer.status != 200:
        raise ProbeError(f"{name} is answered with {answer.status}: {answer.words()}")
    return name, answer.content()


def _entries(manifest: dict[str, Any], field_: str, name: str) -> list[dict[str, Any]]:
    """A list of a manifest, none of whose entries is odd. Raises ProbeError, also where it is empty."""
    entries = manifest.get(field_)
    what = {"manifests": "an index without manifests", "layers": "no image: it has no layers"}[field_]
    if isinstance(entries, list) and entries and all(isinstance(entry, dict) for entry in entries):
        return entries
    raise ProbeError(f"{name} is {what}")


def _platform(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """The first that is a platform's: an attestation's platform is unknown/unknown."""
    of_platforms = [
        entry
        for entry in entries
        if not (isinstance(named := entry.get("platform"), dict) and named.get("os") == "unknown")
    ]
    return (of_platforms or entries)[0]


def _digest(entry: dict[str, Any], name: str) -> str:
    digest = entry.get("digest")
    if not isinstance(digest, str) or not DIGEST.match(digest):
        raise ProbeError(f"the manifest of {name} is broken: a digest in it is none")
    return digest


def _ways(one: Probe, manifest: str, blob: str) -> Iterator[str]:
    """What becomes of each kind of client, and whether it arrives where it is sent."""
    for name, agent in AGENTS.items():
        answers = [one.ask("HEAD", path, agent, Accept=MANIFESTS) for path in (manifest, blob)]
        words = ["redirected" if answer.is_redirect else "proxied" for answer in answers]
        yield f"{name}: manifests {words[0]}, layers {words[1]}"
        for answer in answers:
            if answer.is_redirect and (problem := _arrival(one, answer, agent)):
                one.doubts.append(f"{name} is redirected to where {problem}")


def _arrival(one: Probe, answer: Answer, agent: str) -> str:
    """What is wrong where a redirect leads; nothing: an empty text."""
    try:
        status = one.ask("HEAD", there(answer), agent, Accept=MANIFESTS).status
    except ProbeError as error:
        return str(error)
    # 401: it demands a token, and the client will fetch one there. 403: an address that a storage has signed
    # for GET only.
    return "" if status in (200, 206, 307, 302, 401, 403, 405) else f"the answer is {status}"


def _token(one: Probe, answer: Answer, repository: str) -> str:
    """A token for pulling. Raises ProbeError where nobody gets one without a login."""
    challenges = answer.headers.get_all("WWW-Authenticate") or []
    if not challenges:
        raise ProbeError(
            "the answer is 401 without WWW-Authenticate: no client learns where to fetch a token; does"
            " a proxy in front take that header away?"
        )
    bearer = next((text for text in challenges if text.lower().startswith("bearer ")), None)
    if bearer is None:
        raise ProbeError("the registry asks for a name and a password: only public images can be tried")
    values = {name.lower(): value for name, value in CHALLENGE.findall(bearer)}
    try:
        realm = parts_of(values.get("realm", ""))
    except ProbeError:
        raise ProbeError(
            "the registry asks for a token, and its realm is no address to fetch one at"
        ) from None
    if realm.netloc != urlsplit(one.base).netloc:
        one.doubts.append(f"clients fetch tokens at {realm.netloc}: set token in gateway.toml")
    scope = {"service": values.get("service", ""), "scope": f"repository:{repository}:pull"}
    joint = "&" if realm.query else "?"
    given = one.follow("GET", f"{realm.geturl()}{joint}{urlencode(scope)}", ANYBODY)
    if given.status != 200:
        raise ProbeError(f"the token service answers with {given.status}: {given.words()}")
    content = given.content()
    token = content.get("token") or content.get("access_token")
    # It goes into a header.
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise ProbeError("the token service answers without a token")
    one.say("works: a token for pulling, without a login")
    return token
