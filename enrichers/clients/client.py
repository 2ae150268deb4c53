"""Which client sent a request: a user agent in, name, version, category and machine out.

The rules are seeds/clients.csv: the first that matches decides. What a user agent does not say stays
null; nothing of its text comes out but a version of known form. Steps: unescape, strip docker's
backslashes, match (UpstreamClient(…) included, whatever is nested in it), read the tokens before it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from enrichers.clients.rules import ClientRule, client_rules, kernel_rules, platform_names

# The longest recorded one has 160 characters. A longer one than this is nobody's, and cutting it would
# lose the end, where docker names the program that gave the order.
LONGEST_AGENT = 1024

_HEX_ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")
_BACKSLASHES = re.compile(r"\\+(?=[();])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# A version counts first: a short number, with a short word right behind it at most ("2rc1"). What follows are
# short pieces, one sign between two: a longer one is a key or a digest (a commit has 12 digits, a time 14).
_COUNTED = r"\d{1,8}(?:[A-Za-z][0-9A-Za-z]{0,5})?(?:[.+~_-][0-9A-Za-z]{1,16})*"
_VERSION = re.compile(rf"\(?v?(?=[^)]{{1,64}}\)?$)({_COUNTED}|devel|dev)\)?", re.ASCII)
# An address with other signs than dots, which machines' names have: 203-0-113-7.
_DASHED_ADDRESS = re.compile(r"(?<!\d)\d{1,3}([-_])\d{1,3}\1\d{1,3}\1\d{1,3}(?!\d)", re.ASCII)
_TOKEN = re.compile(r" (os|arch|kernel)/(\S+)")
_UPSTREAM = "UpstreamClient("


class Client(NamedTuple):
    """What one user agent says; None where it does not.

    `engine_os`: of the machine where the requesting program runs. `client_os`: of the person's machine
    that gave the order. `architecture`: of the requesting machine (an image's may differ).
    """

    client_name: str | None = None
    client_version: str | None = None
    client_category: str | None = None
    engine_os: str | None = None
    client_os: str | None = None
    architecture: str | None = None
    kernel_hint: str | None = None


COLUMNS = list(Client._fields)
UNKNOWN = Client()


def classify(frame: pd.DataFrame) -> pd.DataFrame:
    """Attributes of distinct user agents.

    `frame`: user_agent (text or null; as JSON decoded it). Returns COLUMNS (text or null, dtype object)
    on the same index. Raises ReferenceDataError when the rules cannot be used.
    """
    rows = [describe(agent) for agent in frame["user_agent"]]
    return pd.DataFrame(rows, columns=COLUMNS, index=frame.index, dtype=object)


def describe(agent: object, rules: Sequence[ClientRule] | None = None) -> Client:
    """What one user agent says, by `rules` (default: the seed's)."""
    text = clean(agent)
    found = _match(text, client_rules() if rules is None else rules)
    if found is None:
        return UNKNOWN
    rule, groups = found
    tokens = dict(_TOKEN.findall(text.partition(_UPSTREAM)[0]))
    return Client(
        client_name=rule.client_name,
        client_version=_version(groups.get("version")),
        client_category=rule.client_category,
        engine_os=_platform("os", groups.get("engine_os") or tokens.get("os")),
        client_os=_platform("os", groups.get("client_os")),
        architecture=_platform("architecture", groups.get("architecture") or tokens.get("arch")),
        kernel_hint=_kernel_hint(tokens.get("kernel")),
    )


def rule_of(agent: object, rules: Sequence[ClientRule] | None = None) -> str | None:
    """The name of the rule (seeds/clients.csv) that decides on a user agent; None where none does."""
    found = _match(clean(agent), client_rules() if rules is None else rules)
    return found[0].rule if found else None


def clean(agent: object) -> str:
    """The user agent as its sender wrote it; empty where it is null, over-long or not printable.

    nginx writes `\\xHH` for bytes it escapes, docker a backslash before parentheses and semicolons;
    text that was copied twice carries more of both.
    """
    if not isinstance(agent, str) or len(agent) > LONGEST_AGENT:
        return ""
    text = agent
    for _ in range(2):
        text = _HEX_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    # Logstash keeps the quotes around a user agent.
    text = _BACKSLASHES.sub("", text).strip().strip('"')
    return "" if _CONTROL.search(text) else text


def _match(text: str, rules: Sequence[ClientRule]) -> tuple[ClientRule, Mapping[str, str | None]] | None:
    if not text:
        return None
    for rule in rules:
        found = rule.regex.match(text)
        if found:
            return rule, found.groupdict()
    return None


def _version(text: str | None) -> str | None:
    """As the client states it, without a leading v; None where it has not the form of a version."""
    found = _VERSION.fullmatch(text or "")
    return found[1] if found and not _DASHED_ADDRESS.search(found[1]) else None


def _platform(kind: str, text: str | None) -> str | None:
    return platform_names(kind).get(text.lower()) if text else None


def _kernel_hint(kernel: str | None) -> str | None:
    if not kernel:
        return None
    return next((rule.kernel_hint for rule in kernel_rules() if rule.regex.search(kernel)), None)
