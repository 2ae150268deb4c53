"""What a person must hear of without asking: the hourly look at one data directory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from enrichers.identity import KeyRing
from enrichers.reference.dataset import COLUMNS
from pipeline.lake.ledger import Ledger, Load
from pipeline.loading import pending
from pipeline.reference.refresh import STALE_DAYS
from pipeline.screens import losses, status
from pipeline.screens.status import Status
from pipeline.settings import Settings
from pipeline.watch import alerts, rhythm
from pipeline.watch.alerts import Trouble

# How far back lines are asked for their losses, and gaps are told of.
RECENT = timedelta(days=7)
# What expires once a day may be a day late.
GRACE = timedelta(days=1)
# Without a source of newer data only an upgrade helps: nobody wants to hear of that every month.
STALE_WITHOUT_SOURCE_DAYS = 365
LEAST_FREE_SHARE = 0.05
# No line is younger than its object, but for clocks that are not set by NTP to the second.
FAST_CLOCK = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Look:
    """What every check is given."""

    settings: Settings
    now: datetime
    status: Status
    loads: list[Load]


def look(settings: Settings, now: datetime) -> list[Trouble]:
    """Find the troubles and tell what is new of them; returns all. `now` in UTC; writes nothing but that.

    Raises LedgerError for a damaged ledger.
    """
    found = find(settings, now)
    alerts.tell(settings, found, now, kinds=CHECKS)
    return found


def find(settings: Settings, now: datetime) -> list[Trouble]:
    """Everything that is wrong now, each with what to do. Raises LedgerError."""
    loads = [load for load in Ledger(settings.loads).current if not pending.is_of_sample(load.object_name)]
    since = pending.lookback_start(now, settings)
    given = _Look(settings, now, status.read(settings, now, since), loads)
    return [Trouble(f"{kind}:{name}", text) for kind, check in CHECKS.items() for name, text in check(given)]


def _sources(look: _Look) -> Iterator[tuple[str, str]]:
    sources = look.status.sources
    for source in sources:
        for problem in status.problems_of_source(source, sources):
            yield f"{source.name} {problem.kind}", problem.text


def _gaps(look: _Look) -> Iterator[tuple[str, str]]:
    """Days that a source has passed over although it never passed over so many before."""
    for name in sorted({load.source for load in look.loads}):
        days = {date.fromisoformat(day) for load in look.loads if load.source == name for day in load.dates}
        for first, last in rhythm.unusual_gaps(days, look.now.date()):
            if look.now.date() - last <= RECENT:
                span = str(first) if first == last else f"{first} to {last}"
                yield (
                    f"{name} {first}",
                    f"Source {name} has no request of {span}, and never paused so long before. Was an object"
                    " lost, or the gateway down? Deliver what is missing: it may come late.",
                )


def _refused(look: _Look) -> Iterator[tuple[str, str]]:
    for name in sorted({refusal.source for refusal in look.status.refused}):
        reasons = [refusal.reason for refusal in look.status.refused if refusal.source == name]
        yield (
            name,
            f"Refused objects of source {name}: {len(reasons):,}; `make status` names them. The first:"
            f" {reasons[0]}",
        )


def _quarantine(look: _Look) -> Iterator[tuple[str, str]]:
    """By source, over the objects of the last days: among a year of good lines a bad day would drown."""
    earliest = (look.now - RECENT).timestamp() * 1e9
    recent = [load for load in look.loads if load.modified_ns >= earliest]
    for name in sorted({load.source for load in recent}):
        lost = losses.of_loads(load for load in recent if load.source == name)
        for warning in losses.warnings(lost, look.settings.quarantine_warning_share):
            kind = warning.partition(":")[0].lower()
            yield f"{name} {kind}", f"Source {name}, objects of the last {RECENT.days} days: {warning}"


def _clocks(look: _Look) -> Iterator[tuple[str, str]]:
    """By source, over the objects of the last days: a line that was logged after its object was written last.

    A clock that is slow cannot be told from a gateway at rest.
    """
    earliest = (look.now - RECENT).timestamp() * 1e9
    recent = [load for load in look.loads if load.last_logged_at and load.modified_ns >= earliest]
    for name in sorted({load.source for load in recent}):
        ahead, load = max(
            ((_ahead(load), load) for load in recent if load.source == name), key=lambda pair: pair[0]
        )
        if ahead > FAST_CLOCK:
            yield (
                name,
                f"Source {name}: the times of its lines are up to {ahead / timedelta(minutes=1):,.0f} minutes"
                f" ahead of {load.object_name}, which holds them. Either a clock is wrong (set it by NTP), or"
                " the log has local time without its zone: requests fall into wrong hours and days.",
            )


def _ahead(load: Load) -> timedelta:
    """By how much the youngest line is younger than the object."""
    youngest = datetime.fromisoformat(str(load.last_logged_at)).replace(tzinfo=UTC)
    return youngest - datetime.fromtimestamp(load.modified_ns / 1e9, UTC)


def _reference(look: _Look) -> Iterator[tuple[str, str]]:
    sourced = {source.dataset for source in look.settings.reference_sources}
    for name in COLUMNS:
        dates = sorted(path.name for path in (look.settings.reference / name).glob("[0-9]*"))
        age = (look.now.date() - date.fromisoformat(dates[-1])).days if dates else 0
        if age > (STALE_DAYS if name in sourced else STALE_WITHOUT_SOURCE_DAYS):
            yield (
                name,
                f"The reference data {name} is {age} days old: what it says of new requests may be wrong."
                " Look at the DAG refresh_reference_data and at docs/reference-data.md.",
            )


def _personal_data(look: _Look) -> Iterator[tuple[str, str]]:
    settings, overdue = look.settings, look.now - GRACE
    advice = "Look at the DAG expire_personal_data, or run `make expire`."
    if settings.keys.exists():
        dead = KeyRing(settings.keys, settings.identity_epoch).expired(overdue)
        if dead:
            yield "keys", f"Identity keys past their date are still there: {', '.join(dead)}. {advice}"
    until = (overdue - timedelta(days=settings.landing_days)).timestamp()
    landed = [path for path in settings.landing.rglob("*") if path.is_file() and path.stat().st_mtime < until]
    if landed:
        yield (
            "landing",
            f"Objects in landing/ past their {settings.landing_days} days: {len(landed):,}. {advice}",
        )


def _disk(look: _Look) -> Iterator[tuple[str, str]]:
    usage = shutil.disk_usage(look.settings.data)
    needed = sum(look.status.bytes_on_disk[name] for name in status.FILES if name.endswith(".duckdb"))
    if usage.free < max(needed, LEAST_FREE_SHARE * usage.total):
        yield (
            "nearly full",
            f"The disk of the data directory has {usage.free / 1e9:,.1f} GB left; a build may need"
            f" {needed / 1e9:,.1f} GB. Make room, or shorten landing_days.",
        )


CHECKS: dict[str, Callable[[_Look], Iterator[tuple[str, str]]]] = {
    "source": _sources,
    "gap": _gaps,
    "refused": _refused,
    "quarantine": _quarantine,
    "clock": _clocks,
    "reference": _reference,
    "personal data": _personal_data,
    "disk": _disk,
}
