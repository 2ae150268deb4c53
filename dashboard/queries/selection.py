"""What a page shows: a range of days, an image, switches and filters; and the same as a WHERE clause."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from dashboard.queries.dimensions import DIMENSIONS, ORIGIN, expression

Switch = Literal["with", "without", "only"]
SWITCHES: tuple[Switch, ...] = ("with", "without", "only")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CONDITION = re.compile(r"(?P<dimension>\w+) (?P<word>is|is not): (?P<value>.+)", re.DOTALL)
_SWITCHED = {
    "ci": f"{expression('environment')} = 'ci'",
    "mirrors": "coalesce(is_lower_bound, false)",
    "pollers": f"{expression('access_pattern')} = 'polling'",
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter: "country_code is: DE", "tag is not: latest"."""

    dimension: str
    is_wanted: bool
    value: str

    def __str__(self) -> str:
        return f"{self.dimension} {'is' if self.is_wanted else 'is not'}: {self.value}"

    @staticmethod
    def parse(text: str) -> Condition:
        """The filter that a URL or a person wrote. Raises ValueError that says how to write it."""
        found = _CONDITION.fullmatch(text)
        if found is None:
            raise ValueError("a filter is written as “country_code is: DE” or “tag is not: latest”")
        if found["dimension"] not in (*DIMENSIONS, ORIGIN):
            raise ValueError(f"there is no dimension {found['dimension']}; there are {', '.join(DIMENSIONS)}")
        return Condition(found["dimension"], found["word"] == "is", found["value"])


@dataclass(frozen=True, slots=True)
class Selection:
    """The sessions that a page speaks of. `weekdays`: 1 is Monday, none means all."""

    first_day: date
    last_day: date
    repository: str | None = None
    weekdays: tuple[int, ...] = ()
    ci: Switch = "with"
    mirrors: Switch = "with"
    pollers: Switch = "with"
    conditions: tuple[Condition, ...] = field(default=())

    @property
    def day_count(self) -> int:
        """Days of the range, whatever their weekday."""
        return (self.last_day - self.first_day).days + 1

    @property
    def is_plain(self) -> bool:
        """Whether the period marts answer it: no filter but the image and the days."""
        return not self.conditions and (self.ci, self.mirrors, self.pollers) == ("with",) * 3

    def earlier(self, days: int) -> Selection:
        """The same that many days before."""
        shift = timedelta(days=days)
        return replace(self, first_day=self.first_day - shift, last_day=self.last_day - shift)

    def parameters(self) -> dict[str, object]:
        """The values of `days` and `sessions`, by the names that they have there."""
        values: dict[str, object] = {"first_day": self.first_day, "last_day": self.last_day}
        if self.weekdays:
            values["weekdays"] = list(self.weekdays)
        if self.repository is not None:
            values["repository"] = self.repository
        return values

    def session_parameters(self) -> dict[str, object]:
        """Those of `sessions`."""
        return self.parameters() | {
            name: [one.value for one in conditions] for name, conditions in self._grouped().items()
        }

    def days(self, column: str) -> str:
        """WHERE clause over a column of days."""
        clause = f"{column} between $first_day and $last_day"
        return f"{clause} and list_contains($weekdays, isodow({column}))" if self.weekdays else clause

    def sessions(self) -> str:
        """WHERE clause over fct_pulls: the days, the image, the switches and the filters."""
        clauses = [self.days("pull_date")]
        if self.repository is not None:
            clauses.append("repository = $repository")
        for name, clause in _SWITCHED.items():
            switch = getattr(self, name)
            if switch != "with":
                clauses.append(f"({clause})" if switch == "only" else f"not ({clause})")
        for name, conditions in self._grouped().items():
            negation = "" if conditions[0].is_wanted else "not "
            clauses.append(f"{negation}list_contains(${name}, {expression(conditions[0].dimension)})")
        return " and ".join(clauses)

    def _grouped(self) -> dict[str, list[Condition]]:
        """Filters by the name of their parameter: two values of one dimension are either of them."""
        groups: dict[str, list[Condition]] = {}
        for one in self.conditions:
            groups.setdefault(f"{one.dimension}_{'is' if one.is_wanted else 'is_not'}", []).append(one)
        return groups
