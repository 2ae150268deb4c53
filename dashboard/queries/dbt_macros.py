"""SQL of the dbt project's macros: the page counts by the very text that made the marts, and by no copy.

Of dbt's own words, such a macro may use `return` and `adapter.dispatch` only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, StrictUndefined
from jinja2.environment import TemplateModule

MACROS = Path(__file__).resolve().parents[2] / "dbt_project" / "macros"


class _Returned(Exception):
    """How a macro of dbt's gives back a value that is no text."""

    def __init__(self, value: object) -> None:
        self.value = value


def rendered(name: str, **arguments: object) -> str:
    """The SQL that the macro writes. Raises AttributeError where there is no such macro."""
    return str(_macro(name)(**arguments)).strip()


def returned(name: str) -> object:
    """What the macro gives back by `return`. Raises TypeError for one that writes SQL."""
    try:
        _macro(name)()
    except _Returned as found:
        return found.value
    raise TypeError(f"The macro {name} returns nothing: it is rendered.")


def _macro(name: str) -> Callable[..., object]:
    found: Callable[..., object] = getattr(_module(), name)
    return found


@lru_cache(maxsize=1)
def _module() -> TemplateModule:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(MACROS.rglob("*.sql")))
    # This is SQL: escaped as HTML, "<" would be another text.
    environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined, autoescape=False)  # noqa: S701
    adapter = SimpleNamespace(dispatch=_for_duckdb)
    return environment.from_string(text, globals={"return": _give_back, "adapter": adapter}).module


def _for_duckdb(name: str, project: str | None = None) -> Callable[..., object]:
    """The dispatched macro as DuckDB, which reads the published file, needs it."""
    return _macro(f"duckdb__{name}" if hasattr(_module(), f"duckdb__{name}") else f"default__{name}")


def _give_back(value: object) -> None:
    raise _Returned(value)
