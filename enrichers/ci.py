"""Does a request come from CI? Yes, no evidence, or unknown, each with a reason a person can check.

The rules are seeds/ci_rules.csv: the first that fits decides. An address proves CI only in the few ranges
that a CI system lists for its machines and nothing else (seeds/ci_ranges.csv). GitHub's Linux and Windows
runners share nearly half of Azure's addresses with everybody else there: being eligible is no proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from enrichers.client_rules import SeedError, ordered_seed
from enrichers.ranges import RangeTable, network_range, parse, table
from enrichers.reference import ReferenceSet
from enrichers.reference_seeds import read_seed

COLUMNS = ["ci_provider", "ci_verdict", "ci_reason"]
CONDITIONS = ["client_name", "client_category", "kernel_hint", "cloud_provider", "ci_range", "address"]
VERDICTS = {"yes", "no evidence", "unknown"}

# In a condition: blank fits everything, this fits a missing value.
MISSING = "-"

# The value of each condition column, None where it is missing. Of an address only whether there is one, and
# in which exclusive range.
Evidence = tuple[str | None, ...]


@dataclass(frozen=True)
class CiRule:
    """One row of seeds/ci_rules.csv; `conditions` in the order of CONDITIONS."""

    rule: str
    conditions: tuple[str, ...]
    ci_provider: str | None
    ci_verdict: str
    ci_reason: str

    def fits(self, evidence: Evidence) -> bool:
        """Whether every condition holds."""
        return all(
            not wanted or wanted == (found or MISSING)
            for wanted, found in zip(self.conditions, evidence, strict=True)
        )


def judge(keys: pd.DataFrame, reference: ReferenceSet) -> pd.DataFrame:
    """The verdict on each distinct pair of user agent and address.

    `keys`: client_name, client_category, kernel_hint, cloud_provider, address (text or null); more columns
    are ignored. `reference` adds no evidence: exclusive ranges are few and are a seed. Returns
    COLUMNS on the same index (text, dtype object): ci_provider (null unless the verdict is yes), ci_verdict
    (one of VERDICTS), ci_reason (an English sentence). Raises ReferenceDataError when the
    rules cannot be used.
    """
    rules = ci_rules()
    verdicts: dict[Evidence, CiRule] = {}
    rows = []
    for evidence in _evidence(keys):
        rule = verdicts.get(evidence) or verdicts.setdefault(evidence, decide(evidence, rules))
        rows.append((rule.ci_provider, rule.ci_verdict, rule.ci_reason))
    return pd.DataFrame(rows, columns=COLUMNS, index=keys.index, dtype=object)


def decide(evidence: Evidence, rules: Sequence[CiRule]) -> CiRule:
    """The first rule that fits; the last of the seed fits everything."""
    return next(rule for rule in rules if rule.fits(evidence))


@cache
def ci_rules() -> tuple[CiRule, ...]:
    """The rules in their order. Raises SeedError for an unknown verdict or a last rule with a condition."""
    rules = tuple(
        CiRule(
            rule=row["rule"],
            conditions=tuple(row[column] for column in CONDITIONS),
            ci_provider=row["ci_provider"] or None,
            ci_verdict=row["ci_verdict"],
            ci_reason=row["ci_reason"],
        )
        for row in ordered_seed("ci_rules")
    )
    if not rules or any(rules[-1].conditions) or not {rule.ci_verdict for rule in rules} <= VERDICTS:
        raise SeedError(
            f"seeds/ci_rules.csv: each verdict must be one of {sorted(VERDICTS)}, and the last rule must have"
            " no condition. Correct the row."
        )
    return rules


def exclusive_ranges(addresses: pd.Series[Any]) -> list[str | None]:
    """The range of seeds/ci_ranges.csv that holds each address, or None."""
    ranges, names = _ranges()
    return [names[code] for code in ranges.find(parse(addresses.to_numpy(dtype=object)))]


@cache
def _ranges() -> tuple[RangeTable, list[str | None]]:
    """The seed as a table, and the name of each code (None for NOTHING, the last)."""
    rows = read_seed("ci_ranges")
    names = sorted({row["ci_range"] for row in rows})
    try:
        found = [network_range(row["cidr"], 0, names.index(row["ci_range"])) for row in rows]
    except ValueError as error:
        raise SeedError(f"seeds/ci_ranges.csv: {error}. Correct the row.") from None
    v4, v6 = ([item for version, item in found if version == wanted] for wanted in (4, 6))
    return table(v4, v6), [*names, None]


def _evidence(keys: pd.DataFrame) -> list[Evidence]:
    columns = [
        [value if isinstance(value, str) and value else None for value in keys[column]]
        for column in CONDITIONS[:-2]
    ]
    has_address = ["present" if isinstance(value, str) else None for value in keys["address"]]
    return list(zip(*columns, exclusive_ranges(keys["address"]), has_address, strict=True))
