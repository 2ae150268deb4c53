"""Clients that moved nowhere, were refused, or only pass images on: one repository each, in February 2026.

What each did is written here; what it is worth stands beside it, worked out by hand (`test_others.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.factories import CONTAINERD, DOCKER, IMAGE, INDEX, Traffic, digest

Line = dict[str, Any]
MONDAY = datetime(2026, 2, 2, tzinfo=UTC)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PODMAN = "containers/5.23.1 (github.com/containers/image)"
SKOPEO = "skopeo/1.16.1"
OLD, NEW, THIRD = "1.0.0", "1.1.0", "2.0.0"

# Repository → what is taken, and when since MONDAY; upgrades, downgrades; versions that run at the end.
Takes = list[tuple[timedelta, str]]
MOVES: dict[str, tuple[Takes, int, int, set[str]]] = {
    "three-at-once": (
        [
            (day * DAY + number * 3 * SECOND, tag)
            for day in range(10)
            for number, tag in enumerate((OLD, NEW, THIRD))
        ], 0, 0, {OLD, NEW, THIRD},
    ),
    "now-one-now-the-other-first": (
        [
            (day * DAY + number * 3 * SECOND, tag)
            for day in range(10)
            for number, tag in enumerate((OLD, NEW) if day % 2 else (NEW, OLD))
        ], 0, 0, {OLD, NEW},
    ),
    "once-a-week": (
        [
            (week * 7 * DAY + number * 4 * SECOND, tag)
            for week in range(5)
            for number, tag in enumerate((OLD, NEW))
        ], 0, 0, {OLD, NEW},
    ),
    "over-midnight": (
        [
            ((day + 1) * DAY + seconds * SECOND, tag)
            for day in range(10)
            for seconds, tag in ((-3, OLD), (3, NEW))
        ], 0, 0, {OLD, NEW},
    ),
    "two-jobs-a-night": (
        [(day * DAY + hour * HOUR, tag) for day in range(10) for hour, tag in ((1, OLD), (5, NEW))],
        0, 0, {OLD, NEW},
    ),
    "one-of-two-moves": (
        [
            (day * DAY + number * 4 * SECOND, tag)
            for day in range(10)
            for number, tag in enumerate((OLD, NEW if day < 5 else THIRD))
        ], 1, 0, {OLD, THIRD},
    ),
    "up": ([(day * DAY, OLD if day < 5 else NEW) for day in range(10)], 1, 0, {NEW}),
    "up-and-back": ([(day * DAY, NEW if 3 <= day < 6 else OLD) for day in range(9)], 1, 1, {OLD}),
}  # fmt: skip
# Repository → the answers after a look-up of `latest` that is answered: what is asked for, and the status.
REFUSED = {
    "limited-by-digest": (("digest", 429),),
    "forbidden": (("tag", 403),),
    "unavailable": (("digest", 503),),
    "gone": (("digest", 404),),
    "challenged": (("tag", 401),),
    "again-and-again": (("tag", 429), ("tag", 429), ("tag", 429)),
    "its-image-limited": (("digest", 200), ("image", 429)),
    "its-configuration-limited": (("digest", 200), ("blob", 429)),
}
# Repository → client: takes an image for three platforms every other day.
MIRRORS = {"by-containerd": CONTAINERD, "by-podman": PODMAN, "by-docker": DOCKER}
SCANNED = "by-skopeo"
REFUSED_DAYS = range(8, 22)
# Tags that there are; and what is asked for in vain → the nearest of them, at most one letter in three away.
TAGS = ("latest", "1.0.0", "stable", "2024.10.01")
NEAREST = {
    "lastest": "latest",
    "stabel": "stable",
    "v1.0.0": "1.0.0",
    "1.0.1": "1.0.0",
    "2024.10.02": "2024.10.01",
    "qwertyuiop": None,
    "9.9.9": None,
    "1.0": None,
    "LATEST": None,
    "stable-alpine": None,
    "x": None,
}
# Days for which a node wrote nothing.
HOLES = (5, 12, 20)


def address(number: int) -> str:
    """One for each client."""
    return f"198.18.{number // 250}.{number % 250 + 1}"


def pull(traffic: Traffic, at: datetime, tag: str) -> None:
    """HEAD of the tag, GET of the image that it means, its blobs."""
    look_up(traffic, at, tag)
    traffic.manifest(at + SECOND / 50, "GET", digest(f"{traffic.repository}:{tag}"), IMAGE)
    traffic.layers(at + SECOND / 25, f"{traffic.repository}:{tag}")


def look_up(traffic: Traffic, at: datetime, tag: str) -> None:
    """A HEAD that is answered."""
    traffic.manifest(at, "HEAD", tag, IMAGE)


def moves() -> list[Line]:
    """One docker on each repository of MOVES."""
    lines: list[Line] = []
    for number, (repository, (takes, *_)) in enumerate(MOVES.items()):
        traffic = Traffic(f"moves/{repository}", address(number))
        for since, tag in takes:
            pull(traffic, MONDAY + 6 * HOUR * (repository != "over-midnight") + since, tag)
        lines += traffic.lines
    return lines


def refused() -> list[Line]:
    """On each repository of REFUSED one that took the image on the 10th, and one that is refused it daily."""
    lines: list[Line] = []
    for number, (repository, asked) in enumerate(REFUSED.items()):
        served = Traffic(f"refused/{repository}", address(50 + number))
        pull(served, MONDAY + 8 * DAY, "latest")
        client = Traffic(f"refused/{repository}", address(100 + number))
        for day in REFUSED_DAYS:
            at = MONDAY + day * DAY + 8 * HOUR
            look_up(client, at, "latest")
            for turn, (what, status) in enumerate(asked, start=1):
                ask(client, at + turn * SECOND, what, status)
        lines += served.lines + client.lines
    return lines


def ask(client: Traffic, at: datetime, what: str, status: int) -> None:
    """A GET of what `latest` means, or of a part of it."""
    if what == "blob":
        client.blob(at, f"{client.repository} configuration", 150)
        client.lines[-1] |= {"status": str(status), "resp_digest": "", "resp_content_type": "text/html"}
        return
    meant = {
        "tag": "latest",
        "digest": digest(f"{client.repository}:latest"),
        "image": digest(client.repository),
    }
    client.manifest(at, "GET", meant[what], INDEX if what == "digest" else IMAGE, status)


def mirrors() -> list[Line]:
    """On each repository of MIRRORS a user, and a client that copies all; on another one that scans."""
    lines: list[Line] = []
    for number, (repository, agent) in enumerate((MIRRORS | {SCANNED: SKOPEO}).items()):
        user = Traffic(f"mirrors/{repository}", address(150 + number))
        pull(user, MONDAY, OLD)
        for day in range(1, 10):
            look_up(user, MONDAY + day * DAY, OLD)
        client = Traffic(f"mirrors/{repository}", address(200 + number), agent)
        for day in range(0, 8, 2):
            (scan if repository == SCANNED else copy)(client, MONDAY + day * DAY + 7 * HOUR, day)
        lines += user.lines + client.lines
    return lines


def scan(client: Traffic, at: datetime, _: int) -> None:
    """Twelve tags, and nothing of what they mean."""
    for number in range(12):
        client.manifest(at + 3 * number * SECOND, "GET", f"{number}.0.0", IMAGE)


def copy(client: Traffic, at: datetime, day: int) -> None:
    """A new index of three images, and all of them."""
    index, images = copied(client.repository, day)
    client.manifest(at, "HEAD", OLD, INDEX)
    client.lines[-1]["resp_digest"] = index
    client.manifest(at + SECOND / 10, "GET", index)
    for number, image in enumerate(images, start=1):
        client.manifest(at + number * SECOND / 5, "GET", image, IMAGE)
        client.layers(at + number * SECOND / 5 + SECOND / 20, image)


def copied(repository: str, day: int) -> tuple[str, list[str]]:
    """Index and images of a day."""
    return digest(f"{repository} {day}"), [digest(f"{repository} {day} {number}") for number in range(3)]


def catalogue() -> dict[str, Any]:
    """What a file says of the copied images."""
    found: dict[str, Any] = {}
    for name in MIRRORS:
        repository = f"mirrors/{name}"
        manifests: dict[str, Any] = {}
        for day in range(0, 8, 2):
            index, images = copied(repository, day)
            manifests[index] = {"index": images}
            for image, architecture in zip(images, ("amd64", "arm64", "s390x"), strict=True):
                manifests[image] = {
                    "platform": {"os": "linux", "architecture": architecture},
                    "config": digest(f"{image}-config"),
                    "layers": [digest(f"{image}-layer-1"), digest(f"{image}-layer-2")],
                }
        found[repository] = {"manifests": manifests}
    return found


def holes() -> list[Line]:
    """On nodes of their own: 1.0.0 for five days, nothing, then 1.1.0, and 2.0.0 the day after."""
    lines: list[Line] = []
    for number, silent in enumerate(HOLES):
        traffic = Traffic(f"holes/{silent}", address(220 + number))
        for day in range(5):
            look_up(traffic, MONDAY + day * DAY, OLD)
        pull(traffic, MONDAY + (5 + silent) * DAY, NEW)
        pull(traffic, MONDAY + (6 + silent) * DAY, THIRD)
        lines += [line | {"node": f"gw-{silent}"} for line in traffic.lines]
    return lines


def in_vain() -> list[Line]:
    """One takes all of TAGS on the 2nd; another asks for those of NEAREST two days later."""
    known, asking = Traffic("nearest/app", address(230)), Traffic("nearest/app", address(231))
    for number, tag in enumerate(TAGS):
        pull(known, MONDAY + number * HOUR, tag)
    for number, tag in enumerate(NEAREST):
        for turn, method in enumerate(("HEAD", "GET")):
            at = MONDAY + 2 * DAY + number * HOUR + turn * SECOND
            asking.manifest(at, method, tag, IMAGE, 404)
    return known.lines + asking.lines


def lines() -> list[Line]:
    """All of them."""
    return [*moves(), *refused(), *mirrors(), *holes(), *in_vain()]
