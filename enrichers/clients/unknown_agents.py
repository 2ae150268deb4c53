"""The pattern of a user agent that no rule knows: enough to write a rule, too little to know its sender.

Kept is the name of the first product, where it is one ("mirrorbot" of "mirrorbot/1.2 (+mailto:…)"); of all
else only the shape: letters become `a`, digits `0`, runs of either one of it.
"""

from __future__ import annotations

import re

import pandas as pd

from enrichers.clients.client import clean, rule_of

NONE, UNREADABLE = "(none)", "(unreadable)"

# A product's name is a short word before a version. Longer ones, or with digits, may be a machine's name, an
# address or a key; a lone word may be a person's.
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z-]{1,23}(?=/)", re.ASCII)
_LONGEST_PATTERN = 64
_SHAPES = (
    (re.compile(r"[^\W\d_]+"), "a"),
    (re.compile(r"\d+"), "0"),
    # What is neither letter, digit nor common punctuation is of no use to the author of a rule.
    (re.compile(r"[^a0 ./;:,()+_-]+"), "?"),
    # Versions, addresses and lists of any length look alike.
    (re.compile(r"(?:[a0]+[.:_-])+[a0]+"), "0.0"),
    (re.compile(r"(?:a0|0a)[a0]*"), "a0"),
)


def patterns(frame: pd.DataFrame) -> pd.Series[str]:
    """Patterns of distinct user agents.

    `frame`: user_agent (text or null). Returns text on the same index: null where a rule knows the agent,
    NONE where there is no user agent, UNREADABLE where it is over-long or not printable, else the pattern.
    """
    found = [None if rule_of(agent) else pattern_of(agent) for agent in frame["user_agent"]]
    return pd.Series(found, index=frame.index, dtype=object)


def pattern_of(agent: object) -> str:
    """The pattern of one user agent."""
    if not isinstance(agent, str) or agent in ("", "-"):
        return NONE
    text = clean(agent)
    if not text:
        return UNREADABLE
    product = _PRODUCT.match(text)
    name = product[0] if product else ""
    shape = text[len(name) :]
    for regex, replacement in _SHAPES:
        shape = regex.sub(replacement, shape)
    return f"{name}{shape}"[:_LONGEST_PATTERN].rstrip()
