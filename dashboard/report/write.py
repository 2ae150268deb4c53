"""Write the report and the digest of what is published now."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from dashboard.report import digest, page, rollup
from pipeline.lake.ledger import write_durably
from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts


def write(settings: Settings) -> Path:
    """Write `pullhouse.html` and `week.md` in `report/` of the data directory; returns the path of the page.

    Each is replaced as a whole. Raises NotPublishedError when no marts are published.
    """
    with open_marts(settings) as con:
        published_at = datetime.fromtimestamp(settings.marts.stat().st_mtime, UTC)
        text = page.page(con, rollup.read(con), published_at)
        week = digest.as_markdown(digest.read(con))
    settings.report.parent.mkdir(parents=True, exist_ok=True)
    write_durably(settings.report, text)
    write_durably(settings.digest, week)
    return settings.report
