"""How right the environments are on the publisher's own labels, and what each piece of evidence is worth."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from math import log10

import duckdb
from rich.console import Console
from rich.table import Table

from enrichers.identity import KeyRing
from pipeline.paths import REPOSITORY_ROOT
from pipeline.screens import labels
from pipeline.screens.labels import LabelsError
from pipeline.settings import Settings
from pipeline.warehouse.marts import open_marts, rows

# Fewer endpoints say nothing: pulls of one machine are no independent cases.
FEWEST_ENDPOINTS = 10

_JUDGED = """
create temp table judged as
select
    labels.label, pulls.endpoint_id, pulls.environment, pulls.environment_confidence as confidence,
    environments.environment_evidence as evidence, environments.environment_margin as margin
from fct_pulls as pulls
inner join labels using (endpoint_id, identity_epoch)
inner join pull_environments as environments using (pull_id)
where pulls.outcome in ('download', 'version_check') and not pulls.is_origin_unlinkable
"""
_GROUPS = """
select
    confidence, environment, count(*), count(distinct endpoint_id),
    count(*) filter (where environment = label) / count(*),
    avg(1 / (1 + pow(10, -margin / 10)))
from judged group by confidence, environment
order by array_position(['proven', 'likely', 'possible', 'unknown'], confidence), environment
"""
# By endpoint, since a timer asks a thousand times: has it ever shown the evidence, and what is it?
_SHOWN = """
select
    count(distinct endpoint_id) filter (where label = $label and is_shown),
    count(distinct endpoint_id) filter (where label <> $label and is_shown),
    count(distinct endpoint_id) filter (where label = $label),
    count(distinct endpoint_id) filter (where label <> $label)
from (select *, list_contains(string_split(evidence, ' '), $evidence) as is_shown from judged)
"""


@dataclass(frozen=True, slots=True)
class Group:
    """Labelled pulls of one confidence and environment. `promised`: what the points stand for, on average."""

    confidence: str
    environment: str
    pulls: int
    endpoints: int
    precision: float
    promised: float

    @property
    def is_measured(self) -> bool:
        """Whether there are enough endpoints for a decimal."""
        return self.endpoints >= FEWEST_ENDPOINTS


@dataclass(frozen=True, slots=True)
class Weight:
    """A piece of evidence. `measured`: its points on the labels; None where too few endpoints show it."""

    evidence: str
    environment: str
    points: int
    endpoints: int
    measured: float | None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the labels say. `pulls` have a label, `unlabelled` have none."""

    pulls: int
    unlabelled: int
    groups: list[Group]
    weights: list[Weight]

    @property
    def expected_error(self) -> float | None:
        """Mean distance of precision and promise over the pulls of measured groups; None without any."""
        known = [group for group in self.groups if group.environment != "unknown" and group.is_measured]
        pulls = sum(group.pulls for group in known)
        if not pulls:
            return None
        return sum(group.pulls * abs(group.precision - group.promised) for group in known) / pulls


def read(settings: Settings) -> Calibration:
    """Compare the published marts with the file of labels.

    Raises LabelsError when there is no usable file, NotPublishedError when there are no marts.
    """
    if settings.labels is None:
        raise LabelsError(
            "No labels are configured. Write a CSV file with the columns network,environment and name it:"
            " make calibrate LABELS=<csv>, or the setting labels."
        )
    known = labels.read(settings.labels)
    with open_marts(settings) as con:
        epochs = [epoch for (epoch,) in rows(con, "select distinct identity_epoch from fct_pulls")]
        ring = KeyRing(settings.keys, settings.identity_epoch)
        con.register("found_labels", labels.endpoints(known, ring, epochs))
        con.execute(
            "create temp table labels as select cast(endpoint_id as bigint) as endpoint_id,"
            " cast(identity_epoch as varchar) as identity_epoch, cast(label as varchar) as label"
            " from found_labels"
        )
        con.execute(_JUDGED)
        groups = [Group(*row) for row in rows(con, _GROUPS)]
        pulls = sum(group.pulls for group in groups)
        ((all_pulls,),) = rows(
            con, "select count(*) from fct_pulls where outcome in ('download', 'version_check')"
        )
        return Calibration(pulls, all_pulls - pulls, groups, _weights(con))


def points_measured(shown: int, shown_by_others: int, of: int, others: int) -> float:
    """Decibans that a piece of evidence is worth: ten times the logarithm of its likelihood ratio.

    `shown` of `of` endpoints with the label show it, and `shown_by_others` of `others` without. Half an
    endpoint is added to each count, so that none is zero (the usual correction for sparse tables).
    """
    return 10 * log10(((shown + 0.5) / (of + 1)) / ((shown_by_others + 0.5) / (others + 1)))


def show(calibration: Calibration, console: Console) -> None:
    """Print both tables. A decimal stands only where enough endpoints were measured."""
    console.print(
        f"{calibration.pulls:,} pulls have a label, {calibration.unlabelled:,} have none."
        " Precision: the share of the labelled pulls that are what was said."
    )
    table = Table(box=None, padding=(0, 2))
    for name in ("confidence", "environment", "pulls", "endpoints", "precision", "promised"):
        table.add_column(name, justify="left" if name in ("confidence", "environment") else "right")
    for group in calibration.groups:
        is_label = group.environment != "unknown"
        precision = f"{group.precision:.3f}" if group.is_measured else "too few"
        table.add_row(
            group.confidence,
            group.environment,
            f"{group.pulls:,}",
            f"{group.endpoints:,}",
            precision if is_label else "",
            f"{group.promised:.3f}" if is_label else "",
        )
    console.print(table)
    if calibration.expected_error is not None:
        console.print(f"Expected calibration error: {calibration.expected_error:.3f}")
    console.print(_weights_table(calibration.weights))


def _weights_table(weights: list[Weight]) -> Table:
    table = Table(box=None, padding=(0, 2))
    # Whole words also where the output goes into a pipe, which has 80 columns.
    table.add_column("evidence", min_width=max(len(weight.evidence) for weight in weights))
    table.add_column("for")
    for name in ("endpoints", "points given", "points measured"):
        table.add_column(name, justify="right")
    for weight in weights:
        measured = "too few" if weight.measured is None else f"{weight.measured:+.1f}"
        table.add_row(
            weight.evidence, weight.environment, f"{weight.endpoints:,}", f"{weight.points:+d}", measured
        )
    return table


def _weights(con: duckdb.DuckDBPyConnection) -> list[Weight]:
    found = []
    with (REPOSITORY_ROOT / "seeds" / "environment_rules.csv").open(encoding="utf-8", newline="") as file:
        for rule in csv.DictReader(file):
            named = {"label": rule["environment"], "evidence": rule["evidence"]}
            counts = con.execute(_SHOWN, named).fetchall()[0]
            endpoints = counts[0] + counts[1]
            measured = points_measured(*counts) if endpoints >= FEWEST_ENDPOINTS else None
            found.append(
                Weight(rule["evidence"], rule["environment"], int(rule["points"]), endpoints, measured)
            )
    return found
