"""Logs of both kinds where a use of `v1` shows beside it: tokens, paths that were cut off, pushes, parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tests.retirement.logs import (
    COSIGN,
    CRANE,
    DAY,
    LAST,
    PODMAN,
    SECOND,
    STOPPED,
    TRIVY,
    Client,
    Line,
    Logs,
    T,
    days,
    digests,
    noon,
    repeated,
    used_until,
)
from tests.retirement.more_logs import daily, of_tag, pulls
from tests.retirement.odd_logs import FLUX, TOKEN, Act, both, of_next, uri
from tests.support.factories import CONTAINERD, digest

OTHER_SCOPE = "&scope=repository:elsewhere/app:pull"


def token(text: str = TOKEN, status: int = 200, **fields: str) -> Act:
    """A request for a token, and nothing else: the image is pulled from somewhere else."""
    return uri(text, "GET", status, **fields)


def of_digest(text: str, which: int, method: str = "GET", status: int = 200) -> Act:
    """A request that names the hexadecimal digits of the index (0) or image (1) of `v1`."""
    return lambda client, name, at: uri(
        text.replace("{hex}", digests(name)[which].removeprefix("sha256:")), method, status
    )(client, name, at)


def layer(method: str, status: int, **fields: str) -> Act:
    """A request for a layer of `v1` alone."""

    def act(client: Client, name: str, at: datetime) -> None:
        client.blob(at, f"{digests(name)[1]}-layer-1", 0)
        client.lines[-1] |= {"method": method, "status": str(status), **fields}

    return act


def put(client: Client, at: datetime, tag: str, meaning: str) -> None:
    """A push of a tag."""
    client._add(at, "PUT", f"manifests/{tag}", 201, resp_digest=meaning)


def pushed_then_pinned(repository: str) -> list[Line]:
    """`v1` is pushed anew in November; what it means since is pinned, and nobody names the tag."""
    publisher, pins = Client(repository, CRANE), Client(repository, CONTAINERD)
    new = digests(f"{repository} anew")
    put(publisher, noon(LAST - 20 * DAY), T, new[0])
    return (
        used_until(repository, STOPPED, *digests(repository))
        + publisher.lines
        + repeated(days(LAST - 19 * DAY), lambda at: pins.by_digest(at, *new), pins)
    )


def pushed_as_stable(repository: str) -> list[Line]:
    """The manifest of `v1` was pushed as `stable` too; who uses that sees a redirect, and no digest."""
    publisher, user = Client(repository, CRANE), Client(repository, PODMAN)
    put(publisher, noon(STOPPED - DAY), "stable", digests(repository)[0])
    return (
        used_until(repository, STOPPED, *digests(repository))
        + publisher.lines
        + repeated(days(STOPPED), lambda at: user.redirected(at, ("GET", "stable")), user)
    )


def egress_changes(repository: str) -> list[Line]:
    """The tag is asked for from one address, by a scanner's name; the rest from another."""
    looks, takes = Client(repository, TRIVY), Client(repository, CONTAINERD)
    index, child = digests(repository)
    return (
        used_until(repository, STOPPED, index, child)
        + repeated(days(STOPPED), lambda at: looks.asks(at, "HEAD", T, index), looks)
        + repeated(days(STOPPED), lambda at: takes.by_digest(at + SECOND, index, child), takes)
    )


def on_another_host(client: Client, name: str, at: datetime) -> None:
    """The same registry under another name."""
    client.asks(at, "HEAD", T, digests(name)[0])
    client.lines[-1]["host"] = "mirror.example:5000"


def at_night(client: Client, name: str, at: datetime) -> None:
    """A look-up that begins a second before midnight."""
    client.asks(at + timedelta(hours=11, minutes=59, seconds=59), "HEAD", T, digests(name)[0])


DANGEROUS: Logs = {
    "token alone": daily(token()),
    "token alone weekly": daily(token(), CONTAINERD, 7),
    "token once": daily(token(), PODMAN, 50),
    "token in args": daily(
        lambda c, n, at: token("/token", args=f"service=registry&scope=repository:{n}:pull")(c, n, at)
    ),
    "token encoded": daily(
        lambda c, n, at: token(f"/auth?scope=repository%3A{n.replace('/', '%2F')}%3Apull")(c, n, at), PODMAN
    ),
    "token for two": daily(token(TOKEN + OTHER_SCOPE)),
    "token elsewhere used": daily(
        both(token(), lambda c, n, at: uri("/v2/elsewhere/app/manifests/v1", status=404)(c, n, at))
    ),
    "token not modified": daily(token(status=304), CONTAINERD),
    "cut before the tag": daily(uri("/v2/{name}/manifests/")),
    "cut before the slash": daily(uri("/v2/{name}/manifests"), CONTAINERD),
    "cut before the tag redirected": daily(uri("/v2/{name}/manifests/", "GET", 307), PODMAN),
    "cut before the tag limited": daily(uri("/v2/{name}/manifests/", "GET", 429), CONTAINERD),
    "cut in the digest": daily(of_digest("/v2/{name}/manifests/sha256:", 0), CONTAINERD),
    "cut in the digest redirected": daily(
        lambda c, n, at: (
            c.redirected(at, ("GET", digests(n)[0])),
            c.lines[-1].update(request_uri=c.lines[-1]["request_uri"][:-40]),
        )  # type: ignore[return-value]
    ),
    "cut before the blob": daily(uri("/v2/{name}/blobs/", "GET"), CONTAINERD),
    "cut in the blob": daily(uri("/v2/{name}/blobs/sha256:ab", "GET", 307), CONTAINERD),
    "layer looked at": daily(layer("HEAD", 200), "kaniko/1.23"),
    "layer redirected": daily(layer("GET", 307), CONTAINERD),
    "layer not there": daily(layer("GET", 416, range="bytes=9-"), CONTAINERD),
    "referrers of the image": daily(of_digest("/v2/{name}/referrers/sha256:{hex}", 1), COSIGN),
    "referrers by tag": daily(of_digest("/v2/{name}/manifests/sha256-{hex}", 0), "oras/1.2.0"),
    "referrers by tag missing": daily(
        of_digest("/v2/{name}/manifests/sha256-{hex}", 1, "GET", 404), "oras/1.2.0"
    ),
    "signature missing": daily(of_digest("/v2/{name}/manifests/sha256-{hex}.sig", 0, "GET", 404), COSIGN),
    "pushed then pinned": pushed_then_pinned,
    "pushed as stable": pushed_as_stable,
    "another address takes it": egress_changes,
    "another host name": daily(on_another_host, CONTAINERD, 14),
    "below artifactory": daily(uri("/artifactory/api/docker/local/v2/{name}/manifests/v1")),
    "second before midnight": daily(at_night, CONTAINERD, 27),
    "partial manifest": daily(uri("/v2/{name}/manifests/v1", "GET", 206), FLUX),
}


def over_midnight(client: Client, name: str, at: datetime) -> None:
    """A token just before the midnight at which this day begins, `v2` just after it."""
    late = at - timedelta(hours=12, seconds=1)
    token()(client, name, late)
    of_tag("v2")(client, name, late + 3 * SECOND)


def by_two_agents(repository: str) -> list[Line]:
    """A helper takes the token, the engine beside it pulls `v2`."""
    helper, engine = Client(repository, "credential-helper/1.0"), Client(repository)
    helper.address = engine.address
    return (
        used_until(repository, STOPPED, *digests(repository))
        + repeated(days(STOPPED), lambda at: token()(helper, repository, at), helper)
        + repeated(days(STOPPED), lambda at: of_tag("v2")(engine, repository, at + SECOND), engine)
    )


def with_tokens(last: datetime) -> Callable[[str], list[Line]]:
    """`v1` is pulled with a token each time, until then."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository)
        return repeated(
            [at for at in days() if at <= last],
            lambda at: both(token(), pulls)(client, repository, at),
            client,
        )

    return lines


SAFE: Logs = {
    "token over midnight": daily(over_midnight),
    "token by a helper": by_two_agents,
    "tokens until": with_tokens(noon(STOPPED)),
    "token for another": daily(token("/token?scope=repository:elsewhere/app:pull")),
    "logs in": daily(token("/token?service=registry&account=me")),
    "catalogue listed": daily(of_next("/v2/_catalog", "GET"), CRANE),
    "trust asked": daily(of_next("/v2/{name}/_trust/tuf/root.json", "GET", 404)),
    "nothing asked": daily(of_next("/v2/{name}/", "GET", 404), "curl/8.5.0"),
    "referrers of v2": daily(
        both(
            of_tag("v2"),
            lambda c, n, at: c._add(at, "GET", f"referrers/{digests(f'{n} next')[0]}", 200),
        ),
        COSIGN,
    ),
    "stable pushed": daily(lambda c, n, at: put(c, at, "stable", digest(f"{n} {at:%j}")), CRANE),
    "v2 redirected after a token": daily(
        both(token(), lambda c, n, at: c.redirected(at, ("HEAD", "v2"), ("GET", digests(f"{n} next")[0])))
    ),
}
