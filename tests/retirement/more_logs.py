"""More logs of both kinds, as somebody who has not seen the rules would write them; see logs.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from tests.retirement.logs import (
    BROWSER,
    COSIGN,
    CRANE,
    DAY,
    FIRST,
    HARBOR,
    LAST,
    PODMAN,
    SECOND,
    STOPPED,
    TRIVY,
    Client,
    Line,
    Logs,
    T,
    after,
    days,
    digests,
    noon,
    repeated,
    used_until,
)
from tests.support.factories import CONTAINERD, CRIO, IMAGE, digest

WATCHTOWER = "Watchtower (Docker)"
RENOVATE = "Renovate/41.1.0 (https://github.com/renovatebot/renovate)"
APPTAINER = "apptainer/1.4.0 (Linux amd64) Go/1.24.0"
SKOPEO = "skopeo/1.18.0"
UNKNOWN = "acme-deployer/0.3"


def daily(
    act: Callable[[Client, str, datetime], None], agent: str | None = None, every: int = 1
) -> Callable[[str], list[Line]]:
    """docker pulls `v1` until 10 September; afterwards another client does this, to the last day."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository, agent)
        return used_until(repository, STOPPED, *digests(repository)) + repeated(
            days(STOPPED + DAY, LAST, every), lambda at: act(client, repository, at), client
        )

    return lines


def asks(method: str, status: int = 200) -> Callable[[Client, str, datetime], None]:
    """A request for `v1` by its name."""
    return lambda client, name, at: client.asks(at, method, T, digests(name)[0], status=status)


def pulls(client: Client, name: str, at: datetime) -> None:
    """A whole pull of `v1`."""
    client.docker(at, T, *digests(name))


def moved_lately(repository: str) -> list[Line]:
    """`v1` is pulled every fifth day, and means something else since 1 November."""
    client = Client(repository)

    def act(at: datetime) -> None:
        client.docker(at, T, *digests(repository if at.month < 11 else f"{repository} moved"))

    return repeated(days(every=5), act, client)


def hidden(**changed: str) -> Callable[[str], list[Line]]:
    """`v1` is pulled daily to the end; since 10 September the client's lines change."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository)
        made = repeated(days(), lambda at: client.docker(at, T, *digests(repository)), client)
        late = noon(STOPPED).timestamp() + 3600
        return [line | changed if float(line["msec"]) > late else line for line in made]

    return lines


def no_token(repository: str) -> list[Line]:
    """Since 10 September the daily user is refused a token for the repository."""
    client = Client(repository)
    asked = f"/token?service=registry&scope=repository:{repository}:pull"
    for at in days(STOPPED):
        client.asks(at, "GET", T, status=429)
        client.lines[-1]["request_uri"] = asked
    return used_until(repository, STOPPED, *digests(repository)) + client.lines


def referrers(repository: str, status: int) -> list[Line]:
    """Somebody asks what is attached to the index of `v1`."""
    return after(
        repository,
        lambda client, at: client._add(at, "GET", f"referrers/{digests(repository)[0]}", status),
        COSIGN,
    )


def child_tagged(repository: str) -> list[Line]:
    """`v1-amd64` is the image of the index `v1`, and in daily use."""
    index, child = digests(repository)
    client = Client(repository)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED), lambda at: client.asks(at, "GET", "v1-amd64", child, kind=IMAGE), client
    )


def two_indexes(repository: str) -> list[Line]:
    """The index of `stable`, in daily use, lists the image that the index of `v1` lists."""
    index, child = digests(repository)
    other = digest(f"{repository} another index")
    client = Client(repository)
    return used_until(repository, STOPPED, index, child) + repeated(
        days(STOPPED), lambda at: client.docker(at, "stable", other, child), client
    )


def seldom(*on: date) -> Callable[[str], list[Line]]:
    """docker pulls `v1` on these days alone."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository)
        return repeated([noon(day) for day in on], lambda at: pulls(client, repository, at), client)

    return lines


def at_the_edge(repository: str) -> list[Line]:
    """The last pull began two minutes before midnight, 55 days before the last day."""
    client = Client(repository)
    at = noon(LAST - 55 * DAY) + timedelta(hours=11, minutes=58)
    return repeated([*days(FIRST, STOPPED, 7), at], lambda moment: pulls(client, repository, moment), client)


def many_once(repository: str) -> list[Line]:
    """Each day another address looks `v1` up, once: nobody comes twice."""
    lines = used_until(repository, STOPPED, *digests(repository))
    for day in days(STOPPED):
        client = Client(repository)
        lines += repeated([day], lambda at, c=client: c.asks(at, "HEAD", T, digests(repository)[0]), client)
    return lines


def node_since(repository: str, day: date) -> list[Line]:
    """Its users come through a node of its own, which is heard until this day; others go on."""
    client = Client(repository, node=f"edge-{repository}")
    return repeated(days(FIRST, day), lambda at: pulls(client, repository, at), client)


def holes(repository: str) -> list[Line]:
    """A node that is heard for two days, and then silent for six, again and again."""
    client = Client(repository, node=f"shaky-{repository}")
    heard = [at for number, at in enumerate(days()) if number % 8 < 2]
    used = [at for at in heard if at.date() <= STOPPED]
    lines = repeated(used, lambda at: pulls(client, repository, at), client)
    beat = Client(f"{repository}-beat", node=client.node)
    return lines + repeated(heard, lambda at: beat.asks(at, "HEAD", "x", digest("x")), beat)


def interrupted_head(client: Client, name: str, at: datetime) -> None:
    """A HEAD that the client gave up (499)."""
    client.asks(at, "HEAD", T, status=499)


def ranges(client: Client, name: str, at: datetime) -> None:
    """A lazy client that fetches parts of a layer of `v1`, and no manifest."""
    client.blob(at, f"{digests(name)[1]}-layer-1", 200_000)
    client.lines[-1] |= {"status": "206", "range": "bytes=0-199999"}


def by_get_of_index_only(client: Client, name: str, at: datetime) -> None:
    """The index by its digest, nothing else."""
    client.asks(at, "GET", digests(name)[0])


DANGEROUS: Logs = {
    "docker looks up": daily(asks("HEAD")),
    "cri-o looks up": daily(asks("HEAD"), CRIO),
    "podman gets": daily(asks("GET"), PODMAN),
    "watchtower": daily(asks("HEAD"), WATCHTOWER),
    "renovate": daily(asks("GET"), RENOVATE),
    "unknown agent": daily(asks("GET"), UNKNOWN),
    "unknown agent refused": daily(asks("GET", 429), UNKNOWN),
    "no agent": daily(asks("HEAD"), "-"),
    "given up": daily(interrupted_head),
    "payment required": daily(asks("GET", 402)),
    "gone": daily(asks("GET", 410), CONTAINERD),
    "server error": daily(asks("GET", 500), CONTAINERD),
    "gateway timeout monthly": daily(asks("HEAD", 504), CONTAINERD, 28),
    "unauthorized podman": daily(asks("GET", 401), PODMAN),
    "not modified": daily(asks("GET", 304), CONTAINERD),
    "mirror refreshes": daily(asks("HEAD"), HARBOR),
    "mirror weekly": daily(pulls, HARBOR, 7),
    "apptainer": daily(pulls, APPTAINER, 14),
    "skopeo inspects": daily(asks("GET"), SKOPEO, 7),
    "crane digest": daily(asks("HEAD"), CRANE, 14),
    "opted out": hidden(dnt="1"),
    "opted out by gpc": hidden(gpc="1"),
    "quarantined status": hidden(status="two hundred"),
    "quarantined time": hidden(request_time="soon"),
    "quarantined method": hidden(method=""),
    "no token": no_token,
    "referrers asked": lambda name: referrers(name, 200),
    "referrers refused": lambda name: referrers(name, 429),
    "edge node gone": lambda name: node_since(name, date(2026, 10, 20)),
    "shaky node": holes,
    "before midnight": at_the_edge,
    "each day another": many_once,
    "parts of layers": daily(ranges),
    "index alone": daily(by_get_of_index_only, CONTAINERD, 7),
    "quarterly": seldom(date(2026, 7, 5), date(2026, 9, 20)),
    "moved lately": moved_lately,
}


def around(
    act: Callable[[Client, str, datetime], None], agent: str | None = None
) -> Callable[[str], list[Line]]:
    """The same as `daily`, where what happens is no use of `v1`."""
    return daily(act, agent)


def of_tag(tag: str, meaning: str = "next", status: int = 200) -> Callable[[Client, str, datetime], None]:
    """A pull of another tag, or a look-up in vain."""

    def act(client: Client, name: str, at: datetime) -> None:
        if status == 200:
            client.docker(at, tag, *digests(f"{name} {meaning}"))
        else:
            client.asks(at, "HEAD", tag, status=status)

    return act


def signed(client: Client, name: str, at: datetime) -> None:
    """The signature of what `v2` means."""
    index = digests(f"{name} next")[0]
    client.docker(at, "v2", index, digests(f"{name} next")[1])
    signature = f"{index.replace(':', '-')}.sig"
    client.asks(at + SECOND * 30, "GET", signature, digest(signature), kind=IMAGE)


def tag_list(client: Client, name: str, at: datetime) -> None:
    """All tags, by a tool."""
    client._add(at, "GET", "tags/list", 200)


def pushed(client: Client, name: str, at: datetime) -> None:
    """A nightly build of another tag."""
    client._add(at, "PUT", "manifests/nightly", 201, resp_digest=digest(f"{name} {at:%j}"))


def moves_daily(client: Client, name: str, at: datetime) -> None:
    """`edge` means another manifest every day."""
    client.docker(at, "edge", *digests(f"{name} {at:%Y-%m-%d}"))


def three_clients(repository: str) -> list[Line]:
    """Nothing but pulls until 10 September, of three clients."""
    lines = []
    for _ in range(3):
        client = Client(repository)
        lines += repeated(days(FIRST, STOPPED, 3), lambda at, c=client: pulls(c, repository, at), client)
    return lines


def until(agent: str | None, every: int = 1, last: date = STOPPED) -> Callable[[str], list[Line]]:
    """Somebody pulls `v1` until then, and nothing happens since."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository, agent)
        return repeated(days(FIRST, last, every), lambda at: pulls(client, repository, at), client)

    return lines


def refused_until(status: int) -> Callable[[str], list[Line]]:
    """Asked for in vain until 10 September, and never again."""

    def lines(repository: str) -> list[Line]:
        client = Client(repository)
        return used_until(repository, date(2026, 8, 1), *digests(repository)) + repeated(
            days(date(2026, 8, 1), STOPPED), lambda at: client.asks(at, "HEAD", T, status=status), client
        )

    return lines


def moved_then_stopped(repository: str) -> list[Line]:
    """`v1` moved in August; both meanings rest since September."""
    client = Client(repository)

    def act(at: datetime) -> None:
        client.docker(at, T, *digests(repository if at.month < 8 else f"{repository} moved"))

    return repeated(days(FIRST, STOPPED), act, client)


def opted_out_before(repository: str) -> list[Line]:
    """Some of the pulls until 10 September were by one who opted out."""
    client = Client(repository)
    made = repeated(days(FIRST, STOPPED), lambda at: pulls(client, repository, at), client)
    return made + [
        line | {"dnt": "1", "remote_addr": "198.18.250.250", "request_id": f"0{line['request_id'][1:]}"}
        for line in made[:60]
    ]


def looked_at_by_bots(repository: str) -> list[Line]:
    """A scanner and a browser look at `v1`, and are answered or not."""
    scanner = after(repository, lambda client, at: client.asks(at, "GET", T, digests(repository)[0]), TRIVY)
    return scanner + after(repository, lambda client, at: client.asks(at, "GET", T, status=403), BROWSER)


SAFE: Logs = {
    "podman until": until(PODMAN),
    "containerd until": until(CONTAINERD),
    "cri-o until": until(CRIO, 2),
    "mirror until": until(HARBOR, 7),
    "until 1 october": until(None, 1, date(2026, 9, 29)),
    "once in august": seldom(date(2026, 8, 3)),
    "twice in july": seldom(date(2026, 7, 3), date(2026, 7, 20)),
    "limited until": refused_until(429),
    "challenged until": refused_until(401),
    "missing until": refused_until(404),
    "v2 daily": around(of_tag("v2")),
    "v2 missing": around(of_tag("v2", status=404)),
    "v2 server error": around(of_tag("v2", status=503)),
    "v10 daily": around(of_tag("v10")),
    "v1 of another suffix": around(of_tag("v1-alpine")),
    "v1.2 daily": around(of_tag("v1.2")),
    "latest is another": around(of_tag("latest")),
    "v2 signed": around(signed, COSIGN),
    "tags listed": around(tag_list, CRANE),
    "nightly pushed": around(pushed),
    "edge moves": around(moves_daily),
    "three clients stopped": three_clients,
    "moved then stopped": moved_then_stopped,
    "opted out before": opted_out_before,
    # What these two use stays when the index of `v1` is deleted: a tag, or another index, names the image.
    "image tagged": child_tagged,
    "image of two indexes": two_indexes,
    "bots": looked_at_by_bots,
    "v2 by crane": around(of_tag("v2"), CRANE),
    "v2 by mirror": around(of_tag("v2"), HARBOR),
    "v2 by unknown agent": around(of_tag("v2"), UNKNOWN),
    "v2 by watchtower": around(
        lambda c, n, at: c.asks(at, "HEAD", "v2", digests(f"{n} next")[0]), WATCHTOWER
    ),
    "v2 limited podman": around(lambda c, n, at: c.asks(at, "GET", "v2", status=429), PODMAN),
}
