"""The format that a setting names."""

from __future__ import annotations

import json
from difflib import get_close_matches

from ingest.errors import ObjectError
from ingest.formats import ALIASES, BY_NAME
from ingest.formats.model import AnyFormat
from ingest.formats.own import FormatError, from_log_format, from_table

AUTO = "auto"


def parse(setting: str) -> AnyFormat | None:
    """The format of a setting; None for auto. Raises FormatError.

    `setting`: auto, the name of a format, an nginx log_format, or a table of JSON fields as `as_setting` has it.
    """
    name = setting.strip()
    if name == AUTO:
        return None
    if "$" in name:
        return from_log_format(setting)  # type: ignore[return-value]
    if name.startswith("{"):
        return from_table(**json.loads(name))
    name = name.lower().replace("_", "-")
    found = BY_NAME.get(ALIASES.get(name, name))
    if found is None:
        near = get_close_matches(name, [*BY_NAME, *ALIASES], n=1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        raise FormatError(
            f"there is no log format of this name{hint}. Use auto, a log_format of nginx, a table of pullhouse.toml,"
            f" or one of {', '.join(sorted([*BY_NAME, *ALIASES]))}"
        )
    return found


def as_setting(name: str, table: dict[str, str | list[str]]) -> str:
    """A table of JSON fields as one text, so that it may travel with an object."""
    return json.dumps({"name": name, "table": table})


def declared_format(setting: str, name: str) -> AnyFormat | None:
    """As `parse`, of the object `name`: raises ObjectError."""
    try:
        return parse(setting)
    except FormatError as error:
        raise ObjectError(name, f"its log format cannot be used: {error}", "docs/log-format.md.") from None
