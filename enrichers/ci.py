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

import numpy as np
import numpy.typing as npt
import pandas as pd

from enrichers.clients.rules import SeedError, ordered_seed
from enrichers.reference.ranges import RangeTable, as_object, network_range, parse, table, text_where
from enrichers.reference.reference_set import ReferenceSet
from enrichers.reference.seeds import read_seed

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
    evidence = _evidence(keys)
    numbers = evidence.groupby(CONDITIONS, dropna=False, sort=False).ngroup().to_numpy()
    distinct = evidence.assign(number=numbers).drop_duplicates("number").sort_values("number")
    decided = [decide(row, rules) for row in distinct[CONDITIONS].itertuples(index=False, name=None)]
    return pd.DataFrame(
        {column: as_object(getattr(rule, column) for rule in decided)[numbers] for column in COLUMNS},
        index=keys.index,
        dtype=object,
    )


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


def exclusive_ranges(addresses: pd.Series[Any]) -> npt.NDArray[Any]:
    """The range of seeds/ci_ranges.csv that holds each address, or None."""
    ranges, names = _ranges()
    found: npt.NDArray[Any] = names[ranges.find(parse(addresses.to_numpy(dtype=object)))]
    return found


@cache
def _ranges() -> tuple[RangeTable, npt.NDArray[Any]]:
    """The seed as a table, and the name of each code (None for NOTHING, the last)."""
    rows = read_seed("ci_ranges")
    names = sorted({row["ci_range"] for row in rows})
    try:
        found = [network_range(row["cidr"], 0, names.index(row["ci_range"])) for row in rows]
    except ValueError as error:
        raise SeedError(f"seeds/ci_ranges.csv: {error}. Correct the row.") from None
    v4, v6 = ([item for version, item in found if version == wanted] for wanted in (4, 6))
    return table(v4, v6), as_object(names)


def _evidence(keys: pd.DataFrame) -> pd.DataFrame:
    """CONDITIONS of each key, None where there is none. A column without any value may come as numbers."""
    evidence: dict[str, Any] = {
        column: keys[column].map(
            {value: value for value in keys[column].unique() if isinstance(value, str) and value}
        )
        for column in CONDITIONS[:-2]
    }
    evidence["ci_range"] = exclusive_ranges(keys["address"])
    evidence["address"] = text_where(
        np.array([isinstance(value, str) for value in keys["address"]], dtype=np.bool_), "present"
    )
    frame = pd.DataFrame(evidence, index=keys.index).astype(object)
    return frame.where(frame.notna(), None)
