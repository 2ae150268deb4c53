"""Ten weeks from 4 May 2026: four downloads a day by twelve machines, and what a calendar says of them.

On Monday 29 June a talk doubles the downloads for a week; 1.1.0 comes out on 6 July, and five machines
take it. The calendar names the talk, an outage that was none, and rows that are wrong.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tests.installs.traffic import pull
from tests.support.factories import DOCKER, Traffic, digest

Line = dict[str, Any]
TALKED, RELEASED = "events/talked", "events/released"
BEGUN, TALK, RELEASE = date(2026, 5, 4), date(2026, 6, 29), date(2026, 7, 6)
DAYS = 70
CALENDAR = f"""date,repository,kind,label
2026-06-29,{TALKED},talk,"a talk, in a hall"
2026-06-08,{TALKED},outage,nothing happened
2026-06-31,{TALKED},talk,no such day
29.06.2026,{TALKED},talk,no such form
2026-06-29,events/tolked,talk,misspelt

2026-06-29,{TALKED},talk,"a talk, in a hall"
2026-06-29,*,post,went round
2026-06-29,{TALKED},talk
2026-06-29,{TALKED},,without a kind
"""

TOTALS = f"""observed_on,registry,repository,definition,total
2026-06-01,hub,{TALKED},pullhouse_downloads,1000
2026-06-08,hub,{TALKED},pullhouse_downloads,1056
2026-06-15,hub,{TALKED},pullhouse_downloads,"<html>"
2026-06-22,hub,{TALKED},pullhouse_downloads,900
2026-06-08,hub,{TALKED},pullhouse_downloads,1057
2026-06-08,quay,{TALKED},pulls_of_the_moon,1
"""


def downloads() -> Counter[date]:
    """Of what the talk was about: four a day, eight in the week after it, five on every other Friday."""
    counted: Counter[date] = Counter()
    for number in range(DAYS):
        day = BEGUN + timedelta(days=number)
        counted[day] = 8 if 0 <= (day - TALK).days < 7 else 5 if day.weekday() == 4 and number % 2 else 4
    return counted


def lines() -> list[Line]:
    """Both repositories."""
    written: list[Line] = []
    clients = [Traffic(TALKED, f"203.0.113.{number}", DOCKER) for number in range(150, 158)]
    for day, count in downloads().items():
        for number, client in enumerate(clients[:count]):
            at = datetime(day.year, day.month, day.day, 2 + number, tzinfo=UTC)
            pull(client, at, "latest", digest("talked"))
    written += [line for client in clients for line in client.lines]
    for number in range(8):
        client = Traffic(RELEASED, f"203.0.113.{160 + number}", DOCKER)
        for day, tag in ((date(2026, 7, 1), "1.0.0"), (RELEASE + timedelta(days=number), "1.1.0")):
            if tag == "1.0.0" or number < 5:
                at = datetime(day.year, day.month, day.day, 3, number, tzinfo=UTC)
                pull(client, at, tag, digest(f"{RELEASED} {tag}"))
        written += client.lines
    return written
