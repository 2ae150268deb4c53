"""When an origin acts: each kind yields the starts of its acts, in seconds since the first midnight UTC."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Protocol

from samples.span import DAY_S, DAYS, WEEKS

HOUR_S = 3600
SATURDAY = 5


class Behaviour(Protocol):
    """A habit in time."""

    def starts(self, shift_s: int, random: Random) -> Iterator[int]:
        """All starts. `shift_s`: what local time is ahead of UTC, in seconds.

        A start may fall outside the span (a western evening of the last day): the caller drops it.
        """
        ...


@dataclass(frozen=True, slots=True)
class Poll:
    """A timer: every `every_s` seconds, day and night, as exact as a timer is."""

    every_s: int

    def starts(self, shift_s: int, random: Random) -> Iterator[int]:
        """One start a period, never two in one."""
        phase = random.randrange(self.every_s // 4, self.every_s // 2)
        for period in range(DAYS * DAY_S // self.every_s):
            yield period * self.every_s + phase + random.randrange(self.every_s // 20)


@dataclass(frozen=True, slots=True)
class Nightly:
    """Once a night at the same local time, within a minute."""

    hour: int

    def starts(self, shift_s: int, random: Random) -> Iterator[int]:
        """One start a day."""
        minute_s = random.randrange(HOUR_S)
        for day in range(DAYS):
            yield day * DAY_S + self.hour * HOUR_S + minute_s + random.randrange(60) - shift_s


@dataclass(frozen=True, slots=True)
class Workdays:
    """Monday to Friday, in local office hours; `per_day` on average."""

    per_day: float

    def starts(self, shift_s: int, random: Random) -> Iterator[int]:
        """Any number of starts a working day, spread over it."""
        for day in range(DAYS):
            if day % 7 < SATURDAY:
                for _ in range(_whole(self.per_day, random)):
                    yield day * DAY_S + random.randrange(8 * HOUR_S, 18 * HOUR_S) - shift_s


@dataclass(frozen=True, slots=True)
class Anyday:
    """Irregularly, weekends too, between a local morning and midnight; `per_week` on average."""

    per_week: float

    def starts(self, shift_s: int, random: Random) -> Iterator[int]:
        """Any number of starts a week."""
        for week in range(WEEKS):
            for _ in range(_whole(self.per_week, random)):
                day = 7 * week + random.randrange(7)
                yield day * DAY_S + random.randrange(8 * HOUR_S, 24 * HOUR_S) - shift_s


@dataclass(frozen=True, slots=True)
class Rollout:
    """A fleet behind one address: once a week, `pulls` machines one after the other, minutes apart."""

    weekday: int
    pulls: int

    def starts(self, shift_s: int, random: Random) -> Iterator[int]:
        """`pulls` starts on that weekday, from ten o'clock local time."""
        for week in range(WEEKS):
            at = (7 * week + self.weekday) * DAY_S + 10 * HOUR_S + random.randrange(HOUR_S) - shift_s
            for _ in range(self.pulls):
                yield at
                at += random.randrange(200, 600)


def _whole(mean: float, random: Random) -> int:
    """A whole number with this mean."""
    return int(mean) + (random.random() < mean % 1)
