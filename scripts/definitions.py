"""Render dbt_project/definitions/*.yml, where each published definition lives, into what dbt and readers use.

Usage: scripts/definitions.py. Writes the macro that dbt compiles and the table of docs/definitions.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, Field, StringConstraints

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "dbt_project" / "definitions"
MACROS = ROOT / "dbt_project" / "macros" / "pull_definitions.sql"
PAGE = ROOT / "docs" / "definitions.md"
HEADINGS = ("| id | version | whose | what it counts | where it is published |", "|---|---|---|---|---|")
BEGIN, END = "<!-- definitions -->", "<!-- end of definitions -->"

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Source(BaseModel, extra="forbid", strict=True):
    """Where a definition is published; a revision is the commit whose words are quoted."""

    document: Text
    url: Text | None
    revision: Text | None


class Definition(BaseModel, extra="forbid", strict=True):
    """One published definition: who says what, how we read it, and the query that counts it.

    The query reads `requests` and `sessions` (docs/definitions.md says what they hold), or a definition whose
    id comes before its own, and returns rows with pull_date, repository and pull_count, which are summed.
    """

    id: Name
    version: int = Field(ge=1)
    title: Text
    publisher: Text
    source: Source
    wording: Text
    formalisation: Text
    sql: Text


def read(folder: Path = FOLDER) -> list[Definition]:
    """Read every definition, by id. Raises ValueError for a file that is none, or is not named as its id."""
    definitions = []
    for path in sorted(folder.glob("*.yml")):
        definition = Definition.model_validate(yaml.safe_load(path.read_text("utf-8")))
        if definition.id != path.stem:
            raise ValueError(f"{path.name} defines {definition.id}: name the file as the id.")
        definitions.append(definition)
    return definitions


def macros(definitions: list[Definition]) -> str:
    """Text of the macros: the version of each definition by its id, and the queries as CTEs of that name."""
    versions = "\n".join(f"        '{entry.id}': {entry.version}," for entry in definitions)
    queries = ",\n\n".join(f"{entry.id} as (\n{_indented(entry.sql)}\n)" for entry in definitions)
    return (
        "{#- Made by `make definitions` from dbt_project/definitions/*.yml: change those, not this. -#}\n"
        "{% macro pull_definitions() %}\n"
        f"    {{{{ return({{\n{versions}\n    }}) }}}}\n"
        "{% endmacro %}\n\n"
        f"{{% macro pull_definition_queries() -%}}\n{queries}\n{{%- endmacro %}}\n"
    )


def page(definitions: list[Definition], text: str) -> str:
    """The page with its table made anew. Raises ValueError when the page has no place for it."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no place for the definitions: put {BEGIN} and {END} in it.")
    rows = [
        f"| `{entry.id}` | {entry.version} | {entry.publisher} | {entry.formalisation} | {_source(entry)} |"
        for entry in definitions
    ]
    table = "\n".join([*HEADINGS, *rows])
    wordings = "\n\n".join(
        f"**`{entry.id}`**, {entry.title}:\n\n```text\n{entry.wording}\n```" for entry in definitions
    )
    return f"{head}{BEGIN}\n{table}\n\n{wordings}\n{END}{tail}"


def main() -> None:
    """Write both."""
    definitions = read()
    MACROS.write_text(macros(definitions), "utf-8")
    PAGE.write_text(page(definitions, PAGE.read_text("utf-8")), "utf-8")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.splitlines())


def _source(entry: Definition) -> str:
    revision = f" ({entry.source.revision})" if entry.source.revision else ""
    link = f"[{entry.source.document}]({entry.source.url})" if entry.source.url else entry.source.document
    return link + revision


if __name__ == "__main__":
    main()
