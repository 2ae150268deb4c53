"""Where the checkout lies: dbt's project, the DAGs and the documentation are found from there."""

from __future__ import annotations

from pathlib import Path

REPOSITORY_ROOT = Path(__file__).resolve().parents[1]
