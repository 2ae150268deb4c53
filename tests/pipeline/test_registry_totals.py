"""Public totals of registries, asked of a server on this machine that answers in every way it can."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from enrichers.manifests.manifest import LARGEST_BODY
from pipeline import registry_totals
from pipeline.settings import Settings, TotalSource
from pipeline.warehouse import own_files
from tests.support import expired

TODAY = date(2026, 6, 8)
ANSWERS: dict[str, tuple[int, str, bytes]] = {
    "/right": (200, "application/json", b'{"pull_count": 1234567890}'),
    "/nested": (200, "application/json", b'{"stats": {"pulls": 5}}'),
    "/html": (200, "text/html", b"<!DOCTYPE html><title>Log in</title>"),
    "/html-as-json": (200, "application/json", b"\n<html></html>"),
    "/text": (200, "application/json", b'{"pull_count": "1.2M"}'),
    "/yes": (200, "application/json", b'{"pull_count": true}'),
    "/negative": (200, "application/json", b'{"pull_count": -1}'),
    "/list": (200, "application/json", b"[1]"),
    "/deep": (200, "application/json", b"[" * 100_000),
    "/broken": (200, "application/json", b'{"pull_count": 12'),
    "/huge": (200, "application/json", b" " * (LARGEST_BODY + 1)),
    "/moved": (302, "text/plain", b""),
    "/limited": (429, "text/plain", b""),
}


class Handler(BaseHTTPRequestHandler):
    """Answers as ANSWERS says."""

    def do_GET(self) -> None:
        """One answer."""
        status, kind, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=listening.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()


def source(url: str, **others: str) -> TotalSource:
    return TotalSource(registry="hub", repository="acme/app", url=url, **others)


def test_a_total_is_read(server: str) -> None:
    assert registry_totals.read(source(f"{server}/right")) == 1_234_567_890
    assert registry_totals.read(source(f"{server}/nested", field="stats.pulls")) == 5


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/html", "answered with an HTML page"),
        ("/html-as-json", "answered with an HTML page"),
        ("/text", "is no whole number"),
        ("/yes", "is no whole number"),
        ("/negative", "is no whole number"),
        ("/list", "has no field pull_count"),
        ("/deep", "has no field pull_count"),
        ("/broken", "has no field pull_count"),
        ("/huge", "too long, or too slow"),
        ("/moved", "answered 302"),
        ("/limited", "answered 429"),
    ],
)
def test_what_is_no_total_is_said(server: str, path: str, reason: str) -> None:
    with pytest.raises(registry_totals.TotalError, match=reason):
        registry_totals.read(source(server + path))


def test_nobody_there() -> None:
    with pytest.raises(registry_totals.TotalError, match="cannot be reached"):
        registry_totals.read(source("http://127.0.0.1:1/right"))


def test_answers_are_kept_once_a_day_and_the_rest_goes_on(server: str, tmp_path: Path) -> None:
    urls = [source(f"{server}/right"), source(f"{server}/html").model_copy(update={"registry": "quay"})]
    settings = Settings(data=tmp_path, registry_totals_urls=urls)
    reason = "the registry answered with an HTML page"
    asked = registry_totals.ask(settings, TODAY)
    assert asked == {"asked": 2, "learned": 1, "failed": {"quay acme/app": reason}}
    assert registry_totals.ask(settings, TODAY)["asked"] == 0
    rows, problems = own_files.read(settings.totals_asked, own_files.TOTALS)
    assert [(row["observed_on"], row["registry"], row["total"]) for row in rows] == [
        (TODAY, "hub", 1_234_567_890)
    ]
    assert [problem["problem"] for problem in problems] == [
        f"total is {reason!r}: write a whole number, without separators"
    ]


def test_it_is_off(tmp_path: Path) -> None:
    """Nobody is asked of whom nobody said so."""
    assert registry_totals.ask(Settings(data=tmp_path), TODAY) == {"asked": 0, "learned": 0, "failed": {}}
    assert json.dumps(registry_totals.ask(Settings(data=tmp_path), TODAY))


def test_a_certificate_that_has_run_out(tmp_path: Path) -> None:
    with expired.server(tmp_path) as url, pytest.raises(registry_totals.TotalError, match="has it run out"):
        registry_totals.read(TotalSource(registry="x", repository="acme/app", url=f"{url}/v2/", field="n"))
