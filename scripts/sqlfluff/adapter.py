"""What sqlfluff, which renders without dbt, takes for dbt's `adapter`: a dispatched macro becomes a call."""

from __future__ import annotations

from collections.abc import Callable


def dispatch(macro: str) -> Callable[..., str]:
    """The call of a function of the macro's name with the same arguments."""
    return lambda *arguments: f"{macro}({', '.join(str(argument) for argument in arguments)})"
