"""Try a pull through a running gateway, as a client would, and say in plain words what works."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

PATIENCE_S = 20
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
WORKS, LOOK, BROKEN = 0, 1, 2
REDIRECTS = (301, 302, 303, 307, 308)

Say = Callable[[str], None]


class ProbeError(Exception):
    """Something that a pull needs does not work."""


@dataclass
class Answer:
    """What came back; `headers` as http.client has them."""

    status: int
    headers: Message
    body: bytes
    url: str


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
        sent = {name.replace("_", "-"): value for name, value in headers.items()} | {"User-Agent": agent}
        if self.token and urlsplit(url).netloc == urlsplit(self.base).netloc:
            sent["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(url, headers=sent, method=method)  # noqa: S310 - checked in `probe`
        opener = urllib.request.build_opener(_Stay, urllib.request.HTTPSHandler(context=self.context))
        try:
            with opener.open(request, timeout=PATIENCE_S) as answer:
                return Answer(answer.status, answer.headers, answer.read(1_000_000), url)
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read(1_000_000), url)
        except (OSError, HTTPException) as error:
            raise ProbeError(f"{urlsplit(url).netloc} does not answer: {_reason(error)}") from None

    def follow(self, method: str, path: str, agent: str, **headers: str) -> Answer:
        """The same, with up to three redirects."""
        answer = self.ask(method, path, agent, **headers)
        for _ in range(3):
            if answer.status not in REDIRECTS:
                break
            answer = self.ask(method, urljoin(answer.url, answer.headers["Location"]), agent, **headers)
        return answer


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        return None


def probe(address: str, say: Say) -> int:
    """Try it all, say each result. 0: a pull works; 1: it does, but look at what is said; 2: it does not."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        say(f"which gateway? make check-gateway URL={EXAMPLE}")
        return BROKEN
    one = Probe(f"{parts.scheme}://{parts.netloc}", say)
    try:
        _gateway(one)
        if parts.path.strip("/"):
            _pull(one, *_named(parts.path))
        else:
            one.doubts.append(
                "no pull was tried: name an image (URL=https://images.example.com/team/app:1.0)"
            )
    except ProbeError as error:
        say(f"does not work: {error}")
        return BROKEN
    for doubt in one.doubts:
        say(f"look at this: {doubt}")
    return LOOK if one.doubts else WORKS


def _named(path: str) -> tuple[str, str]:
    name, mark, tag = path.strip("/").partition("@")
    if not mark:
        name, _, tag = name.partition(":")
    return name, tag or "latest"


def _gateway(one: Probe) -> None:
    if one.ask("GET", "/gateway/health", AGENTS["anybody else"]).status == 204:
        one.say("works: a Pullhouse gateway answers")
    else:
        one.doubts.append("something answers, but no Pullhouse gateway (it has no /gateway/health)")
    if urlsplit(one.base).scheme == "http" and not (urlsplit(one.base).hostname or "").startswith("127."):
        one.doubts.append("plain HTTP: docker and most clients insist on TLS, but for 127.0.0.1")
    ping = one.follow("GET", "/v2/", AGENTS["anybody else"])
    if ping.status not in (200, 401):
        raise ProbeError(f"the ping (/v2/) is answered with {ping.status}: {_words(ping)}")
    one.say("works: the ping" + (", which asks for a login" if ping.status == 401 else ""))


def _pull(one: Probe, repository: str, tag: str) -> None:
    manifests = f"/v2/{quote(repository)}/manifests/"
    first = one.ask("GET", manifests + tag, AGENTS["anybody else"], Accept=MANIFESTS)
    if first.status == 401:
        one.token = _token(one, first.headers.get("WWW-Authenticate", ""), repository)
        first = one.ask("GET", manifests + tag, AGENTS["anybody else"], Accept=MANIFESTS)
    if first.status != 200:
        raise ProbeError(f"{repository}:{tag} is answered with {first.status}: {_words(first)}")
    one.say(f"works: the manifest of {repository}:{tag}")
    manifest = _json(first)
    if "manifests" in manifest:
        platform = manifests + manifest["manifests"][0]["digest"]
        chosen = _json(one.follow("GET", platform, AGENTS["anybody else"], Accept=MANIFESTS))
        one.say(f"works: the first of its {len(manifest['manifests'])} platforms")
        manifest = chosen
    layers = [entry["digest"] for entry in manifest.get("layers", [])]
    if not layers:
        raise ProbeError(f"{repository}:{tag} is no image: it has no layers")
    blob = f"/v2/{quote(repository)}/blobs/{layers[0]}"
    layer = one.follow("GET", blob, AGENTS["anybody else"], Range="bytes=0-1023")
    if layer.status not in (200, 206):
        raise ProbeError(f"a layer is answered with {layer.status}: {_words(layer)}")
    one.say(
        "works: the beginning of a layer" + ("" if layer.status == 206 else ", but no ranges: no resuming")
    )
    for line in _ways(one, manifests + tag, blob):
        one.say(line)


def _ways(one: Probe, manifest: str, blob: str) -> Iterator[str]:
    """What becomes of each kind of client, and whether it arrives where it is sent."""
    for name, agent in AGENTS.items():
        answers = [one.ask("HEAD", path, agent, Accept=MANIFESTS) for path in (manifest, blob)]
        words = ["redirected" if answer.status in REDIRECTS else "proxied" for answer in answers]
        yield f"{name}: manifests {words[0]}, layers {words[1]}"
        for answer in answers:
            if "Location" in answer.headers and answer.status > 300:
                place = urljoin(answer.url, answer.headers["Location"])
                there = one.ask("HEAD", place, agent, Accept=MANIFESTS)
                # 401: it demands a token, and the client will fetch one there. 403: an address that a storage
                # has signed for GET only.
                if there.status not in (200, 206, 307, 302, 401, 403, 405):
                    one.doubts.append(f"{name} is redirected to where the answer is {there.status}")


def _token(one: Probe, challenge: str, repository: str) -> str:
    kind, _, rest = challenge.partition(" ")
    values = dict(entry.split("=", 1) for entry in rest.split('",') if "=" in entry)
    realm = values.get("realm", "").strip('" ')
    if kind.lower() != "bearer" or not realm.startswith(("http://", "https://")):
        raise ProbeError("the registry asks for a name and a password: only public images can be tried")
    if urlsplit(realm).netloc != urlsplit(one.base).netloc:
        one.doubts.append(f"clients fetch tokens at {urlsplit(realm).netloc}: set token in gateway.toml")
    service = quote(values.get("service", "").strip('" '))
    scope = quote(f"repository:{repository}:pull")
    answer = one.ask("GET", f"{realm}?service={service}&scope={scope}", AGENTS["anybody else"])
    if answer.status != 200:
        raise ProbeError(f"the token service answers with {answer.status}: {_words(answer)}")
    one.say("works: a token for pulling, without a login")
    content = _json(answer)
    token: str = content.get("token") or content.get("access_token") or ""
    return token


def _json(answer: Answer) -> dict[str, Any]:
    try:
        content = json.loads(answer.body)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ProbeError(f"the answer to {urlsplit(answer.url).path} is no JSON (status {answer.status})")
    return content


def _words(answer: Answer) -> str:
    """The registry's own words for an error, or nothing but the status."""
    try:
        return str(json.loads(answer.body)["errors"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "no reason is given"


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"its certificate is refused ({reason.verify_message})"
    return str(getattr(reason, "strerror", None) or reason)
