"""What was lost of the lines that were read, and what to do against it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pipeline.lake.ledger import Load
from pipeline.tasks import added

# Reason of the quarantine → what to do.
ADVICE = {
    "missing_field": "log the field (docs/log-format.md)",
    "not_json": "log with escape=json (docs/log-format.md)",
    "no_format": "log one format to one file, and nothing but requests (docs/log-format.md)",
    "unterminated": "nothing: a last line that is only half written is read when it is whole",
    "wrong_type": "compare the fields with docs/log-format.md",
    "duplicate_key": "name each field once in the log_format",
    "time_past": "set the gateway's clock, or log seconds since 1970 as msec",
    "time_future": "set the gateway's clock, or log seconds since 1970 as msec",
}
OTHERWISE = "lake/quarantine has their numbers, lengths and shapes"
ADDRESS_ADVICE = (
    "log the client's address (realip, or $http_x_forwarded_for with TRUSTED_PROXIES; docs/log-format.md)"
)


@dataclass(frozen=True, slots=True)
class Losses:
    """Counts of lines: `lines` that are not blank, `requests` staged of them.

    `missing_fields` says of the lines that lack a required field which one; `without_address` are requests
    whose client nobody can tell.
    """

    lines: int = 0
    requests: int = 0
    quarantined: int = 0
    without_address: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    missing_fields: dict[str, int] = field(default_factory=dict)

    @property
    def quarantined_share(self) -> float:
        """Of the lines that are not blank."""
        return self.quarantined / self.lines if self.lines else 0.0

    @property
    def without_address_share(self) -> float:
        """Of the requests."""
        return self.without_address / self.requests if self.requests else 0.0


def of_loads(loads: Iterable[Load]) -> Losses:
    """What was lost of these loads."""
    known = list(loads)
    return Losses(
        lines=sum(load.line_count - load.skipped_count for load in known),
        requests=sum(load.staged_count for load in known),
        quarantined=sum(load.quarantined_count for load in known),
        without_address=sum(load.without_address_count for load in known),
        reasons=added(load.reasons for load in known),
        missing_fields=added(load.missing_fields for load in known),
    )


def of_summary(summary: dict[str, Any]) -> Losses:
    """What was lost of a run, by its sum (`tasks.total_loads`)."""
    return Losses(
        lines=summary["lines"] - summary["skipped"],
        requests=summary["staged"],
        quarantined=summary["quarantined"],
        without_address=summary["without_address"],
        reasons=summary["reasons"],
        missing_fields=summary["missing_fields"],
    )


def quarantine_text(losses: Losses) -> str:
    """The share and count of quarantined lines, by reason, and by the name of the field that they lack."""
    if not losses.quarantined:
        return "empty"
    reasons = ", ".join(_reason(reason, count, losses) for reason, count in _by_count(losses.reasons))
    return (
        f"{losses.quarantined:,} of {losses.lines:,} lines ({percent(losses.quarantined_share)}): {reasons}"
    )


def address_text(losses: Losses) -> str:
    """The share and count of requests without an address."""
    if not losses.without_address:
        return "none"
    share = percent(losses.without_address_share)
    return f"{losses.without_address:,} of {losses.requests:,} requests ({share})"


def warnings(losses: Losses, limit: float) -> list[str]:
    """A sentence with what to do for each share above `limit` (0 to 1)."""
    found = []
    if losses.quarantined_share > limit:
        advice = [f"{reason}: {ADVICE.get(reason, OTHERWISE)}" for reason, _ in _by_count(losses.reasons)]
        found.append(f"Lines were lost: {quarantine_text(losses)}. What to do: {'; '.join(advice)}.")
    if losses.without_address_share > limit:
        found.append(
            f"Clients without an address: {address_text(losses)}; they count as one client."
            f" What to do: {ADDRESS_ADVICE}."
        )
    return found


def percent(share: float) -> str:
    """A share that is neither 0 nor 1 never reads as if it were."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    return f"{min(share, 0.999) if share < 1 else 1:.1%}".replace("%", " %")


def _reason(reason: str, count: int, losses: Losses) -> str:
    fields = losses.missing_fields if reason == "missing_field" else {}
    named = ", ".join(f"{name} {missing:,}" for name, missing in _by_count(fields))
    return f"{reason} {count:,}" + (f" ({named})" if named else "")


def _by_count(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
