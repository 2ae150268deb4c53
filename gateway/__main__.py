"""python -m gateway {check,render,run} [--settings FILE] [--state FOLDER], or python -m gateway probe URL."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path

from gateway.answers import ProbeError, ask
from gateway.certificates import problem, trust
from gateway.probe import probe
from gateway.render import check, render
from gateway.run import run
from gateway.settings import Settings, SettingsError, load

# What nginx keeps there is worth nothing after it has ended.
STATE = Path("/tmp/gateway")  # noqa: S108


def main(arguments: list[str]) -> int:
    """Exit code 0: done; 1: a registry does not answer (check); 2: wrong settings; probe.py has its own."""
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    parser.add_argument("command", choices=["check", "render", "run", "probe"])
    parser.add_argument("url", nargs="?", default="", help="probe: a gateway, and an image behind it")
    parser.add_argument("--settings", type=Path, default=Path("config/gateway.toml"), help="gateway.toml")
    parser.add_argument("--state", type=Path, default=STATE, help="nginx's own folder")
    options = parser.parse_args(arguments)
    if options.command == "probe":
        return probe(options.url, _say)
    try:
        return _do(options.command, options.settings, options.state.absolute())
    except SettingsError as error:
        print("\n".join(f"gateway: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 2


def _do(command: str, source: Path, state: Path) -> int:
    if command == "run":
        return run(source, state, _say)
    state.mkdir(parents=True, exist_ok=True)
    settings = load(source)
    text = render(settings, state, source, secrets.token_hex(32))
    candidate = check(text, state)
    if command == "render":
        candidate.replace(state / "nginx.conf")
        print(f"gateway: wrote {state / 'nginx.conf'}; nginx -s reload uses it")
    else:
        candidate.unlink()
        wrong = problem(settings)
        print(f"gateway: {wrong or f'{source} is good'}")
        return 2 if wrong else _registries(settings)
    return 0


def _registries(settings: Settings) -> int:
    """Ask each registry for its ping, say who does not answer and why; 1 where one does not."""
    code = 0
    for registry in settings.registries:
        try:
            answer = ask("GET", f"{registry.url}/v2/", {}, trust(settings), settings.slow_after_s)
        except ProbeError as error:
            _say(f"the registry {registry.name}: {error}")
            code = 1
        else:
            _say(f"the registry {registry.name} answers ({answer.status})")
            code = code if answer.status < 500 else 1
    return code


def _say(text: str) -> None:
    for line in text.splitlines():
        print(f"gateway: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
