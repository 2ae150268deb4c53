"""gateway.toml as values: which registries there are, and which one serves a repository.

Whatever is wrong with the file is collected and said at once, each problem with the place where it stands.
All values end up in nginx's configuration, so each one has a grammar without nginx's own signs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.clients import Client, read_clients

MODES = ("none", "blobs", "all")
NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")
URL = re.compile(r"^https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$")
LOCALHOST = re.compile(r"^https?://localhost(?::|$)")
TOKEN_URL = re.compile(r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w./~-]*)?$")
FILES_URL = re.compile(r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?/([\w./~-]*/)?$")
FILES_PATH = re.compile(r"^/(?!v2/|gateway/)([\w.~-]+/)+$")
# The distribution specification's grammar of a repository's name.
REPOSITORY = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
PATTERN = re.compile(rf"^(?:\*|{REPOSITORY}(?:/\*)?)$")
LISTEN = re.compile(r"^(?:(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\]|\*):)?\d{1,5}$")
RESOLVER = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:]+\])(?::\d{1,5})?$")
ADDRESS = re.compile(r"^(?P<host>[A-Za-z0-9.-]+):(?P<port>\d{1,5})$")
PASSWORD = re.compile(r"^[A-Za-z0-9+/=._~-]+$")
KEY = re.compile(r"^[\w:./-]+$")
FILE = re.compile(r"^/[\w./-]+$")
ABSOLUTE = "a path that begins with / and has letters, digits, _ . - only"
HEADER = re.compile(r"^(?:Basic|Bearer) [A-Za-z0-9+/=._~-]+$")
SERVICE = re.compile(r"^[\w.:/-]+$")
USER_AGENT = re.compile(r'^\^[^"$\\\n{};]+$')


class SettingsError(ValueError):
    """What is wrong with a file of settings: one line for each problem."""


@dataclass(frozen=True)
class Registry:
    """A registry: scheme and host, its token service if it demands tokens, a header to send in any case."""

    name: str
    url: str
    token: str | None = None
    service: str | None = None
    authorization: str | None = None


@dataclass(frozen=True)
class Place:
    """Where a repository lies: a registry, and its name there (None: the name that was asked for)."""

    registry: Registry
    repository: str | None


@dataclass(frozen=True)
class Rule:
    """Repositories that are served alike: one name, all below a prefix (`team/*`), or all (`*`)."""

    pattern: str
    first: Place
    fallback: Place | None
    redirect: str

    @property
    def prefix(self) -> str | None:
        """`team/` of `team/*`, the empty text of `*`; None where the pattern is one repository."""
        return self.pattern[:-1] if self.pattern.endswith("*") else None


@dataclass(frozen=True)
class Redis:
    """Where routes come from beside gateway.toml: a hash of that name (templates/redis_routes.lua)."""

    host: str
    port: int
    key: str = "gateway:routes"
    password: str = ""


@dataclass(frozen=True)
class Settings:
    """All of gateway.toml. `rules`: as nginx tries them, one repository first, then the longest prefix."""

    listen: str
    logs: str
    resolver: str
    rules: tuple[Rule, ...]
    registries: tuple[Registry, ...]
    clients: tuple[Client, ...]
    files: tuple[tuple[str, str], ...] = ()
    certificate: str | None = None
    certificate_key: str | None = None
    trusted_certificates: str | None = None
    user: str | None = None
    slow_after_s: int = 10
    check_every_s: int = 5
    redis: Redis | None = None
    log_days: int | None = None

    @property
    def demands_tokens(self) -> bool:
        """Whether any registry has a token service: then the gateway answers pings and passes tokens on."""
        return any(registry.token for registry in self.registries)

    @property
    def is_transparent(self) -> bool:
        """Whether all that is pulled lies in one registry under its own name, and is redirected there.

        Routes from Redis may lead elsewhere at any moment.
        """
        registries = {rule.first.registry.name for rule in self.rules}
        return (
            not self.redis
            and len(registries) == 1
            and all(
                rule.redirect == "all" and rule.first.repository is None and rule.fallback is None
                for rule in self.rules
            )
        )

    @property
    def everything_else(self) -> Rule | None:
        """The rule `*`: it also serves what names no repository."""
        return next((rule for rule in self.rules if rule.pattern == "*"), None)


def load(path: Path) -> Settings:
    """Read gateway.toml. Raises SettingsError, whose text has one line for each problem of the file."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; gateway/gateway.example.toml is a start") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: this is no TOML: {error}") from None
    reader = _Reader(str(path))
    settings = reader.settings(content)
    if reader.problems or settings is None:
        raise SettingsError("\n".join(reader.problems))
    return settings


class _Reader:
    """Goes through the tables of one file and collects what is wrong."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[str] = []
        self.names: set[str] = set()

    @property
    def those(self) -> str:
        """The names of the registries that the file describes, rightly or not."""
        return ", ".join(sorted(self.names)) or "none"

    def wrong(self, place: str, text: str) -> None:
        self.problems.append(f"{self.name}: {place}: {text}")

    def settings(self, content: dict[str, Any]) -> Settings | None:
        known = {"listen", "logs", "resolver", "user", "slow_after_s", "check_every_s"}
        known |= {"certificate", "certificate_key", "trusted_certificates", "log_days"}
        tables = {"registries", "repositories", "clients", "files", "redis"}
        self.known("the top of the file", content, known | tables)
        tables_of_registries = self.tables(content, "registries")
        self.names = {name for name, _ in tables_of_registries}
        registries = {
            name: registry for name, table in tables_of_registries if (registry := self.registry(name, table))
        }
        rules = [
            rule
            for pattern, table in self.tables(content, "repositories")
            if (rule := self.rule(pattern, table, registries))
        ]
        if not any(content.get(name) for name in ("repositories", "files", "redis")):
            self.wrong('[repositories."*"]', "which registry serves the repositories? There is no table")
        certificate = self.text("", content, "certificate", FILE, ABSOLUTE)
        key = self.text("", content, "certificate_key", FILE, ABSOLUTE)
        if (certificate is None) != (key is None):
            self.wrong("certificate", "certificate and certificate_key go together")
        clients = self.clients(content.get("clients", {}))
        files = tuple(self.file(path, table) for path, table in self.tables(content, "files"))
        redis = self.redis(content["redis"]) if "redis" in content else None
        log_days = self.number(content, "log_days", 3_650, "days") if "log_days" in content else None
        values = {
            "listen": self.text("", content, "listen", LISTEN, '"8080" or "127.0.0.1:8080"') or "8080",
            "logs": self.text("", content, "logs", FILE, ABSOLUTE) or "/logs",
            "resolver": self.text("", content, "resolver", RESOLVER, "the address of a DNS server")
            or _resolver(Path("/etc/resolv.conf")),
            "trusted_certificates": self.text("", content, "trusted_certificates", FILE, ABSOLUTE),
            "user": self.text("", content, "user", NAME, "the name of a user"),
            "slow_after_s": self.number(content, "slow_after_s", 600, "seconds", 10),
            "check_every_s": self.number(content, "check_every_s", 600, "seconds", 5),
        }
        if self.problems:
            return None
        return Settings(
            **values,  # type: ignore[arg-type]
            certificate=certificate,
            certificate_key=key,
            clients=clients,
            files=tuple(sorted(files)),
            redis=redis,
            log_days=log_days,
            registries=tuple(registries.values()),
            rules=tuple(sorted(rules, key=_order)),
        )

    def known(self, place: str, table: Mapping[str, Any], names: set[str]) -> None:
        for name in sorted(set(table) - names):
            self.wrong(place, f'there is no setting "{name}"; there are {", ".join(sorted(names))}')

    def tables(self, content: dict[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
        table = content.get(name, {})
        if not isinstance(table, dict):
            self.wrong(name, f"must be tables: [{name}.…]")
            return []
        found = []
        for key, value in table.items():
            if isinstance(value, dict):
                found.append((key, value))
            else:
                self.wrong(f'[{name}."{key}"]', "must be a table")
        return found

    def text(
        self, place: str, table: Mapping[str, Any], name: str, grammar: re.Pattern[str], meant: str
    ) -> str | None:
        value = table.get(name)
        if value is None:
            return None
        if isinstance(value, str) and grammar.match(value) and "\n" not in value:
            return value
        shown = '""' if name in ("authorization", "password") else repr(value)
        self.wrong(f"{place} {name}".strip(), f"{shown} is not {meant}")
        return None

    def number(self, table: Mapping[str, Any], name: str, most: int, unit: str, default: int = 1) -> int:
        value = table.get(name, default)
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
            return value
        self.wrong(name, f"{value!r} is not a number of {unit} from 1 to {most:,}")
        return default

    def registry(self, name: str, table: dict[str, Any]) -> Registry | None:
        place = f"[registries.{name}]"
        self.known(place, table, {"url", "token", "service", "authorization"})
        if not NAME.match(name):
            self.wrong(place, "a name has small letters, digits, - and _ only")
        url = self.text(
            place, table, "url", URL, "a scheme and a host without a path: https://registry.example.com"
        )
        if "url" not in table:
            self.wrong(place, 'url is missing: url = "https://registry.example.com"')
        if url and LOCALHOST.match(url):
            self.wrong(
                place,
                "url: nginx asks a DNS server for every name, and none knows localhost: write 127.0.0.1 (in a"
                " container that is the container itself)",
            )
        token = self.text(place, table, "token", TOKEN_URL, "the address of a token service")
        service = self.text(place, table, "service", SERVICE, "the service of its WWW-Authenticate")
        header = self.text(place, table, "authorization", HEADER, 'a header: "Basic …" or "Bearer …"')
        if (token is None) != (service is None):
            self.wrong(place, "token and service go together: both stand in the WWW-Authenticate of its /v2/")
        if token and header:
            self.wrong(place, "either token (clients fetch one) or authorization (the gateway has one)")
        return Registry(name, url, token, service, header) if url else None

    def rule(self, pattern: str, table: dict[str, Any], registries: dict[str, Registry]) -> Rule | None:
        place = f'[repositories."{pattern}"]'
        self.known(place, table, {"registry", "repository", "redirect", "fallback", "fallback_repository"})
        if not PATTERN.match(pattern):
            self.wrong(place, 'must be a repository, all below a prefix ("team/*"), or "*"')
            return None
        mode = table.get("redirect", "blobs")
        if mode not in MODES:
            self.wrong(place, f"redirect: {mode!r} is not one of {', '.join(MODES)}")
        if "registry" not in table:
            self.wrong(place, f"registry is missing; there are {self.those}")
        first = self.place(place, pattern, table, ("registry", "repository"), registries)
        second = self.place(place, pattern, table, ("fallback", "fallback_repository"), registries)
        if second and second.registry.token:
            self.wrong(
                place,
                f'fallback: "{second.registry.name}" demands tokens, and a client has one for the first'
                " registry only; give it an authorization of its own instead of token",
            )
        if "fallback_repository" in table and "fallback" not in table:
            self.wrong(place, "fallback_repository says nothing without fallback")
        return Rule(pattern, first, second, mode) if first else None

    def place(
        self,
        place: str,
        pattern: str,
        table: dict[str, Any],
        names: tuple[str, str],
        registries: dict[str, Registry],
    ) -> Place | None:
        name = table.get(names[0])
        repository = self.text(place, table, names[1], PATTERN, 'a repository, or "other/*" for a prefix')
        if repository and repository.endswith("*") != pattern.endswith("*"):
            self.wrong(place, f'{names[1]}: "{repository}" and the pattern must both end in /* or neither')
        if name is None:
            return None
        if not isinstance(name, str) or name not in self.names:
            self.wrong(place, f"{names[0]}: there is no registry {name!r}; there are {self.those}")
        if name not in registries:
            return None
        return Place(registries[name], None if repository in (pattern, None) else repository)

    def clients(self, table: object) -> tuple[Client, ...]:
        place = "[clients]"
        if not isinstance(table, dict):
            self.wrong(place, "must be a table")
            return ()
        self.known(place, table, {"proxied", "redirected"})
        tested = read_clients()
        proxied, own = (self.texts(place, table, name) for name in ("proxied", "redirected"))
        names = sorted({client.name for client in tested})
        for name in sorted(set(proxied) - set(names)):
            self.wrong(place, f'proxied: there is no client "{name}"; there are {", ".join(names)}')
        for pattern in own:
            if not USER_AGENT.match(pattern):
                self.wrong(place, f"redirected: {pattern!r} is no beginning of a user agent: ^my-puller/")
        kept = tuple(client for client in tested if client.name not in proxied)
        return (*(Client(pattern, pattern, "yes") for pattern in own), *kept)

    def texts(self, place: str, table: dict[str, Any], name: str) -> list[str]:
        value = table.get(name, [])
        if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
            return value
        self.wrong(place, f"{name} must be a list of texts")
        return []

    def redis(self, table: object) -> Redis | None:
        place = "[redis]"
        if not isinstance(table, dict):
            self.wrong(place, "must be a table")
            return None
        self.known(place, table, {"address", "key", "password"})
        if "address" not in table:
            self.wrong(place, 'address is missing: address = "127.0.0.1:6379"')
        address = self.text(place, table, "address", ADDRESS, "a host and a port: 127.0.0.1:6379")
        key = self.text(place, table, "key", KEY, "the name of a hash")
        password = self.text(place, table, "password", PASSWORD, "letters, digits and -_.~+/= only")
        found = ADDRESS.match(address or "")
        if not found:
            return None
        return Redis(found["host"], int(found["port"]), key or Redis.key, password or "")

    def file(self, path: str, table: dict[str, Any]) -> tuple[str, str]:
        place = f'[files."{path}"]'
        self.known(place, table, {"url"})
        if not FILES_PATH.match(path):
            self.wrong(place, "must begin and end with / and lie outside /v2/ and /gateway/")
        url = self.text(place, table, "url", FILES_URL, "an address that ends with /")
        if "url" not in table:
            self.wrong(place, 'url is missing: url = "https://files.example.com/releases/"')
        return path, url or ""


def _order(rule: Rule) -> tuple[bool, int, str]:
    """One repository before a prefix, a longer prefix before a shorter one."""
    return rule.prefix is not None, -len(rule.pattern), rule.pattern


def _resolver(path: Path) -> str:
    """The machine's own DNS server: in a container that of the engine."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    servers = [line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1]
    server = next(iter(servers), "127.0.0.1")
    return f"[{server}]" if ":" in server else server
