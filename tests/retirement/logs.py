"""Logs in which it would hurt to retire the tag `v1`, and logs in which it would not; one repository each.

Each says what happens, not what the marts should find: 148 days up to 25 November 2026, a heartbeat every day
on the node gw-1. In `DANGEROUS` somebody uses, or tries to use, what `v1` means (or may mean) at the end; in
`SAFE` nobody does for more than 56 days, though all around it people do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.support.factories import IMAGE, INDEX, Traffic, digest

Line = dict[str, Any]
Logs = dict[str, Callable[[str], list[Line]]]
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
FIRST, LAST = date(2026, 7, 1), date(2026, 11, 25)
# The last day on which a tag of a safe log was used, if not said otherwise.
STOPPED = date(2026, 9, 10)
T = "v1"

PODMAN = "containers/5.23.1 (github.com/containers/image)"
CRANE = "crane/0.20.2 go-containerregistry/v0.20.2"
COSIGN = "cosign/v2.4.1 (linux; amd64)"
TRIVY = "trivy/0.57.0"
HELM = "Helm/3.16.3"
HARBOR = "harbor-registry-client"
BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
WOODPECKER = (
    "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.8.0 os/linux arch/amd64"
    " UpstreamClient(Woodpecker/3.0.1 (backend-docker))"
)


class Client(Traffic):
    """An origin on one repository, with the acts of the logs below."""

    _addresses = 0

    def __init__(self, repository: str, user_agent: str | None = None, node: str = "gw-1") -> None:
        Client._addresses += 1
        number = Client._addresses
        address = f"198.18.{number // 250}.{number % 250 + 1}"
        super().__init__(repository, address, *([user_agent] if user_agent else []))
        self.node = node

    def _add(self, at: str | datetime, method: str, path: str, status: int, **fields: str) -> None:
        super()._add(at, method, path, status, **fields)
        self.lines[-1]["node"] = self.node

    def asks(
        self,
        at: datetime,
        method: str,
        reference: str,
        meant: str = "",
        status: int = 200,
        kind: str = INDEX,
    ) -> None:
        """A manifest request; `meant`: the digest that the answer names, where the gateway sees one."""
        self.manifest(at, method, reference, kind, status)
        if status < 300:
            self.lines[-1]["resp_digest"] = meant or (reference if reference.startswith("sha256:") else "")

    def docker(self, at: datetime, tag: str, index: str, child: str) -> None:
        """HEAD of the tag, then the index, the image and its layers by digest."""
        self.asks(at, "HEAD", tag, index)
        self.by_digest(at + SECOND, index, child)

    def by_digest(self, at: datetime, index: str, child: str) -> None:
        """A pinned index, its image and the layers."""
        self.asks(at, "GET", index)
        self.image(at + SECOND, child)

    def image(self, at: datetime, child: str) -> None:
        """A pinned image and its layers."""
        self.asks(at, "GET", child, kind=IMAGE)
        self.layers(at + SECOND, child)

    def redirected(self, at: datetime, *asked: tuple[str, str]) -> None:
        """Requests that the gateway answers with a redirect: it sees neither digest nor type."""
        for number, (method, reference) in enumerate(asked):
            self.asks(at + SECOND * number, method, reference, status=307)


def noon(day: date) -> datetime:
    """Noon of a day, UTC."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def days(first: date = FIRST, last: date = LAST, every: int = 1) -> list[datetime]:
    """Noon of every day, or of every n-th, from the first to the last."""
    return [noon(first + DAY * number) for number in range(0, (last - first).days + 1, every)]


def digests(name: str) -> tuple[str, str]:
    """An index and its image."""
    return digest(f"{name} index"), digest(f"{name} image")


def repeated(times: Iterable[datetime], act: Callable[[datetime], None], client: Client) -> list[Line]:
    """An act at each of these times."""
    for at in times:
        act(at)
    return client.lines


def used_until(repository: str, last: date, index: str, child: str, every: int = 1) -> list[Line]:
    """docker pulls `v1` until then."""
    client = Client(repository)
    return repeated(days(FIRST, last, every), lambda at: client.docker(at, T, index, child), client)


def refused(repository: str, status: int, method: str = "HEAD", agent: str | None = None) -> list[Line]:
    """`v1` was pulled until August; since then somebody asks daily and gets an error."""
    index, child = digests(repository)
    client = Client(repository, agent)
    asked = repeated(days(STOPPED), lambda at: client.asks(at, method, T, status=status), client)
    return used_until(repository, date(2026, 8, 1), index, child) + asked


def digest_refused(repository: str, which: int) -> list[Line]:
    """The index (0) or its image (1) is pinned, and answered 429."""
    pair = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, *pair) + repeated(
        days(STOPPED), lambda at: client.asks(at, "GET", pair[which], status=429), client
    )


def head_then_limited(repository: str) -> list[Line]:
    """HEAD is answered, the GET is not."""
    index, child = digests(repository)
    client = Client(repository)

    def act(at: datetime) -> None:
        client.asks(at, "HEAD", T, index)
        client.asks(at + SECOND, "GET", index, status=429)

    return used_until(repository, STOPPED, index, child) + repeated(days(STOPPED, LAST, 7), act, client)


def silent_node(repository: str, back: date | None = None) -> list[Line]:
    """A user of gw-2 whose last logs are of 20 September, or who is heard again long after."""
    index, child = digests(repository)
    client = Client(repository, node=f"gw-2-{repository}")
    lines = repeated(days(FIRST, date(2026, 9, 20)), lambda at: client.docker(at, T, index, child), client)
    other = Client(f"{repository}-other", node=client.node)
    return lines + (
        repeated([noon(back)], lambda at: other.asks(at, "HEAD", "x", index), other) if back else []
    )


def child_pinned(repository: str) -> list[Line]:
    """docker pulled index and image until 1 September; the image alone is pulled by digest since."""
    index, child = digests(repository)
    client = Client(repository)
    return used_until(repository, date(2026, 9, 1), index, child) + repeated(
        days(date(2026, 9, 2)), lambda at: client.image(at, child), client
    )


def child_of_pinned_index(repository: str) -> list[Line]:
    """`v1` was only looked up; who pinned its index showed which image it holds; that one is pinned since."""
    index, child = digests(repository)
    looks, pins, runs = Client(repository), Client(repository), Client(repository)
    return (
        repeated(days(FIRST, STOPPED), lambda at: looks.asks(at, "HEAD", T, index), looks)
        + repeated([noon(FIRST)], lambda at: pins.by_digest(at, index, child), pins)
        + repeated(days(STOPPED), lambda at: runs.image(at, child), runs)
    )


def unseen_child_pinned(repository: str) -> list[Line]:
    """An image for another platform, which no log ties to its index."""
    index, child = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED), lambda at: client.image(at, digest(f"{repository} arm64")), client
    )


def podman_redirected(repository: str) -> list[Line]:
    """The gateway redirects: what `v1` means was never seen. Three pull by digest."""
    index, child = digests(repository)
    looks = Client(repository, PODMAN)
    lines = repeated(days(FIRST, STOPPED), lambda at: looks.redirected(at, ("GET", T)), looks)
    for _ in range(3):
        pins = Client(repository, PODMAN)
        lines += repeated(days(), lambda at, c=pins: c.redirected(at, ("GET", index), ("GET", child)), pins)
    return lines


def docker_redirected(repository: str) -> list[Line]:
    """The same with docker, whose requests tie tag, index and image; the image is pinned."""
    index, child = digests(repository)
    pulls, pins = Client(repository), Client(repository)
    return repeated(
        days(FIRST, STOPPED),
        lambda at: pulls.redirected(at, ("HEAD", T), ("GET", index), ("GET", child)),
        pulls,
    ) + repeated(days(STOPPED), lambda at: pins.redirected(at, ("GET", child)), pins)


def redirected_and_stable_in_use(repository: str) -> list[Line]:
    """Nobody saw what `v1` or `stable` means: they may be one manifest."""
    old, new = Client(repository, PODMAN), Client(repository, PODMAN)
    return repeated(days(FIRST, STOPPED), lambda at: old.redirected(at, ("GET", T)), old) + repeated(
        days(), lambda at: new.redirected(at, ("GET", "stable")), new
    )


def shared(repository: str) -> list[Line]:
    """`v1` and `stable` are one manifest; `stable` is looked up daily."""
    index, child = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(), lambda at: client.asks(at, "HEAD", "stable", index), client
    )


def part_of_stable(repository: str) -> list[Line]:
    """`v1` is the image that the index `stable` lists."""
    index, child = digests(repository)
    old, new = Client(repository), Client(repository)
    return repeated(
        days(FIRST, STOPPED), lambda at: old.asks(at, "HEAD", T, child, kind=IMAGE), old
    ) + repeated(days(), lambda at: new.docker(at, "stable", index, child), new)


def by_others(repository: str, agent: str | None, every: int = 1, last: date = LAST) -> list[Line]:
    """Somebody else goes on pulling `v1`."""
    index, child = digests(repository)
    client = Client(repository, agent)
    return repeated(days(STOPPED, last, every), lambda at: client.docker(at, T, index, child), client)


def broken_off(repository: str) -> list[Line]:
    """Every download ends in the middle of its layer."""
    index, child = digests(repository)
    client = Client(repository)

    def act(at: datetime) -> None:
        client.asks(at, "HEAD", T, index)
        client.asks(at + SECOND, "GET", child, kind=IMAGE)
        client.blob(at + 2 * SECOND, f"{child}-layer", size=100_000)
        client.lines[-1]["request_completion"] = ""

    return used_until(repository, STOPPED, index, child) + repeated(days(STOPPED), act, client)


def layers_refused(repository: str) -> list[Line]:
    """The manifests are answered, all layers with 503."""
    index, child = digests(repository)
    client = Client(repository)

    def act(at: datetime) -> None:
        client.docker(at, T, index, child)
        for line in client.lines[-2:]:
            line |= {"status": "503", "body_bytes_sent": "190"}

    return repeated(days(), act, client)


def looked_at(repository: str, reference: str | None = None) -> list[Line]:
    """A tool asks for the tag, or for its digest, and takes nothing."""
    index, child = digests(repository)
    client = Client(repository, CRANE)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED), lambda at: client.asks(at, "HEAD", reference or index, index), client
    )


def signature_checked(repository: str) -> list[Line]:
    """An admission controller asks for the signature of the digest."""
    index, child = digests(repository)
    client = Client(repository, COSIGN)
    signature = f"{index.replace(':', '-')}.sig"
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED),
        lambda at: client.asks(at, "GET", signature, digest(signature), kind=IMAGE),
        client,
    )


def blobs_only(repository: str) -> list[Line]:
    """A client that keeps the manifest, and fetches the layers again and again."""
    index, child = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED), lambda at: client.layers(at, child), client
    )


def every_other_month(repository: str) -> list[Line]:
    """Pulled on 31 July and 29 September: 60 days apart, and due again."""
    index, child = digests(repository)
    client = Client(repository)
    return repeated(
        [noon(date(2026, 7, 31)), noon(date(2026, 9, 29))],
        lambda at: client.docker(at, T, index, child),
        client,
    )


def pushed_anew(repository: str) -> list[Line]:
    """Somebody pulls, by digest, what no log ties to a tag: `v1` may mean it since."""
    index, child = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED),
        lambda at: client.by_digest(at, *digests(f"{repository} pushed past the gateway")),
        client,
    )


def chart(repository: str, last: date = LAST) -> list[Line]:
    """helm takes a chart."""
    client = Client(repository, HELM)

    def act(at: datetime) -> None:
        client.asks(at, "GET", T, digest(repository), kind=IMAGE)
        client.blob(at + SECOND, f"{repository} chart", size=9_000)

    return repeated(days(FIRST, last), act, client)


def pinned(repository: str) -> list[Line]:
    """The index of `v1`, by digest."""
    pair = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, *pair) + repeated(
        days(STOPPED), lambda at: client.by_digest(at, *pair), client
    )


DANGEROUS: Logs = {
    "limited": lambda name: refused(name, 429),
    "limited get": lambda name: refused(name, 429, "GET", PODMAN),
    "outage": lambda name: refused(name, 503),
    "bad gateway": lambda name: refused(name, 502, "GET"),
    "forbidden": lambda name: refused(name, 403),
    "challenged": lambda name: refused(name, 401),
    "deleted already": lambda name: refused(name, 404),
    "digest limited": lambda name: digest_refused(name, 0),
    "image limited": lambda name: digest_refused(name, 1),
    "head then limited": head_then_limited,
    "silent node": silent_node,
    "node with a hole": lambda name: silent_node(name, date(2026, 11, 20)),
    "image pinned": child_pinned,
    "image of a pinned index": child_of_pinned_index,
    "image of another platform": unseen_child_pinned,
    "unknown digest": podman_redirected,
    "image pinned behind redirects": docker_redirected,
    "unknown digest beside stable": redirected_and_stable_in_use,
    "shared": shared,
    "part of stable": part_of_stable,
    "mirror": lambda name: by_others(name, HARBOR),
    "ci": lambda name: by_others(name, WOODPECKER),
    "weekly": lambda name: by_others(name, None, 7),
    "55 days ago": lambda name: by_others(name, None, 1, LAST - 55 * DAY),
    "broken off": broken_off,
    "layers refused": layers_refused,
    "looked at": lambda name: looked_at(name, T),
    "digest looked at": looked_at,
    "signature checked": signature_checked,
    "blobs only": blobs_only,
    "every other month": every_other_month,
    "pushed anew": pushed_anew,
    "chart": chart,
    "pinned": pinned,
}


def beside(
    act: Callable[[Client], Callable[[datetime], None]], agent: str | None = None
) -> Callable[[str], list[Line]]:
    """`v1` was pulled until 10 September; something else happens on the repository every day."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository, agent)
        return used_until(repository, STOPPED, *digests(repository)) + repeated(days(), act(client), client)

    return lines


def stopped(last: date = STOPPED, every: int = 1) -> Callable[[str], list[Line]]:
    """Nothing but pulls of `v1` until then."""
    return lambda repository: used_until(repository, last, *digests(repository), every)


def after(repository: str, act: Callable[[Client, datetime], None], agent: str | None = None) -> list[Line]:
    """`v1` was pulled until 10 September; since then, something else happens daily."""
    client = Client(repository, agent)
    return used_until(repository, STOPPED, *digests(repository)) + repeated(
        days(STOPPED + DAY), lambda at: act(client, at), client
    )


def redirected_until(repository: str, agent: str | None, *asked: tuple[str, str]) -> list[Line]:
    """Redirected pulls of `v1` until 10 September, and nothing on the repository since."""
    client = Client(repository, agent)
    return repeated(days(FIRST, STOPPED), lambda at: client.redirected(at, *asked), client)


def two_nodes(repository: str) -> list[Line]:
    """Served by gw-1 and gw-7, which both go on."""
    beat = Client(f"{repository}-beat", node="gw-7")
    pair = digests(repository)
    lines = used_until(repository, STOPPED, *pair)
    for number, line in enumerate(lines):
        line["node"] = ("gw-1", "gw-7")[number % 2]
    return lines + repeated(days(), lambda at: beat.asks(at, "HEAD", "x", pair[0]), beat)


def node_replaced(repository: str) -> list[Line]:
    """gw-4 stops on 20 September, when gw-5 starts."""
    pair = digests(repository)
    lines = used_until(repository, STOPPED, *pair)
    for line in lines:
        line["node"] = "gw-4"
    for node, first, last in (("gw-4", FIRST, date(2026, 9, 20)), ("gw-5", date(2026, 9, 20), LAST)):
        beat = Client(f"{repository}-beat", node=node)
        lines += repeated(days(first, last), lambda at, c=beat: c.asks(at, "HEAD", "x", pair[0]), beat)
    return lines


def office_node(repository: str) -> list[Line]:
    """A node that writes from Monday to Friday."""
    pair = digests(repository)
    beat = Client(f"{repository}-beat", node="gw-6")
    lines = used_until(repository, STOPPED, *pair)
    for line in lines:
        line["node"] = "gw-6"
    office = [at for at in days() if at.isoweekday() < 6]
    return lines + repeated(office, lambda at: beat.asks(at, "HEAD", "x", pair[0]), beat)


def latest_moved_on(repository: str) -> list[Line]:
    """`latest` was `v1` until 10 September, and is another manifest since."""
    client = Client(repository)
    old, new = digests(repository), digests(f"{repository} v2")

    def act(at: datetime) -> None:
        client.docker(at, "latest", *(old if at.date() <= STOPPED else new))

    return used_until(repository, STOPPED, *old) + repeated(days(), act, client)


def shared_with_unused(repository: str) -> list[Line]:
    """`v1.0` is the same manifest, and nobody uses it either."""
    client = Client(repository)
    pair = digests(repository)
    return used_until(repository, STOPPED, *pair) + repeated(
        days(FIRST, STOPPED), lambda at: client.asks(at, "HEAD", "v1.0", pair[0]), client
    )


def earlier_meaning_pinned(repository: str) -> list[Line]:
    """`v1` moved on 1 August; what it meant before is pinned daily, what it means now is not."""
    client, pins = Client(repository), Client(repository)
    old, new = digests(f"{repository} first"), digests(repository)
    moved = date(2026, 8, 1)
    return repeated(
        days(FIRST, STOPPED), lambda at: client.docker(at, T, *(old if at.date() < moved else new)), client
    ) + repeated(days(), lambda at: pins.by_digest(at, *old), pins)


def two_tags(repository: str) -> list[Line]:
    """`v1` and `v2` taken in one act until 10 September; `v2` alone since, by somebody else."""
    both, other = Client(repository), Client(repository)
    old, new = digests(repository), digests(f"{repository} v2")

    def act(at: datetime) -> None:
        both.docker(at, T, *old)
        both.docker(at + 30 * SECOND, "v2", *new)

    return repeated(days(FIRST, STOPPED), act, both) + repeated(
        days(), lambda at: other.docker(at, "v2", *new), other
    )


def pushes(repository: str) -> list[Line]:
    """The publisher pushes `v1` every night; nobody takes it."""

    def act(client: Client, at: datetime) -> None:
        client._add(at, "PUT", f"manifests/{T}", 201, resp_digest=digests(repository)[0])

    return after(repository, act)


def gets(repository: str, status: int, agent: str) -> list[Line]:
    """A client that looks at everything and wants nothing asks for `v1` daily."""
    index = digests(repository)[0]
    return after(repository, lambda client, at: client.asks(at, "GET", T, index, status), agent)


NEW = digests("v2")
SAFE: Logs = {
    "stopped": stopped(),
    "stopped 58 days ago": stopped(LAST - 58 * DAY),
    "stopped 56 days ago": stopped(LAST - 56 * DAY),
    "weekly": stopped(every=7),
    "monthly": stopped(date(2026, 9, 1), 30),
    "once": stopped(FIRST),
    "v2 pulled": beside(lambda client: lambda at: client.docker(at, "v2", *NEW)),
    "v2 looked up": beside(lambda client: lambda at: client.asks(at, "HEAD", "v2", NEW[0])),
    "v2 by podman": beside(lambda client: lambda at: client.asks(at, "GET", "v2", NEW[0]), PODMAN),
    "v2 limited": beside(lambda client: lambda at: client.asks(at, "HEAD", "v2", status=429)),
    "typo": beside(lambda client: lambda at: client.asks(at, "HEAD", "v11", status=404)),
    "scanner": lambda name: after(
        name, lambda client, at: client.asks(at, "GET", T, digests(name)[0]), TRIVY
    ),
    "browser": lambda name: after(name, lambda client, at: client.asks(at, "GET", T, status=404), BROWSER),
    "scanner limited": lambda name: after(
        name, lambda client, at: client.asks(at, "GET", T, status=429), TRIVY
    ),
    "scanner challenged": lambda name: after(
        name, lambda client, at: client.asks(at, "GET", T, status=401), TRIVY
    ),
    "v2 pinned": lambda name: two_acts(name, lambda client, at: client.by_digest(at, *NEW)),
    "v2's image pinned": lambda name: two_acts(name, lambda client, at: client.image(at, NEW[1])),
    "redirected, docker": lambda name: redirected_until(
        name, None, ("HEAD", T), ("GET", digests(name)[0]), ("GET", digests(name)[1])
    ),
    "redirected, podman, unused": lambda name: redirected_until(name, PODMAN, ("GET", T)),
    "redirected, v2 in use": lambda name: (
        redirected_until(name, None, ("HEAD", T), ("GET", digests(name)[0]), ("GET", digests(name)[1]))
        + after_redirect(name)
    ),
    "two nodes": two_nodes,
    "node replaced": node_replaced,
    "office node": office_node,
    "latest moved on": latest_moved_on,
    "shared with unused": shared_with_unused,
    "earlier meaning pinned": earlier_meaning_pinned,
    "two tags": two_tags,
    "pushes": pushes,
    "chart": lambda name: chart(name, STOPPED),
    "v2 after a challenge": beside(
        lambda client: (
            lambda at: (
                client.asks(at, "HEAD", "v2", status=401),
                client.asks(at + SECOND, "HEAD", "v2", NEW[0]),
            )
        )  # type: ignore[return-value]
    ),
}


def two_acts(repository: str, act: Callable[[Client, datetime], None]) -> list[Line]:
    """`v2` is pulled by its tag once, which shows what it means; pinned by somebody daily."""
    tagged = Client(repository)
    return repeated([noon(FIRST)], lambda at: tagged.docker(at, "v2", *NEW), tagged) + after(repository, act)


def after_redirect(repository: str) -> list[Line]:
    """`v2` by docker behind redirects."""
    client = Client(repository)
    return repeated(
        days(), lambda at: client.redirected(at, ("HEAD", "v2"), ("GET", NEW[0]), ("GET", NEW[1])), client
    )


def heartbeat() -> list[Line]:
    """Somebody on gw-1 every day."""
    client = Client("beat/app")
    return repeated(days(), lambda at: client.asks(at, "HEAD", "latest", digest("beat")), client)


def named(kind: str, name: str) -> str:
    """The repository of a log."""
    return f"{kind}/{name.replace(' ', '-').replace(',', '')}".replace("'", "")


def together(dangerous: Logs, safe: Logs) -> list[Line]:
    """All these logs, as one gateway would write them."""
    lines = heartbeat()
    for kind, logs in (("dangerous", dangerous), ("safe", safe)):
        for name, make in logs.items():
            lines += make(named(kind, name))
    return sorted(lines, key=lambda line: float(line["msec"]))
