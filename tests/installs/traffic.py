"""Traffic of three months on a few repositories; installs, versions and uniques are known by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.support.factories import CONTAINERD, DOCKER, IMAGE, Traffic, digest

Line = dict[str, Any]

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 1, 20), date(2026, 3, 12)
PODMAN = "containers/5.23.1 (github.com/containers/image)"
WOODPECKER = (
    "docker/27.3.1 go/go1.22.7 git-commit/41ca978 kernel/6.8.0 os/linux arch/amd64"
    " UpstreamClient(Woodpecker/3.0.1 (backend-docker))"
)
# The repository whose lines are compared with a brute-force count.
CROWD, WITH_GAP, INSTALLS, UNMET = "crowd/app", "gap/app", "installs/app", "unmet/app"
TWO_TAGS, THROTTLED, UNHEARD = "two-tags/app", "throttled/app", "unheard/app"
OLD, NEW = digest("installs 1.0.0"), digest("installs 1.1.0")
RELEASED = date(2026, 2, 20)


def moment(day: date, hour: int) -> datetime:
    """An hour of a day, UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def days(first: date, last: date) -> list[date]:
    """All days from the first to the last."""
    return [first + DAY * number for number in range((last - first).days + 1)]


def crowd() -> list[Line]:
    """Origins that come and go, two clients behind some addresses; each of them is there in February too."""
    random = Random(5)
    lines: list[Line] = []
    for number in range(16):
        traffic = Traffic(CROWD, f"198.51.100.{number // 2 * 2 + 1}", (DOCKER, CONTAINERD)[number % 2])
        active = {day for day in days(FIRST, LAST) if random.random() < 0.12}
        active.add(date(2026, 2, 1 + number))
        for day in sorted(active):
            traffic.manifest(moment(day, number + 1), "HEAD", "latest")
        lines += traffic.lines
    return _numbered(lines)


def with_gap() -> list[Line]:
    """One origin in January and March only: nothing can tie its two pseudonyms."""
    traffic = Traffic(WITH_GAP, "198.51.100.200")
    for day in (date(2026, 1, 31), date(2026, 3, 1)):
        traffic.manifest(moment(day, 12), "HEAD", "latest")
    return traffic.lines


def installs() -> list[Line]:
    """`latest` is 1.0.0 until 1.1.0 comes out on 20 February, 06:00.

    A takes both. B looks `latest` up every day at noon and takes nothing. C takes 1.0.0 on 1 February and
    is not heard of again; D takes 1.1.0 on the day it is out. A CI agent takes everything: no install.
    """
    lines: list[Line] = []
    nightly = [(day, "latest", OLD) for day in days(date(2026, 2, 1), date(2026, 2, 9))]
    for address, agent, taken in (
        ("203.0.113.1", DOCKER, [(date(2026, 2, 1), "latest", OLD), (RELEASED, "latest", NEW)]),
        ("203.0.113.3", DOCKER, [(date(2026, 2, 1), "1.0.0", OLD)]),
        ("203.0.113.4", DOCKER, [(RELEASED, "1.1.0", NEW)]),
        ("203.0.113.5", WOODPECKER, nightly),
    ):
        traffic = Traffic(INSTALLS, address, agent)
        for day, tag, meant in taken:
            pull(traffic, moment(day, 6), tag, meant)
        lines += traffic.lines
    watcher = Traffic(INSTALLS, "203.0.113.2")
    for day in days(date(2026, 2, 1), date(2026, 3, 5)):
        look_up(watcher, moment(day, 12), "latest", OLD if day < RELEASED else NEW)
    return lines + watcher.lines


def unmet() -> list[Line]:
    """`latest` exists; what else is asked for on 10 March does not, or is refused."""
    lines: list[Line] = []
    known = Traffic(UNMET, "203.0.113.20")
    pull(known, moment(date(2026, 3, 1), 6), "latest", OLD)
    at = moment(date(2026, 3, 10), 6)
    for number, agent, repository, asks in (
        (21, DOCKER, UNMET, [("HEAD", "lates", 404), ("GET", "lates", 404)]),
        (22, CONTAINERD, UNMET, [("HEAD", "lates", 404), ("HEAD", "lates", 404)]),
        (23, PODMAN, UNMET, [("GET", "1.0", 307)]),
        (24, DOCKER, UNMET, [("HEAD", "latest", 429)]),
        (25, CONTAINERD, UNMET, [("HEAD", "latest", 401), ("HEAD", "latest", 403)]),
        (26, CONTAINERD, UNMET, [("HEAD", "latest", 401)]),
        (27, DOCKER, "unmet/nothing", [("HEAD", "latest", 404), ("GET", "latest", 404)]),
    ):
        traffic = Traffic(repository, f"203.0.113.{number}", agent)
        for step, (method, tag, status) in enumerate(asks):
            traffic.manifest(at + timedelta(milliseconds=100 * step), method, tag, status=status)
        lines += traffic.lines
    return lines + known.lines


def two_tags() -> list[Line]:
    """One client takes 1.0.0 and, four seconds later, 1.1.0: once a day for sixteen days."""
    traffic = Traffic(TWO_TAGS, "203.0.113.40")
    for day in days(date(2026, 2, 10), date(2026, 2, 25)):
        pull(traffic, moment(day, 6), "1.0.0", OLD)
        pull(traffic, moment(day, 6) + timedelta(seconds=4), "1.1.0", NEW)
    return traffic.lines


def throttled() -> list[Line]:
    """A looks `latest` up on fourteen days and is refused the GET each time; B takes it once."""
    refused, served = Traffic(THROTTLED, "203.0.113.41"), Traffic(THROTTLED, "203.0.113.42")
    pull(served, moment(date(2026, 2, 10), 6), "latest", NEW)
    for day in days(date(2026, 2, 10), date(2026, 2, 23)):
        look_up(refused, moment(day, 8), "latest", NEW)
        refused.manifest(moment(day, 8) + timedelta(seconds=1), "GET", "latest", status=429)
    return refused.lines + served.lines


def unheard() -> list[Line]:
    """A node of its own: 1.0.0 until 12 February, nothing for a week, then 1.1.0; 1.2.0 the day after."""
    traffic = Traffic(UNHEARD, "203.0.113.43")
    for day in days(date(2026, 2, 6), date(2026, 2, 12)):
        look_up(traffic, moment(day, 6), "1.0.0", OLD)
    pull(traffic, moment(date(2026, 2, 20), 6), "1.1.0", NEW)
    pull(traffic, moment(date(2026, 2, 21), 6), "1.2.0", digest("unheard 1.2.0"))
    return [line | {"node": "gw-9"} for line in traffic.lines]


def pull(traffic: Traffic, at: datetime, tag: str, meant: str) -> None:
    """docker: HEAD of the tag, GET of the image it means, its blobs."""
    look_up(traffic, at, tag, meant)
    traffic.manifest(at + timedelta(milliseconds=20), "GET", meant, IMAGE)
    traffic.layers(at + timedelta(milliseconds=40), meant)


def look_up(traffic: Traffic, at: datetime, tag: str, meant: str) -> None:
    """A HEAD of a tag that the registry answers with this digest."""
    traffic.manifest(at, "HEAD", tag, IMAGE)
    traffic.lines[-1]["resp_digest"] = meant


def day_of(line: Line) -> date:
    """UTC day of a line."""
    return datetime.fromtimestamp(float(line["msec"]), UTC).date()


def _numbered(lines: list[Line]) -> list[Line]:
    """Two clients behind one address would have the same request ids."""
    return [line | {"request_id": f"{number:032x}"} for number, line in enumerate(lines)]
