"""The maps of nginx that say where a request goes, made from the settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set

from gateway.settings import MODES, Place, Rule, Settings

# What names no repository (pings, tokens) goes where the rule "*" leads, and has no name to change.
ROOT = "root"
# A request of a token, up to the repository in its scope, and what is to be done there; both may be encoded.
_SCOPE = r"^/gateway/token\?(?:[^#]*&)?scope=repository(?::|%3A)"
_ACTIONS = r"(?<asked_actions>(?:[a-z*,]|%2C)+)"
_PARTS = 8
_OWN_WORD = re.compile(r"^(?=(?:default|hostnames|include|volatile)$)")
_BACKSLASH = r"\\"


def maps(settings: Settings, down: Set[str] = frozenset()) -> str:
    """The maps, as text for nginx's http block.

    `down`: names of registries that do not answer. Where one has a fallback, the fallback is asked (and
    clients are redirected there), as if it were the only registry.
    """
    written = [(f"r{number}", _swapped(rule, down)) for number, rule in enumerate(settings.rules)]
    rules = written + _free(settings)
    return "\n".join(
        [
            _map("$repository", "$written_rule", _which(written), "none"),
            *_chosen(settings),
            _map("$rule", "$redirect_mode", _modes(rules), "none"),
            *_place(rules, "first", lambda rule: rule.first, "$own_credentials"),
            *_place(rules, "second", lambda rule: rule.fallback, ""),
            *_tokens(settings, rules),
            _map("$http_user_agent", "$follows_redirects", _followers(settings), "no"),
            _map("$request_uri", "$file", _files(settings), ""),
        ]
    )


def _free(settings: Settings) -> list[tuple[str, Rule]]:
    """A rule for each registry and mode, under names by which a route of Redis takes one of them."""
    if not settings.redis:
        return []
    return [
        (f"{registry.name}|{mode}", Rule("", Place(registry, None), None, mode))
        for registry in settings.registries
        for mode in MODES
    ]


def _chosen(settings: Settings) -> list[str]:
    """The rule that counts, and the repository's name in its registry, where the rule does not change it."""
    routed = "$routed_rule" if settings.redis else ""
    return [
        _map(routed, "$rule", [("", "$written_rule")], routed),
        _map(routed, "$named_repository", [("", "$repository")], "$routed_repository" if routed else ""),
    ]


def _swapped(rule: Rule, down: Set[str]) -> Rule:
    if rule.fallback and rule.first.registry.name in down and rule.fallback.registry.name not in down:
        return Rule(rule.pattern, rule.fallback, None, rule.redirect)
    return rule


def _everything(rules: list[tuple[str, Rule]]) -> str | None:
    return next((name for name, rule in rules if rule.pattern == "*"), None)


def _which(rules: list[tuple[str, Rule]]) -> Iterable[tuple[str, str]]:
    """nginx looks for a whole name first, then tries regular expressions in their order."""
    yield "", ROOT
    for name, rule in rules:
        yield (f"~^{re.escape(rule.prefix)}" if rule.prefix is not None else rule.pattern), name


def _tokens(settings: Settings, rules: list[tuple[str, Rule]]) -> list[str]:
    """The maps of token services: the gateway stands before all of them, so that a client knows one only.

    A token that a client has fetched through the gateway is worth something at a registry with a token
    service only. Elsewhere it is taken away, since it would be refused there.
    """
    tokens = [(name, rule.first.registry) for name, rule in rules if rule.first.registry.token]
    tokens += [(ROOT, registry) for name, registry in tokens if name == _everything(rules)]
    return [
        _map("$rule", "$first_token", ((name, registry.token or "") for name, registry in tokens), ""),
        _map("$rule", "$first_service", ((name, registry.service or "") for name, registry in tokens), ""),
        _map("$request_uri", "$scope_repository", _scopes(), ""),
        _map(
            "$request_uri", "$scope_actions", [(f"~*{_SCOPE}[^&]+(?::|%3A){_ACTIONS}", "$asked_actions")], ""
        ),
        _map(
            "$authorization_kind:$first_token",
            "$sent_kind",
            [("bearer:", "none")] if settings.demands_tokens else [],
            "$authorization_kind",
        ),
        _map("$sent_kind", "$own_credentials", [("none", "")], "$http_authorization"),
    ]


def _scopes() -> Iterable[tuple[str, str]]:
    """The repository of a scope; nginx decodes no argument, so each number of parts has its pattern."""
    for count in range(1, _PARTS + 1):
        parts = [f"scope_{count}_{number}" for number in range(count)]
        name = "(?:/|%2F)".join(f"(?<{part}>[a-z0-9._-]+)" for part in parts)
        yield f"~*{_SCOPE}{name}(?::|%3A)", "/".join(f"${part}" for part in parts)


def _modes(rules: list[tuple[str, Rule]]) -> Iterable[tuple[str, str]]:
    """A client cannot be sent to where the gateway's own credentials are needed: it does not have them."""
    for name, rule in rules:
        if not rule.first.registry.authorization:
            yield name, rule.redirect


def _place(
    rules: list[tuple[str, Rule]], order: str, place: Callable[[Rule], Place | None], authorization: str
) -> list[str]:
    """The maps of a registry's address, of the path there and of the credentials sent there."""
    found = [(name, rule, where) for name, rule in rules if (where := place(rule))]
    root = [(ROOT, where) for name, _, where in found if name == _everything(rules)]
    named = [(name, where) for name, _, where in found] + root
    return [
        _map("$rule", f"${order}_registry", ((name, where.registry.url) for name, where in named), ""),
        _map("$rule:$repository", f"${order}_repository", _renamed(found, order), "$named_repository"),
        _map("$rule", f"${order}_uri", [(ROOT, "$request_uri")], f"/v2/${order}_repository$rest"),
        _map(
            "$rule",
            f"${order}_authorization",
            ((name, where.registry.authorization) for name, where in named if where.registry.authorization),
            authorization,
        ),
    ]


def _renamed(found: list[tuple[str, Rule, Place]], order: str) -> Iterable[tuple[str, str]]:
    for name, rule, where in found:
        if where.repository is None:
            continue
        if rule.prefix is None:
            yield f"{name}:{rule.pattern}", where.repository
        else:
            below = f"{order}_below_{name}"
            yield f"~^{name}:{re.escape(rule.prefix)}(?<{below}>.+)$", f"{where.repository[:-1]}${below}"


def _followers(settings: Settings) -> Iterable[tuple[str, str]]:
    for client in settings.clients:
        answer = client.redirected
        if answer == "ping":
            answer = "ping" if settings.is_transparent and settings.everything_else else "yes"
        yield f"~{client.user_agent}", answer


def _files(settings: Settings) -> Iterable[tuple[str, str]]:
    """Downloads that are no images. The path as it came: a decoded one could break the header in two."""
    for number, (path, url) in enumerate(settings.files):
        yield f"~^{re.escape(path)}(?<file_{number}>[^?#]+)", f"{url}$file_{number}$is_args$args"


def _map(source: str, target: str, entries: Iterable[tuple[str, str]], default: str) -> str:
    """One map. A repository may be named like one of nginx's own words: a backslash makes it a name again."""
    lines = [f'    map "{source}" {target} {{', f'        default "{default}";']
    lines += [f'        "{_OWN_WORD.sub(_BACKSLASH, key)}" "{value}";' for key, value in entries]
    return "\n".join([*lines, "    }", ""])
