"""A real browser on the sample: the page under its own server, the report from its file, and no network."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, sync_playwright

from dashboard.report.write import write
from pipeline.settings import Settings
from tests.dashboard.conftest import Published, sample_marts

__all__ = ["sample_marts"]

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--no-default-browser-check",
]  # fmt: skip
SEARCHED = ("/_stcore/health", "/_stcore/host-config")
SIZES = {"desktop": (1280, 2000), "phone": (390, 2400)}


@dataclass
class Visit:
    """One browser with nothing in it: what it asked others for, and what its console complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> Visit:
        """Block every host but this machine, and note whatever is asked for or complained of."""
        self.page.context.route("**/*", self._let_through)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return self

    def open(self, address: str) -> Page:
        """Go there, and wait until all is drawn."""
        self.page.goto(address)
        settle(self.page)
        return self.page

    def _note(self, message: ConsoleMessage) -> None:
        # At /breakdown, Streamlit looks for its server below that address first, and then above.
        is_search = urlsplit(message.location["url"]).path.endswith(SEARCHED)
        if message.type == "error" and not is_search:
            self.complaints.append(message.text)

    def _let_through(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in ("file", "data", "blob") or parts.hostname == "127.0.0.1":
            route.continue_()
        else:
            self.asked.append(route.request.url)
            route.abort()


def settle(page: Page) -> None:
    """Wait until the page is drawn: the report says so itself, of Streamlit nothing may be running."""
    if page.url.startswith("file:"):
        page.wait_for_selector("html[data-drawn]")
        return
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=60_000)
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached")
    page.wait_for_timeout(500)


@dataclass(frozen=True)
class Site:
    """The page's server over a published file of its own, and the report of the same file."""

    address: str
    marts: Published
    report: Path

    def of(self, view: str = "", **choice: str | list[str]) -> str:
        """The address of a page, with what is chosen on it."""
        return f"{self.address}/{view}?{urlencode(choice, doseq=True)}"

    def all_of(self, view: str = "", **choice: str) -> str:
        """The same with all eight weeks of the sample; a page opens with half of them."""
        return self.of(view, days="the last 8 weeks", **choice)


@pytest.fixture(scope="module")
def site(sample_marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(data=tmp_path_factory.mktemp("site"))
    shutil.copyfile(sample_marts, settings.marts)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULLHOUSE_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "dashboard", f"--port={port}"],
        env=environment | {"PULLHOUSE_DATA": str(settings.data)},
        cwd=Path(__file__).parents[2],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
        yield Site(f"http://127.0.0.1:{port}", Published(settings.marts), write(settings))
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310
                return
        except OSError:
            assert server.poll() is None, "the server ended"
            time.sleep(0.25)
    pytest.fail("the server does not answer")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


Fresh = Callable[..., Visit]


@pytest.fixture
def fresh(browser: Browser) -> Iterator[Fresh]:
    """fresh("phone", "dark"): a browser that has seen nothing yet."""
    contexts: list[BrowserContext] = []

    def opened(size: str = "desktop", scheme: str = "light") -> Visit:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        return Visit(context.new_page()).watch()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def screenshots(repo_root: Path) -> Path:
    """Where a person looks at what was drawn; git ignores it."""
    folder = repo_root / "screenshots"
    folder.mkdir(exist_ok=True)
    return folder
