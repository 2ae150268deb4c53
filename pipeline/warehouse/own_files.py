"""Files that a publisher writes by hand: events, bad tags and digests, the public totals of registries.

A wrong row is named and left out, and the rest goes on. That is why these files are no dbt seeds, of which
one wrong row stops the build. The models read what was understood, and refuse what only they can judge:
repositories that nobody ever asked for.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.lake import parquet
from pipeline.paths import REPOSITORY_ROOT
from pipeline.settings import Settings

# A calendar of a hundred years has fewer. Larger: whatever lies there by mistake is read into memory.
MOST_BYTES = 5_000_000
LONGEST_TEXT = 200
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Form:
    """What a file holds: its columns in order, of which `dates` are days and `numbers` whole numbers.

    `optional` may be empty. No two rows have the same `key`; without one, no two are alike.
    """

    name: str
    columns: tuple[str, ...]
    dates: tuple[str, ...]
    numbers: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """As the models see it."""
        kinds = dict.fromkeys(self.dates, pa.date32()) | dict.fromkeys(self.numbers, pa.int64())
        types = [(name, kinds.get(name, pa.string())) for name in self.columns]
        return pa.schema([("file", pa.string()), ("line_number", pa.int64()), *types])


EVENTS = Form("events", ("date", "repository", "kind", "label"), ("date",), optional=("repository",))
ADVISORIES = Form("advisories", ("published_on", "repository", "reference", "label"), ("published_on",))
TOTALS = Form(
    "registry_totals",
    ("observed_on", "registry", "repository", "definition", "total"),
    dates=("observed_on",),
    numbers=("total",),
    key=("observed_on", "registry", "repository"),
)
FORMS = (EVENTS, ADVISORIES, TOTALS)
PROBLEMS = pa.schema([("file", pa.string()), ("line_number", pa.int64()), ("problem", pa.string())])


class RowError(ValueError):
    """A row, or the whole file, that is left out; the text says what is wrong and what to write."""


def path_of(settings: Settings, form: Form) -> Path:
    """Where the file lies: as the setting of its name says, else in seeds/."""
    chosen: Path | None = getattr(settings, form.name)
    return chosen or REPOSITORY_ROOT / "seeds" / f"{form.name}.csv"


def write(settings: Settings) -> str:
    """Write what was understood of each file, and what was not, as Parquet for the models.

    Returns a digest of the files: another one means other figures of events or advisories, and no others.
    """
    digest = _digest(settings)
    problems: list[dict[str, Any]] = []
    for form in FORMS:
        rows: list[dict[str, Any]] = []
        for path in _paths_of(settings, form):
            understood, wrong = read(path, form)
            rows += understood
            problems += wrong
        _write(settings, form.name, rows, form.schema)
    _write(settings, "problems", problems, PROBLEMS)
    _written(settings).write_text(digest, "utf-8")
    return digest


def fingerprint(settings: Settings) -> str:
    """The digest of the files as they were last written for the models; before that, as they are."""
    written = _written(settings)
    return written.read_text("utf-8") if written.exists() else _digest(settings)


def read(path: Path, form: Form) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of a file, and its problems (file, line_number, problem), each of which left something out.

    A file that is not there has neither.
    """
    rows: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    seen: dict[tuple[Any, ...], int] = {}

    def refuse(line: int, reason: object) -> None:
        problems.append({"file": path.name, "line_number": line, "problem": str(reason)})

    if not path.exists():
        return rows, problems
    try:
        header, lines = _open(path, form)
        for number, line in enumerate(lines, start=2):
            try:
                row = _row(_cells(line), header, form)
                key = tuple(row[name] for name in form.key or form.columns) if row else ()
                if row and key in seen:
                    raise RowError(f"the same as line {seen[key]}: it counts once")
            except RowError as error:
                refuse(number, error)
                continue
            if row:
                seen[key] = number
                rows.append({"file": path.name, "line_number": number, **row})
    except RowError as error:
        refuse(1, error)
    return rows, problems


def _open(path: Path, form: Form) -> tuple[list[str], list[str]]:
    """Names of the columns, and the lines after them. RowError: nothing of the file can be used."""
    try:
        content = _content(path)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RowError("it is not written in UTF-8: nothing of it was used") from None
    except OSError as error:
        raise RowError(f"it cannot be read ({error.strerror}): nothing of it was used") from None
    if len(content) > MOST_BYTES:
        raise RowError(f"it is larger than {MOST_BYTES:,} bytes: nothing of it was used")
    first, *lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header = [name.strip().lower() for name in _cells(first)]
    missing = [name for name in form.columns if name not in header]
    if missing:
        raise RowError(
            f"the first line lacks {', '.join(missing)}: nothing of it was used; begin it with"
            f" {','.join(form.columns)}"
        )
    return header, lines


def _cells(line: str) -> list[str]:
    """The cells of one line: no text of these files has several, and a quotation mark that is not closed must
    not take the rows after it along."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        raise RowError(
            "a quotation mark is not closed on its line, or a cell is too long: write a text with quotation"
            ' marks as "so ""called"" text"'
        ) from None


def _row(cells: list[str], header: list[str], form: Form) -> dict[str, Any]:
    """The row by its columns; empty for an empty line."""
    if not any(cell.strip() for cell in cells):
        return {}
    if len(cells) != len(header):
        raise RowError(
            f"it has {len(cells)} cells instead of {len(header)}; write a text with a comma in quotation"
            " marks"
        )
    row: dict[str, Any] = {name: cells[header.index(name)].strip() for name in form.columns}
    for name, text in row.items():
        if not text and name not in form.optional:
            raise RowError(f"{name} is empty")
        if len(text) > LONGEST_TEXT or not text.isprintable():
            raise RowError(f"{name} is longer than {LONGEST_TEXT} characters, or not printable")
        if name in form.dates:
            row[name] = _date(name, text)
        if name in form.numbers:
            row[name] = _number(name, text)
    return row


def _date(name: str, text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise RowError(f"{name} is {text[:40]!r}: write a day that there is, as YYYY-MM-DD")


def _number(name: str, text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise RowError(f"{name} is {text[:60]!r}: write a whole number, without separators")


def _paths_of(settings: Settings, form: Form) -> list[Path]:
    """The file that a person writes; for totals, also what registries were asked."""
    return [path_of(settings, form), *([settings.totals_asked] if form is TOTALS else [])]


def _digest(settings: Settings) -> str:
    digest = hashlib.sha256()
    for form in FORMS:
        digest.update(form.name.encode())
        for path in _paths_of(settings, form):
            digest.update(_content(path) if path.is_file() else b"")
    return digest.hexdigest()


def _written(settings: Settings) -> Path:
    return settings.own_files / "digest"


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _write(settings: Settings, name: str, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
    parquet.write_rows(rows, schema, settings.own_files / f"{name}.parquet")
