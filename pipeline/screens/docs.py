"""`make docs`: dbt's documentation of the marts as one page that needs no server."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from pipeline.lake.ledger import write_durably
from pipeline.paths import REPOSITORY_ROOT
from pipeline.process.lock import warehouse_lock
from pipeline.settings import Settings
from pipeline.warehouse import build, dbt_process, plan


def write(settings: Settings) -> Path:
    """Write `docs/marts.html` of the data directory: models, columns, tests, lineage and who reads what.

    Raises BuildError where dbt fails, LockError when another run holds the warehouse.
    """
    with warehouse_lock(settings):
        if not settings.plan.exists():
            plan.write(settings)
        code, log = dbt_process.run(settings, ["docs", "generate", "--static"])
    page = settings.data / "dbt" / "target" / "static_index.html"
    if code != 0 or not page.exists():
        raise build.BuildError(f"dbt could not write the documentation; {log} says why.")
    target = settings.data / "docs" / "marts.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    # The page is made to be handed on: where this project lies on this machine is nobody's business.
    write_durably(target, page.read_text(encoding="utf-8").replace(str(REPOSITORY_ROOT), "pullhouse"))
    return target


def show(page: Path, console: Console) -> None:
    """Say where it lies."""
    console.print(f"The marts, their columns and who reads them, to open in a browser: {page}")
