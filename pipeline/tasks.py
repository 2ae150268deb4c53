"""What the tasks of the DAGs share: errors that quote nothing, the window of a rebuild, the sum of loads."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ingest.errors import ObjectError
from pipeline.paths import REPOSITORY_ROOT

OUR_ROOMS = {"ingest", "enrichers", "pipeline", "dashboard", "dags"}
# They stand in every traceback, and nothing goes wrong in them.
GUARDS = {"safe_errors", "object_errors"}
LONGEST_WINDOW_DAYS = 3_660
COUNTS = (
    "objects",
    "already_loaded",
    "lines",
    "staged",
    "quarantined",
    "skipped",
    "opted_out",
    "without_address",
)


class StepError(RuntimeError):
    """A step failed in a way that nobody foresaw; says where, and withholds the text."""


class WindowError(ValueError):
    """The window of a rebuild is not one."""


@contextmanager
def safe_errors() -> Iterator[None]:
    """Let no error text out that may quote a log line, since a task's log keeps it for ever.

    Our own errors quote nothing (they are written so) and pass; so do the operating system's, which know a
    file and a reason. Of any other, only its type and the place are told: DuckDB and pandas quote values.
    Raises the same error, or StepError, without the errors that led to it.
    """
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] in OUR_ROOMS:
            raise error from None
        raise StepError(describe(error)) from None


def parse_window(params: dict[str, Any]) -> dict[str, Any]:
    """Turn the parameters `start`, `end` (yyyy-mm-dd or None) and `full` into arguments of `plan.write`.

    Raises WindowError when neither a whole window nor `full` is given, when it ends before it starts, when a
    date is not one, or when it is longer than ten years (a typing error).
    """
    full = bool(params.get("full"))
    start, end = _day("start", params.get("start")), _day("end", params.get("end"))
    if (start is None) != (end is None):
        raise WindowError("Only one end of the window is given: give both start and end, or full.")
    if start is None and not full:
        raise WindowError("No window is given: give start and end (yyyy-mm-dd), or full.")
    if start and end and not 0 <= (end - start).days < LONGEST_WINDOW_DAYS:
        raise WindowError(
            f"{start} to {end} is no window: end must not lie before start, nor ten years after."
        )
    return {"full": full, "start": start, "end": end}


def total_loads(summaries: list[dict[str, Any]], has_loads: bool = False) -> dict[str, Any]:
    """Add up what `load.load_group` returned for each group; `has_loads`: the ledger holds some already.

    Returns the counts, the reasons of refused objects and of quarantined lines, and the warnings, each once.
    Raises ObjectError when there were objects, none could be read, and there is nothing else to build from.
    """
    total: dict[str, Any] = {name: sum(summary[name] for summary in summaries) for name in COUNTS}
    refused = [reason for summary in summaries for reason in summary["refused"]]
    if refused and not has_loads and not total["objects"] and not total["already_loaded"]:
        raise ObjectError(
            f"all {len(refused)} objects",
            "none could be read: " + "; ".join(reason.rstrip(".") for reason in refused[:5]),
            "Each is tried again when it, or Pullhouse, has changed.",
        )
    warnings = dict.fromkeys(text for summary in summaries for text in summary["warnings"])
    return total | {
        "refused": refused,
        "rewritten": [name for summary in summaries for name in summary["rewritten"]],
        "warnings": list(warnings),
        "reasons": added(summary["reasons"] for summary in summaries),
        "missing_fields": added(summary["missing_fields"] for summary in summaries),
    }


def added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """The sum of counts by name, by name."""
    return dict(sorted(sum((Counter(each) for each in counts), Counter[str]()).items()))


def _day(name: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WindowError(f"{name} is not a date: write it as yyyy-mm-dd.") from None


def describe(error: Exception) -> str:
    """The type and place of an error that nobody foresaw; its text only where the system wrote it."""
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__}: {error.strerror}: {error.filename} ({_place(error)})"
    return f"{type(error).__name__} in {_place(error)}; its text is withheld, it may quote a log line"


def _place(error: Exception) -> str:
    """The innermost line of ours ("pipeline/lake/parquet.py:80"), else the innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename)) and frame.name not in GUARDS]
    innermost = (ours or list(frames))[-1]
    path = Path(innermost.filename)
    return f"{path.relative_to(REPOSITORY_ROOT) if _is_ours(path) else path.name}:{innermost.lineno}"


def _is_ours(path: Path) -> bool:
    return path.is_relative_to(REPOSITORY_ROOT) and path.relative_to(REPOSITORY_ROOT).parts[0] in OUR_ROOMS
