"""What `make status` prints: a table for a person, or JSON for a program."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

from pipeline.catalogue.registry import Unanswered
from pipeline.screens import losses
from pipeline.screens.status import BROKEN, LOOK, SourceStatus, Status
from pipeline.settings import Settings

STATES = {0: "well", LOOK: "look", BROKEN: "broken"}
SHOWN_REFUSED = 10


def show(status: Status, settings: Settings, now: datetime, console: Console) -> None:
    """Print the state for a person; `now` in UTC."""
    table = Table(title=f"Pullhouse in {settings.data}", title_justify="left", box=None, show_header=False)
    table.add_row("loaded", f"{status.loads:,} objects, {status.lines:,} lines")
    for source in status.sources:
        table.add_row(f"source {source.name}", _source(source, now))
    table.add_row("days without requests", _days(status.missing_days))
    table.add_row("quarantine", losses.quarantine_text(status.losses))
    table.add_row("without an address", losses.address_text(status.losses))
    table.add_row("refused objects", f"{len(status.refused):,}" if status.refused else "none")
    table.add_row("registry look-ups", _lookups(status.lookups, settings))
    table.add_row("loaded, not published", f"{status.unpublished_loads:,} objects")
    table.add_row("waiting at the sources", _waiting(status, settings))
    sizes = ", ".join(f"{name} {size / 1e6:,.1f} MB" for name, size in status.bytes_on_disk.items())
    table.add_row("on disk", sizes)
    table.add_row("next", status.next_step)
    console.print(table)
    for problem in status.problems:
        console.print(f"{'Broken' if problem.level == BROKEN else 'Look'}: {problem.text}")
    for refusal in status.refused[:SHOWN_REFUSED]:
        console.print(f"Refused since {refusal.since[:10]}: {refusal.reason}")
    if len(status.refused) > SHOWN_REFUSED:
        console.print(f"… and {len(status.refused) - SHOWN_REFUSED:,} more: make status ARGS=--json has all.")
    for text in status.left_out:
        console.print(f"Left out: {text}", markup=False)


def as_json(status: Status, settings: Settings) -> dict[str, Any]:
    """The state for a program; docs/operations.md names the keys, which stay."""
    return {
        "state": STATES[status.exit_code],
        "problems": [{"level": STATES[problem.level], "text": problem.text} for problem in status.problems],
        "data": str(settings.data),
        "loaded_objects": status.loads,
        "lines": status.lines,
        "quarantined_lines": status.losses.quarantined,
        "quarantined_share": status.losses.quarantined_share,
        "quarantine_reasons": status.losses.reasons,
        "missing_fields": status.losses.missing_fields,
        "requests_without_address": status.losses.without_address,
        "without_address_share": status.losses.without_address_share,
        "refused_objects": [
            {"source": one.source, "name": one.name, "reason": one.reason, "since": one.since}
            for one in status.refused
        ],
        "left_out_files": status.left_out,
        "sources": [_source_as_json(source) for source in status.sources],
        "days_without_requests": [str(day) for day in status.missing_days],
        "unpublished_objects": status.unpublished_loads,
        "waiting_objects": status.pending_objects,
        "failed_lookups": status.lookups.reasons,
        "bytes_on_disk": status.bytes_on_disk,
        "next_step": status.next_step,
    }


def _source_as_json(source: SourceStatus) -> dict[str, Any]:
    return {
        "name": source.name,
        "is_configured": source.is_configured,
        "objects": source.object_count,
        "last_logged_at": source.last_logged_at,
        "last_day": str(source.rhythm.last_day) if source.rhythm else None,
        "longest_gap_days": source.rhythm.longest_gap if source.rhythm else None,
        "is_silent": source.rhythm.is_silent if source.rhythm else False,
        "problem": source.problem,
    }


def _source(source: SourceStatus, now: datetime) -> str:
    if source.last_logged_at is None:
        return "has delivered no request yet"
    age = now.replace(tzinfo=None) - datetime.fromisoformat(source.last_logged_at)
    return f"delivered until {source.last_logged_at[:16]} UTC, {_age(age)} ago"


def _age(age: timedelta) -> str:
    hours = int(age.total_seconds() // 3600)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


def _days(days: list[date]) -> str:
    if not days:
        return "none"
    shown = ", ".join(str(day) for day in days[:5])
    return f"{len(days):,}: {shown}{' …' if len(days) > 5 else ''}"


def _waiting(status: Status, settings: Settings) -> str:
    if status.pending_objects is not None:
        return f"{status.pending_objects:,} objects"
    if settings.all_sources:
        return "not known"
    return "not known: no source of logs is configured; give LOGS=…, or [[sources]] in pullhouse.toml"


def _lookups(lookups: Unanswered, settings: Settings) -> str:
    """Also without a registry: what an earlier one failed to tell is still not known."""
    failed = sum(lookups.reasons.values())
    if not failed:
        return "none failed" if settings.registry else "no registry is configured; see docs/catalogue.md"
    given_up = f"; {lookups.given_up:,} of them will not be asked for again" if lookups.given_up else ""
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(lookups.reasons.items()))
    return f"{failed:,} failed: {reasons}{given_up}; see docs/catalogue.md"
