"""Ask registries for their public totals of pulls, where that was configured: off by default.

What is learned is a line of the same form as `seeds/registry_totals.csv`: the models know one kind of total.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from pipeline.catalogue.registry_client import (
    ANSWER_S,
    CONNECT_S,
    READ_S,
    LookUpError,
    is_certificate,
    read_body,
)
from pipeline.settings import Settings, TotalSource
from pipeline.warehouse.own_files import TOTALS


class TotalError(RuntimeError):
    """A registry gave no total; the text says why, and quotes nothing of its answer."""


def ask(settings: Settings, today: date) -> dict[str, Any]:
    """Ask each configured registry once a day, and keep the answers.

    Returns how many totals were learned, and the registries and repositories that gave none, with the reason.
    All of it stands in `registry_totals` of the data directory: a gap has a reason too.
    """
    path = settings.totals_asked
    known = _known(path)
    wanted = [
        one
        for one in settings.registry_totals_urls
        if (str(today), one.registry, one.repository) not in known
    ]
    failed: dict[str, str] = {}
    lines: list[list[str]] = []
    for one in wanted:
        try:
            total = str(read(one))
        except TotalError as error:
            failed[f"{one.registry} {one.repository}"] = total = str(error)
        lines.append([str(today), one.registry, one.repository, one.definition, total])
    _append(path, lines)
    return {"asked": len(wanted), "learned": len(wanted) - len(failed), "failed": failed}


def read(source: TotalSource) -> int:
    """The total that a registry publishes of one repository. Raises TotalError."""
    deadline = time.monotonic() + ANSWER_S
    with _as_total_error(), httpx.Client(timeout=httpx.Timeout(READ_S, connect=CONNECT_S)) as client:
        headers = {"accept": "application/json", "user-agent": "pullhouse (registry totals)"}
        with client.stream("GET", source.url, headers=headers, follow_redirects=False) as answer:
            if answer.status_code != 200:
                raise TotalError(f"the registry answered {answer.status_code}")
            body = read_body(answer, deadline)
            kind = answer.headers.get("content-type", "")
    if "html" in kind or body.lstrip().startswith(b"<"):
        raise TotalError("the registry answered with an HTML page")
    return _number(body, source.field)


def _number(body: bytes, field: str) -> int:
    try:
        value: Any = json.loads(body)
        for name in field.split("."):
            value = value[name]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise TotalError(f"the registry's answer has no field {field}") from None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TotalError(f"the field {field} of the registry's answer is no whole number")
    return value


@contextmanager
def _as_total_error() -> Iterator[None]:
    try:
        yield
    except LookUpError:
        raise TotalError("the registry's answer is too long, or too slow") from None
    except httpx.TimeoutException:
        raise TotalError("the registry did not answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        if is_certificate(error):
            raise TotalError("the registry's certificate is refused: has it run out?") from None
        raise TotalError("the registry cannot be reached, or its answer broke off") from None


def _known(path: Path) -> set[tuple[str, ...]]:
    if not path.exists():
        return set()
    with path.open(encoding="utf-8", newline="") as file:
        return {tuple(row[:3]) for row in csv.reader(file)}


def _append(path: Path, lines: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(TOTALS.columns), *lines] if is_new else lines)
