"""Every page and the report: wide and narrow, light and dark; nothing asked for, nothing serious for axe."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import SIZES, Fresh, Site, settle
from tests.dashboard.conftest import APP

pytestmark = pytest.mark.browser

VIEWS = sorted(path.stem for path in (APP.parent / "views").glob("*.py"))
SERIOUS = ("serious", "critical")


def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in SERIOUS]


def too_wide(page: Page) -> int:
    """By how many pixels the page must be moved to and fro."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def is_dark(page: Page) -> bool:
    """Whether the background is nearer to black than to white."""
    colour = page.evaluate(
        "getComputedStyle(document.querySelector('[data-testid=stApp]') || document.body).backgroundColor"
    )
    return sum(int(one) for one in colour[4:-1].split(",")[:3]) < 384


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", [*VIEWS, "report"])
def test_it_draws(site: Site, fresh: Fresh, screenshots: Path, name: str, size: str) -> None:
    visit = fresh(size)
    is_report = name == "report"
    page = visit.open(site.report.as_uri() if is_report else site.of("" if name == "overview" else name))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settle(page)
        page.screenshot(path=screenshots / f"{name}-{size}-{scheme}.png", full_page=True)
        assert is_dark(page) == (scheme == "dark")
        assert serious(page) == []
        assert too_wide(page) <= 0
    assert page.locator("h1").count() == 1
    assert page.locator(".chart svg, [data-testid=stVegaLiteChart] svg").count()
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert visit.asked == []
    assert visit.complaints == []


def test_what_is_wrong_is_seen(fresh: Fresh, tmp_path: Path) -> None:
    """The planted defects: a picture from elsewhere without a name, too pale a text, an error, too wide."""
    path = tmp_path / "bad.html"
    path.write_text(
        "<html data-drawn><body><img src='http://example.com/a.png'><p style='color:#eee;width:3000px'>"
        "Too pale</p><script>nothing.here()</script></body></html>"
    )
    visit = fresh()
    page = visit.open(path.as_uri())
    assert visit.asked == ["http://example.com/a.png"]
    assert any("nothing" in one for one in visit.complaints)
    assert too_wide(page) > 1000
    names = {one.split(":")[0] for one in serious(page)}
    assert names >= {"image-alt", "color-contrast", "html-has-lang"}
