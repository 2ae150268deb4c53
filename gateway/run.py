"""nginx under watch: a change of gateway.toml is checked, then used; a registry that is down is bypassed."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import threading
from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from gateway.answers import ProbeError, ask
from gateway.certificates import Stamp, problem, stamp, trust
from gateway.messages import tell
from gateway.modules import program
from gateway.render import READ, check, render
from gateway.settings import Registry, Settings, SettingsError, load

LOOK_S = 1.0
# Requests that are under way when the gateway is told to end; an engine of containers kills it after 10 s.
GRACE_S = 8.0
# One answer that does not come is no outage.
FAILURES = 2

Say = Callable[[str], None]


def answers(registry: Registry, settings: Settings) -> bool:
    """Whether a registry answers a ping, with anything but a server's error: a demand for a token will do."""
    try:
        answer = ask("GET", f"{registry.url}/v2/", {}, trust(settings), settings.slow_after_s)
        return answer.status < 500
    except (ProbeError, SettingsError):
        return False


@dataclass
class Health:
    """Which of the registries that have a fallback do not answer."""

    down: frozenset[str] = frozenset()
    _failures: dict[str, int] = field(default_factory=dict)

    def look(self, settings: Settings, is_up: Callable[[Registry, Settings], bool] = answers) -> None:
        """Ask each of them once."""
        watched = {
            registry.name: registry
            for rule in settings.rules
            if rule.fallback
            for registry in (rule.first.registry, rule.fallback.registry)
        }
        for name, registry in watched.items():
            self._failures[name] = 0 if is_up(registry, settings) else self._failures.get(name, 0) + 1
        self.down = frozenset(name for name in watched if self._failures[name] >= FAILURES)


class Gateway:
    """One nginx, its settings, and what is known of the registries."""

    def __init__(self, source: Path, state: Path, say: Say) -> None:
        self.source, self.state, self.say = source, state, say
        self.settings: Settings | None = None
        self._used: tuple[str, Stamp] = ("", ())
        self._certificate: Stamp = ()
        self._seen: bytes | None = None
        self._down: Set[str] = frozenset()
        self._day: date | None = None
        self._hash_key = ""
        self._nginx: subprocess.Popen[str] | None = None
        self._messages: threading.Thread | None = None

    @property
    def configuration(self) -> Path:
        """The file that nginx reads."""
        return self.state / "nginx.conf"

    def start(self) -> None:
        """Raises SettingsError where the settings are wrong or nginx does not start with them."""
        self.state.mkdir(parents=True, exist_ok=True)
        self._seen = self._content()
        self._new_key()
        self._use(load(self.source), frozenset())
        command = [program(), "-e", "stderr", "-c", str(self.configuration), "-g", "daemon off;"]
        # The log has one file a UTC day, whatever zone this machine lives in.
        environment = os.environ | {"TZ": "UTC"}
        self._nginx = subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace"
        )
        self._messages = threading.Thread(target=tell, args=(self._nginx.stderr, self.say), daemon=True)
        self._messages.start()
        self._delete_old_logs()

    def look(self, down: Set[str]) -> None:
        """Use what has changed; what cannot be used is said, once, and nothing changes."""
        content = self._content()
        is_new, has_new_certificate = content != self._seen, self._has_new_certificate()
        is_due = self._new_key() or down != self._down or has_new_certificate
        if not self.settings or not (is_new or is_due):
            return
        self._seen, self._down = content, down
        try:
            self._refresh(load(self.source) if is_new else self.settings, down)
        except SettingsError as error:
            self.say(f"{error}\nthe gateway goes on with the settings that it had")
            return
        self._delete_old_logs()
        if is_new:
            self.say(f"{self.source.name} has changed and is in use")
        elif has_new_certificate:
            self.say("the certificate has changed and is in use")

    def ended(self) -> int | None:
        """nginx's exit code, once it has ended."""
        return self._nginx.poll() if self._nginx else None

    def stop(self) -> None:
        """Let requests finish, for a while."""
        if self._nginx and self._nginx.poll() is None:
            self._nginx.send_signal(signal.SIGQUIT)
            try:
                self._nginx.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                self._nginx.terminate()
                self._nginx.wait(GRACE_S)
        if self._messages:
            self._messages.join(GRACE_S)

    def _delete_old_logs(self) -> None:
        """Files of days that lie further back than `log_days`: they hold client addresses."""
        if not self.settings or not self.settings.log_days:
            return
        oldest = datetime.now(UTC).date() - timedelta(days=self.settings.log_days)
        for path in sorted(Path(self.settings.logs).glob("access-????-??-??.log")):
            try:
                if date.fromisoformat(path.stem.removeprefix("access-")) < oldest:
                    path.unlink()
                    self.say(
                        f"{path.name} is deleted, {self.settings.log_days} days after its day (log_days)"
                    )
            except ValueError:
                continue
            except OSError as error:
                self.say(f"{path} cannot be deleted: {error.strerror}")

    def _new_key(self) -> bool:
        """Make the key of the tokens' hashes once a UTC day, so that no token can be followed for longer."""
        today = datetime.now(UTC).date()
        if today == self._day:
            return False
        self._day, self._hash_key = today, secrets.token_hex(32)
        return True

    def _refresh(self, settings: Settings, down: Set[str]) -> None:
        if self._use(settings, down) and self._nginx:
            self._nginx.send_signal(signal.SIGHUP)

    def _content(self) -> bytes | None:
        return self.source.read_bytes() if self.source.exists() else None

    def _has_new_certificate(self) -> bool:
        """Whether its files are others than those that were tried last."""
        found = stamp(self.settings) if self.settings else ()
        is_new, self._certificate = found != self._certificate, found
        return is_new

    def _use(self, settings: Settings, down: Set[str]) -> bool:
        """Whether nginx has to be told; what is wrong with the certificate is said each time that it is."""
        text = render(settings, self.state, self.source, self._hash_key, down, READ)
        certificate = stamp(settings)
        has_changed = (text, certificate) != self._used
        if has_changed:
            check(text, self.state).replace(self.configuration)
            if wrong := problem(settings):
                self.say(wrong)
        self.settings, self._used, self._down = settings, (text, certificate), down
        self._certificate = certificate
        return has_changed


def run(source: Path, state: Path, say: Say) -> int:
    """Serve until a signal comes or nginx ends; the exit code. Raises SettingsError where it cannot begin."""
    end = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        signal.signal(name, lambda *_: end.set())
    gateway, health = Gateway(source, state, say), Health()
    gateway.start()
    say(f"serving {len(gateway.settings.rules) if gateway.settings else 0} rules of {source}")
    threading.Thread(target=_watch, args=(gateway, health, end, say), daemon=True).start()
    while not end.wait(LOOK_S) and gateway.ended() is None:
        gateway.look(health.down)
    code = gateway.ended()
    gateway.stop()
    if code is not None and not end.is_set():
        say(f"nginx has ended by itself (exit code {code})")
        return 2
    return 0


def _watch(gateway: Gateway, health: Health, end: threading.Event, say: Say) -> None:
    """Ask the registries again and again, beside everything else: one that is slow must not hold it up."""
    while not end.is_set():
        settings, before = gateway.settings, health.down
        if settings:
            health.look(settings)
            for name in sorted(health.down - before):
                say(f"the registry {name} does not answer: its repositories are served by their fallback")
            for name in sorted(before - health.down):
                say(f"the registry {name} answers again")
        end.wait(settings.check_every_s if settings else LOOK_S)
