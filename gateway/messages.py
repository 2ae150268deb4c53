"""What nginx says while it serves, without the address and the request of the client that it says it of."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable

# A log that cannot be written is a message with every request.
AGAIN_S = 600.0
# 2026/11/20 10:00:00 [crit] 7#7: *39 open() "/logs/…" failed (…) while logging request, client: …, server: …
_LINE = re.compile(
    r"^\S+ \S+ \[(?P<level>\w+)\] \d+#\d+: (?:\*\d+ )?(?P<text>.*?)(?P<logging> while logging request)?"
    r"(?:, client: .*)?$"
)
# [lua] redis_routes.lua:77: say(): …, context: ngx.timer
_LUA = re.compile(r"^\[lua\] \S+ say\(\): (.*), context: ngx\.timer$")
# Errors of single connections are of this level, and not worth a word.
_CONNECTIONS = "crit"
_UNLOGGED = "requests are served and not logged: "


def tell(lines: Iterable[str], say: Callable[[str], None], now: Callable[[], float] = time.monotonic) -> None:
    """Say what concerns the gateway as a whole; that it cannot log, every AGAIN_S seconds at most.

    `lines`: nginx's standard error; `now`: a clock in seconds.
    """
    said: dict[str, float] = {}
    for line in lines:
        text = message(line.rstrip("\n"))
        if text.startswith(_UNLOGGED):
            if now() - said.get(text, -AGAIN_S) < AGAIN_S:
                continue
            said[text] = now()
        if text:
            say(text)


def message(line: str) -> str:
    """One line in words for a person; an empty text where it is about a single connection."""
    found = _LINE.match(line)
    if not found:
        return line
    if found["logging"]:
        return _UNLOGGED + found["text"]
    if found["level"] == _CONNECTIONS:
        return ""
    return _LUA.sub(r"\1", found["text"])
