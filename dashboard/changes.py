"""How much more it is now, in words."""

from __future__ import annotations


def percent(now: float | None, then: float | None) -> str | None:
    """How much more it is now, as "+12.5 %". None where one is missing or there was nothing."""
    if now is None or not then:
        return None
    return f"{(now - then) / then:+.1%}".replace("%", " %")
