"""Six machines take 1.0.0 on 1 June 2026; on the 10th it is known to be bad, and some of them leave it.

| machine | afterwards |
|---|---|
| 1, 2, 3 | take 1.0.1 on the 12th, the 15th and the 20th |
| 4 | looks 1.0.0 up every day until the 30th |
| 5 | is not heard of again |
| 6 | takes 1.0.0 by its digest, on the 1st and again on the 25th |

Twelve machines use two other images together, and three one of them alone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.installs.traffic import look_up, pull
from tests.support.factories import DOCKER, IMAGE, Traffic, digest

Line = dict[str, Any]
REPOSITORY, FIRST_IMAGE, SECOND_IMAGE = "exposure/app", "together/first", "together/second"
BAD, GOOD = digest("exposure 1.0.0"), digest("exposure 1.0.1")
PUBLISHED = date(2026, 6, 10)
ADVISORIES = f"""published_on,repository,reference,label
2026-06-10,{REPOSITORY},1.0.0,CVE-2026-1
2026-06-10,{REPOSITORY},{BAD},CVE-2026-1
2026-06-10,exposure/none,1.0.0,CVE-2026-1
2026-06-10,{REPOSITORY},,CVE-2026-2
2026-06,{REPOSITORY},1.0.0,CVE-2026-3
"""


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 6, day, hour, tzinfo=UTC)


def _by_digest(traffic: Traffic, day: int, wanted: str) -> None:
    traffic.manifest(_at(day, 5), "GET", wanted, IMAGE)
    traffic.layers(_at(day, 5), wanted)


def lines() -> list[Line]:
    """All of them."""
    machines = [Traffic(REPOSITORY, f"203.0.113.{number}", DOCKER) for number in range(190, 196)]
    for machine in machines[:5]:
        pull(machine, _at(1, 4), "1.0.0", BAD)
    for machine, day in zip(machines, (12, 15, 20), strict=False):
        pull(machine, _at(day, 4), "1.0.1", GOOD)
    for day in range(2, 31):
        look_up(machines[3], _at(day, 4), "1.0.0", BAD)
    for day in (1, 25):
        _by_digest(machines[5], day, BAD)
    for number in range(15):
        for image in (FIRST_IMAGE, SECOND_IMAGE)[: 2 if number < 12 else 1]:
            machine = Traffic(image, f"203.0.113.{200 + number}", DOCKER)
            look_up(machine, _at(3, number), "latest", digest(image))
            machines.append(machine)
    return [line for machine in machines for line in machine.lines]
