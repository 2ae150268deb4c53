"""The SQL that both fast scans share: when a row is beyond doubt, and its typed columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ingest.fields import COLUMNS, EARLIEST_US, FIELDS, LATEST_US

NUMBERS = [field for field in FIELDS if field.pattern and field.name != "msec"]
TEXTS = [field.name for field in FIELDS if not field.pattern]
_EMPTY_IS_TOLD = {field.name for field in FIELDS if field.is_empty_told}

# All texts of a row are looked at as one, each between two quotes. Odd is a control character; what may be
# an array, an object or NaN and no string; and what may be a number that DuckDB writes in its own way. An id
# of digits with one `e` in it is none of these: DuckDB writes one digit before an `e`, three behind at most.
ODD_TEXT = (
    r"[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]"
    r'|"[\[{]'
    r'|"-?(?:(?i:nan|inf|infinity)|[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9](?:\.[0-9]+)?[eE][+-]?[0-9]{1,3})"'
)


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def columns(skip: Iterable[str] = ()) -> dict[str, str]:
    """Columns of `lines` with their SQL over text columns of the same names, `logged_us` and `is_clean`."""
    return {name: typed(name, kind) for name, kind in COLUMNS.items() if name not in set(skip)}


def typed(name: str, kind: str) -> str:
    """SQL: the column of `lines` from the text column of the same name."""
    if name == "line_number":
        return name
    if name == "logged_at":
        return "case when is_clean then make_timestamp(logged_us) end"
    if name in _EMPTY_IS_TOLD:
        return f"nullif({name}, '-')"
    if kind == "VARCHAR":
        return f"nullif(nullif({name}, ''), '-')"
    return f"try_cast({name} as {kind})"


def is_clean(
    required: Iterable[str], number_patterns: dict[str, str], odd_text: str, texts: Collection[str] = TEXTS
) -> str:
    """SQL: nothing about the row asks for the strict reader.

    `number_patterns`: what the text of each number is like, one that may be missing with what stands for it.
    `texts`: the text columns that may hold anything.
    """
    present = " and ".join(f"{name} is not null" for name in required)
    numbers = " || ',' || ".join(f"coalesce({name}, '')" for name in number_patterns)
    together = f"'\"' || concat_ws('\"', {', '.join(texts)}) || '\"'" if texts else "''"
    odd = f"regexp_matches({together}, {quoted(odd_text)})"
    return (
        f"{present} and remote_addr not in ('', '-')"
        f" and regexp_full_match({numbers}, {quoted(','.join(number_patterns.values()))})"
        f" and not {odd}"
        f" and logged_us between {EARLIEST_US} and {LATEST_US - 1}"
    )
