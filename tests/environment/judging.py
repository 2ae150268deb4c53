"""How right the environments are, against a truth; and the same with planted wrong evidence."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.settings import Settings

JUDGEMENT = ("int_environment_scores", "int_session_environment")
Row = tuple[str | None, str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Over pulls: how many, how many with a label, and of the sure (proven, likely) how many are right."""

    pulls: int
    labelled: int
    sure: int
    right: int

    @property
    def labelled_share(self) -> float:
        """Of all pulls."""
        return self.labelled / self.pulls

    @property
    def precision(self) -> float:
        """Of the sure labels."""
        return self.right / self.sure


def score(rows: list[Row]) -> Score:
    """Rows: truth (None: none of the four, so that every label is wrong), environment, confidence."""
    sure = [row for row in rows if row[2] in ("proven", "likely")]
    return Score(
        pulls=len(rows),
        labelled=sum(environment != "unknown" for _, environment, _ in rows),
        sure=len(sure),
        right=sum(truth == environment for truth, environment, _ in sure),
    )


def rejudged(settings: Settings, folder: Path, planted: str) -> list[tuple[Any, ...]]:
    """(host, environment, confidence) of each pull, judged anew by dbt's own SQL with the seed changed.

    `planted`: an SQL statement on seeds.environment_rules.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scratch, warehouse = folder / "scratch.duckdb", folder / "warehouse.duckdb"
    shutil.copy(settings.scratch, scratch)
    shutil.copy(settings.warehouse, warehouse)
    models = settings.data / "dbt" / "target" / "compiled" / "pullhouse" / "models"
    compiled = models / "intermediate" / "environment"
    with duckdb.connect() as con:
        con.execute(f"attach '{scratch}' as scratch")
        con.execute(f"attach '{warehouse}' as warehouse (read_only)")
        con.execute("use scratch.seeds")
        con.execute(planted)
        for model in JUDGEMENT:
            sql = (compiled / f"{model}.sql").read_text("utf-8")
            con.execute(f"create or replace table scratch.intermediate.{model} as {sql}")
        return con.execute(
            "select host, environment, environment_confidence from warehouse.base.fct_pulls_base"
            " inner join scratch.intermediate.int_session_environment using (pull_id)"
            " where outcome in ('download', 'version_check')"
        ).fetchall()
