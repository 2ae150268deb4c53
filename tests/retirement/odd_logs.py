"""Logs of both kinds whose requests look unlike those of logs.py: other spellings, other ways to ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from tests.retirement.logs import (
    COSIGN,
    CRANE,
    DAY,
    FIRST,
    HELM,
    PODMAN,
    SECOND,
    STOPPED,
    Client,
    Line,
    Logs,
    T,
    days,
    digests,
    repeated,
    used_until,
)
from tests.retirement.more_logs import asks, daily, of_tag
from tests.support.factories import CONTAINERD, IMAGE, INDEX, digest

Act = Callable[[Client, str, datetime], None]
BUILDKIT = "buildkit/v0.17"
FLUX = "source-controller/v1.4.1"
CURL = "curl/8.5.0"
PYTHON = "python-requests/2.32.3"
KYVERNO = "Kyverno/1.13 go-containerregistry/v0.20.2"
ARGO = "argocd-image-updater"
ORAS = "oras/1.2.0"
NERDCTL = "nerdctl/2.0.0"
DEPENDABOT = "dependabot-core/0.290.0 excon/0.112.0 ruby/3.3.6 (x86_64-linux)"


def uri(text: str, method: str = "HEAD", status: int = 200, **fields: str) -> Act:
    """A request whose path is written out; {name} is the repository, {index} and {child} what `v1` means."""

    def act(client: Client, name: str, at: datetime) -> None:
        index, child = digests(name)
        client._add(at, method, "", status, **fields)
        written = text.format(name=name, index=index, child=child, config=digest(f"{child}-config"))
        client.lines[-1]["request_uri"] = written
        if status == 200 and "/manifests/" in written:
            client.lines[-1] |= {"resp_digest": index, "resp_content_type": INDEX}

    return act


def attached(suffix: str, which: int, status: int = 200) -> Act:
    """The signature, attestation or bill of materials of what `v1` means, by the tag that cosign gives it."""

    def act(client: Client, name: str, at: datetime) -> None:
        tag = f"{digests(name)[which].replace(':', '-')}.{suffix}"
        client.asks(at, "GET", tag, digest(tag), status=status, kind=IMAGE)

    return act


def nested(client: Client, name: str, at: datetime) -> None:
    """`stable` is an index that lists the index of `v1`."""
    index, child = digests(name)
    client.asks(at, "HEAD", "stable", digest(f"{name} outer"))
    client.asks(at + SECOND, "GET", digest(f"{name} outer"))
    client.by_digest(at + 2 * SECOND, index, child)


def pinned_head(client: Client, name: str, at: datetime) -> None:
    """HEAD of the digest, and nothing else."""
    client.asks(at, "HEAD", digests(name)[0])


def both(*acts: Act) -> Act:
    """One act after the other, a minute apart."""

    def act(client: Client, name: str, at: datetime) -> None:
        for number, one in enumerate(acts):
            one(client, name, at + number * 60 * SECOND)

    return act


def other_platform(repository: str) -> list[Line]:
    """Another client took `v1` for arm64 in July; that image is pinned since, by a third."""
    arm, pins = Client(repository), Client(repository, CONTAINERD)
    index, _ = digests(repository)
    child = digest(f"{repository} arm64")
    return (
        used_until(repository, STOPPED, *digests(repository))
        + repeated(days(FIRST, FIRST + 3 * DAY), lambda at: arm.docker(at, T, index, child), arm)
        + repeated(days(STOPPED, every=3), lambda at: pins.image(at, child), pins)
    )


def once_more(act: Act, days_ago: int) -> Callable[[str], list[Line]]:
    """Nothing since 10 September but one single request."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository)
        act(client, repository, days()[-1 - days_ago])
        return used_until(repository, STOPPED, *digests(repository)) + client.lines

    return lines


def from_ipv6(client: Client, name: str, at: datetime) -> None:
    """A look-up over IPv6."""
    client.asks(at, "HEAD", T, digests(name)[0])
    client.lines[-1]["remote_addr"] = f"2001:db8:{at:%-j}::1"


DANGEROUS: Logs = {
    "namespace query": daily(uri("/v2/{name}/manifests/v1?ns=registry.example"), CONTAINERD),
    "percent encoded": daily(uri("/v2/{name}/manifests/v%31")),
    "percent encoded refused": daily(uri("/v2/{name}/manifests/%76%31", status=429)),
    "absolute form": daily(uri("http://registry.example/v2/{name}/manifests/v1")),
    "trailing slash": daily(uri("/v2/{name}/manifests/v1/", status=301)),
    "double slash": daily(uri("/v2//{name}//manifests/v1", status=404)),
    "tag and digest": daily(uri("/v2/{name}/manifests/v1@{index}", "GET", 400), CURL),
    "digest encoded": daily(
        lambda c, n, at: uri("/v2/{name}/manifests/" + digests(n)[0].replace(":", "%3A"), "GET")(c, n, at)
    ),
    "digest in capitals": daily(
        lambda c, n, at: uri("/v2/{name}/manifests/sha256:" + digests(n)[0][7:].upper(), "GET", 404)(c, n, at)
    ),
    "sha512 pinned": daily(uri("/v2/{name}/manifests/sha512:" + "ab" * 64, "GET", 200), PODMAN),
    "moved permanently": daily(asks("GET", 301), CONTAINERD),
    "found elsewhere": daily(asks("HEAD", 302), PODMAN),
    "redirected 308": daily(asks("GET", 308), CONTAINERD, 7),
    "misdirected": daily(asks("GET", 421), CONTAINERD),
    "timed out": daily(asks("HEAD", 408)),
    "legal reasons": daily(asks("GET", 451)),
    "no status": daily(asks("HEAD", 0)),
    "teapot": daily(asks("GET", 418), PODMAN),
    "signature verified": daily(attached("sig", 0), COSIGN),
    "signature of the image": daily(attached("sig", 1), COSIGN),
    "attestation missing": daily(attached("att", 0, 404), KYVERNO),
    "bill of materials": daily(attached("sbom", 0), COSIGN, 7),
    "nested index": daily(nested),
    "digest head": daily(pinned_head, CONTAINERD, 7),
    "configuration alone": daily(uri("/v2/{name}/blobs/{config}", "GET"), PYTHON),
    "configuration refused": daily(uri("/v2/{name}/blobs/{config}", "GET", 403), PYTHON),
    "other platform pinned": other_platform,
    "buildkit": daily(asks("HEAD"), BUILDKIT, 7),
    "flux": daily(asks("GET"), FLUX),
    "curl": daily(asks("GET"), CURL, 7),
    "a script": daily(asks("GET"), PYTHON),
    "kyverno": daily(asks("HEAD"), KYVERNO, 3),
    "argo": daily(asks("GET"), ARGO, 7),
    "dependabot": daily(asks("GET"), DEPENDABOT, 30),
    "oras": daily(asks("GET"), ORAS, 14),
    "nerdctl": daily(asks("HEAD"), NERDCTL, 50),
    "over ipv6": daily(from_ipv6, None, 10),
    "one refusal": once_more(asks("HEAD", 429), 20),
    "one look-up": once_more(asks("HEAD"), 55),
    "one missing": once_more(asks("GET", 404), 3),
}


def of_next(text: str, method: str = "HEAD", status: int = 200) -> Act:
    """A request for `v2`, the path written out."""

    def act(client: Client, name: str, at: datetime) -> None:
        client._add(at, method, "", status)
        client.lines[-1]["request_uri"] = text.format(name=name)
        if status == 200 and "/manifests/" in text:
            client.lines[-1]["resp_digest"] = digests(f"{name} next")[0]

    return act


def common_layers(client: Client, name: str, at: datetime) -> None:
    """`v2` has the base layer of `v1`: who pulls it fetches that layer too."""
    index, child = digests(f"{name} next")
    client.asks(at, "HEAD", "v2", index)
    client.asks(at + SECOND, "GET", index)
    client.asks(at + 2 * SECOND, "GET", child, kind=IMAGE)
    client.layers(at + 3 * SECOND, child)
    client.blob(at + 4 * SECOND, f"{digests(name)[1]}-layer-1")


def build_pushed(client: Client, name: str, at: datetime) -> None:
    """A nightly build: its layers are uploaded, then its manifest."""
    client._add(at, "POST", "blobs/uploads/", 202)
    client._add(at + SECOND, "PATCH", f"blobs/uploads/{at:%j}", 202)
    client._add(at + 2 * SECOND, "PUT", f"blobs/uploads/{at:%j}?digest={digest(f'{name} {at:%j}')}", 201)
    client._add(at + 3 * SECOND, "PUT", f"manifests/nightly-{at:%j}", 201, resp_digest=digest(f"{at:%j}"))


def deleted(repository: str) -> list[Line]:
    """The manifest of `v1` was deleted on the day after its last pull."""
    client = Client(repository, CRANE)
    client._add(days(STOPPED + DAY)[0], "DELETE", f"manifests/{digests(repository)[0]}", 202)
    return used_until(repository, STOPPED, *digests(repository)) + client.lines


def in_another_repository(repository: str) -> list[Line]:
    """Another repository has a `v1` too, and somebody pulls it daily."""
    other = f"other-{repository}"
    client = Client(other)
    return used_until(repository, STOPPED, *digests(repository)) + repeated(
        days(), lambda at: client.docker(at, T, *digests(other)), client
    )


def pins_of_next(repository: str) -> list[Line]:
    """`v2` is pulled by its tag once, and its image is pinned."""
    tagged, pins = Client(repository), Client(repository, CONTAINERD)
    pair = digests(f"{repository} next")
    return (
        used_until(repository, STOPPED, *digests(repository))
        + repeated(days(FIRST, FIRST), lambda at: tagged.docker(at, "v2", *pair), tagged)
        + repeated(days(STOPPED), lambda at: pins.image(at, pair[1]), pins)
    )


TOKEN = "/token?service=registry&scope=repository:{name}:pull"
SAFE: Logs = {
    "token then v2": daily(both(of_next(TOKEN, "GET"), of_tag("v2"))),
    "v2 with a query": daily(of_next("/v2/{name}/manifests/v2?ns=registry.example"), CONTAINERD),
    "v2 percent encoded": daily(of_next("/v2/{name}/manifests/v%32")),
    "v2 absolute": daily(of_next("http://registry.example/v2/{name}/manifests/v2")),
    "v2 by buildkit": daily(of_tag("v2"), BUILDKIT),
    "v2 by flux": daily(of_tag("v2"), FLUX),
    "v2 by curl": daily(of_tag("v2"), CURL),
    "v2 by nerdctl": daily(of_tag("v2"), NERDCTL),
    "v2 by dependabot": daily(of_tag("v2"), DEPENDABOT),
    "chart by helm": daily(of_tag("chart-1.0"), HELM),
    "v2 refused 451": daily(of_tag("v2", status=451)),
    "v2 given up": daily(of_tag("v2", status=499)),
    "common layers": daily(common_layers),
    "nightly builds": daily(build_pushed),
    "deleted": deleted,
    "same name elsewhere": in_another_repository,
    "image of v2 pinned": pins_of_next,
    "v1 with another ending": daily(of_tag("v1-debug")),
    "v1.0.1 daily": daily(of_tag("v1.0.1"), CONTAINERD),
    "latest and v2 together": daily(both(of_tag("latest"), of_tag("v2"))),
    "listed by argo": daily(of_next("/v2/{name}/tags/list", "GET"), ARGO),
}
