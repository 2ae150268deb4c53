"""The recorded corpus, read for replaying: scenarios, what they did, and the image catalogue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "data" / "corpus"


class SampleError(RuntimeError):
    """The sample cannot be made; the text says what is missing and what to do."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What one client did once. `lines`: the recorded requests in the order they were written.

    `began_ms`: when its first request began (ms since 1970); `downloads`, `checks`: from truth.json.
    """

    id: str
    label: str
    downloads: int
    checks: int
    began_ms: int
    lines: tuple[dict[str, Any], ...]


def read_scenarios(corpus: Path, wanted: set[str]) -> dict[str, Scenario]:
    """Read the scenarios that are to be replayed, by id.

    Raises SampleError when the corpus is not there or lacks one of them, or when truth.json leaves its
    numbers open: what is replayed must have a known outcome.
    """
    try:
        truth = {entry["id"]: entry for entry in json.loads((corpus / "truth.json").read_text("utf-8"))}
        return {name: _read(corpus, truth[name]) for name in sorted(wanted)}
    except OSError as error:
        raise SampleError(
            f"The recorded corpus is not readable ({error.strerror}: {error.filename}). The sample is made"
            " from the files under tests/data/corpus of a full checkout."
        ) from error
    except KeyError as error:
        raise SampleError(f"{corpus / 'truth.json'} lacks the scenario or field {error}.") from error


def milliseconds(seconds: str | float) -> int:
    """A recorded time or duration in seconds as whole milliseconds, the precision of the log."""
    return round(float(seconds) * 1000)


def _read(corpus: Path, truth: dict[str, Any]) -> Scenario:
    if truth["downloads"] is None or truth["checks"] is None:
        raise SampleError(
            f"The outcome of scenario {truth['id']} is open in truth.json: it cannot be replayed."
        )
    text = (corpus / "scenarios" / f"{truth['id']}.jsonl").read_text("utf-8")
    lines = tuple(json.loads(line) for line in text.splitlines())
    began_ms = min(milliseconds(line["msec"]) - milliseconds(line["request_time"]) for line in lines)
    return Scenario(truth["id"], truth["label"], truth["downloads"], truth["checks"], began_ms, lines)
