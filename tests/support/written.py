"""Scenarios written from the sources of clients, as log lines: `tests/data/written` (its README says how).

The truth is what is written there, by hand, from contract C and the protocol: nothing here runs code of
Pullhouse. Lines have the fields of the recorded corpus, so that both can be laid out by the same code.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Line = dict[str, Any]
OUTCOMES = ("download", "version_check", "inspect", "interrupted", "failed", "artifact", "push")
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.oci.image.manifest.v1+json"
DOCKER_IMAGE = "application/vnd.docker.distribution.manifest.v2+json"
BYTES = "application/octet-stream"
TEXT = "text/html"
BYTES_PER_MS = 30_000
BEGUN = datetime(2026, 3, 2, 12, tzinfo=UTC)


def digest(name: str) -> str:
    """The digest of the manifest or blob of a name."""
    return "sha256:" + hashlib.sha256(f"written:{name}".encode()).hexdigest()


@dataclass(slots=True)
class Scenario:
    """One block of `scenarios.txt`."""

    id: str
    agent: str
    repository: str = "acme/app"
    gateway: str = "proxy"
    why: str = ""
    outcomes: dict[str, int] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)

    @property
    def client(self) -> str:
        """Scenarios of one client are of one origin when they are packed."""
        return self.id.partition(".")[0]


class Written:
    """The scenarios of one file, in the form of `tests.support.layouts.Corpus`."""

    def __init__(self, directory: Path, file: str = "scenarios.txt") -> None:
        self.images: dict[str, Any] = json.loads((directory / "images.json").read_text("utf-8"))
        text = (directory / file).read_text("utf-8")
        named = (directory / "scenarios.txt").read_text("utf-8") + text
        self.agents = dict(re.findall(r"^agent (\S+) += (.+)$", named, re.MULTILINE))
        self.scenarios = {scenario.id: scenario for scenario in self._read(text)}
        self.catalogue = {name: _catalogue(image) for name, image in self.images.items()}
        self.truth = [
            {
                "id": scenario.id,
                "client": scenario.client,
                "downloads": scenario.outcomes.get("download", 0),
                "checks": scenario.outcomes.get("version_check", 0),
            }
            for scenario in self.scenarios.values()
        ]

    def lines(self, scenario: str) -> list[Line]:
        """The log lines of one scenario, in the order in which a gateway would write them."""
        wanted = self.scenarios[scenario]
        made = _Maker(wanted, self.images[wanted.repository], self.agents)
        return sorted(made.lines(), key=lambda line: float(line["msec"]))

    def _read(self, text: str) -> Iterator[Scenario]:
        for block in text.split("\n== ")[1:]:
            name, *rows = block.strip().splitlines()
            scenario = Scenario(name, agent=name.partition(".")[0])
            for row in rows:
                key, _, value = row.partition(" ")
                if key == "truth":
                    _read_truth(scenario, value)
                elif key in ("agent", "repository", "gateway", "why"):
                    setattr(scenario, key, value)
                else:
                    scenario.steps.append(row)
            yield scenario


def _read_truth(scenario: Scenario, text: str) -> None:
    for entry in text.split():
        name, _, value = entry.partition("=")
        if name in OUTCOMES:
            scenario.outcomes[name] = int(value)
        else:
            scenario.expected[name] = value


def _catalogue(image: dict[str, Any]) -> dict[str, Any]:
    manifests: dict[str, Any] = {}
    for name, manifest in image["manifests"].items():
        if "index" in manifest:
            manifests[digest(name)] = {"index": [digest(child) for child in manifest["index"]]}
            continue
        names = ("os", "architecture", "variant")
        platform = manifest["platform"]
        manifests[digest(name)] = {
            "platform": dict(zip(names, platform.split("/"), strict=False)) if platform else None,
            "config": digest(manifest["config"][0]),
            "layers": [digest(layer) for layer in manifest["layers"]],
            "sizes": list(manifest["layers"].values()),
        }
    return {"tags": {tag: digest(name) for tag, name in image["tags"].items()}, "manifests": manifests}


class _Maker:
    """The lines of one scenario: `moment` is when the request that is being made starts."""

    def __init__(self, scenario: Scenario, image: dict[str, Any], agents: dict[str, str]) -> None:
        self.scenario = scenario
        self.image = image
        self.agents = agents
        self.agent = agents.get(scenario.agent, "")
        self.moment = BEGUN
        self.count = 0
        blobs = [manifest for manifest in image["manifests"].values() if "config" in manifest]
        self.sizes = {name: size for manifest in blobs for name, size in manifest["layers"].items()}
        self.sizes |= {manifest["config"][0]: manifest["config"][1] for manifest in blobs}

    def lines(self) -> Iterator[Line]:
        for step in self.scenario.steps:
            first, *words = step.split()
            if first == "as":
                self.agent = self.agents[words[0]]
                continue
            self.moment += timedelta(milliseconds=int(first))
            yield from self._requests(words)

    def _requests(self, words: list[str]) -> Iterator[Line]:
        method, what, *options = words
        if what not in ("config", "layers", "blobs"):
            yield self._line(method, what, options)
            return
        reference, *options = options
        name, mark, query = reference.removeprefix("@").partition("?")
        manifest = self.image["manifests"][name]
        names = [manifest["config"][0]] if what != "layers" else []
        names += manifest["layers"] if what != "config" else []
        for number, blob in enumerate(names):
            self.moment += timedelta(milliseconds=6 if number else 0)
            yield self._line(method, f"%{blob}{mark}{query}", options)

    def _line(self, method: str, what: str, options: list[str]) -> Line:
        given = dict(option.split("=", 1) for option in options if "=" in option)
        is_aborted = "aborted" in options
        path, media_type, size, found = self._target(what)
        redirected = self._redirects(path)
        status = next((int(option) for option in options if option.isdigit()), 200)
        if status == 200 and redirected:
            status, media_type, size, found = 307, TEXT, 171, ""
        elif status >= 400:
            media_type, size, found = ("application/json", 157, "") if status != 401 else (TEXT, 179, "")
        elif status == 200 and "range" in given:
            status = 206
        sent = 0 if method != "GET" else int(given.get("bytes", size)) if not redirected else size
        took = int(given.get("took", 3 + sent // BYTES_PER_MS if method == "GET" else 3))
        logged_at = self.moment + timedelta(milliseconds=took)
        self.count += 1
        uri, _, arguments = path.partition("?")
        return {
            "ts": logged_at.isoformat(),
            "msec": f"{logged_at.timestamp():.3f}",
            "request_id": hashlib.sha256(f"{self.scenario.id}:{self.count}".encode()).hexdigest()[:32],
            "remote_addr": "127.0.0.1",
            "x_forwarded_for": "",
            "host": "registry.test",
            "node": given.get("node", "gw1"),
            "method": method,
            "uri": uri,
            "request_uri": path,
            "args": arguments,
            "protocol": "HTTP/1.1",
            "status": status,
            "bytes_sent": sent + 440,
            "body_bytes_sent": sent,
            "request_time": took / 1000,
            "request_completion": "" if is_aborted else "OK",
            "user_agent": self.agent,
            "range": given.get("range", ""),
            "has_authorization": "0",
            "resp_digest": found,
            "up_digest": found,
            "resp_content_type": media_type,
            "resp_content_length": str(sent if status == 206 else size),
            "resp_location": "",
        }

    def _redirects(self, path: str) -> bool:
        kinds = {"proxy": (), "blobs": ("/blobs/",), "redirect": ("/blobs/", "/manifests/")}
        return any(kind in path for kind in kinds[self.scenario.gateway])

    def _target(self, what: str) -> tuple[str, str, int, str]:
        """Path, media type, size and digest of what is asked for."""
        base = f"/v2/{self.scenario.repository}"
        name, mark, query = what.partition("?")
        rest = mark + query
        if what == "/":
            return "/v2/", "application/json", 2, ""
        if what == "token":
            scope = self.scenario.repository.replace("/", "%2F")
            return f"/token?scope=repository%3A{scope}%3Apull&service=gw.test", "application/json", 98, ""
        if what == "tags":
            return f"{base}/tags/list", "application/json", 54, ""
        if what == "uploads":
            return f"{base}/blobs/uploads/", BYTES, 0, ""
        if name.startswith("%"):
            found = digest(name[1:])
            return f"{base}/blobs/{found}{rest}", BYTES, self.sizes.get(name[1:], 900), found
        if name.startswith("@"):
            found = digest(name[1:])
            return f"{base}/manifests/{found}{rest}", *self._manifest(name[1:]), found
        if name.startswith(":"):
            meant = self.image["tags"].get(name[1:], name[1:])
            return f"{base}/manifests/{name[1:]}{rest}", *self._manifest(meant), digest(meant)
        kind, _, subject = name.partition("@")
        hexadecimal = digest(subject).partition(":")[2]
        if kind == "referrers":
            return f"{base}/referrers/{digest(subject)}", INDEX, 820, ""
        suffix = {"signature": ".sig", "fallback": ""}[kind]
        return f"{base}/manifests/sha256-{hexadecimal}{suffix}", IMAGE, 560, digest(what)

    def _manifest(self, name: str) -> tuple[str, int]:
        manifest = self.image["manifests"].get(name, {})
        if "index" in manifest:
            return INDEX, 200 + 300 * len(manifest["index"])
        media_type = DOCKER_IMAGE if self.image.get("docker") else IMAGE
        return media_type, 400 + 170 * len(manifest.get("layers", ()))
