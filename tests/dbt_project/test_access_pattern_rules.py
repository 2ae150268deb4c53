"""The rules of access patterns: the seed says what they mean and in which order, the model when they fit."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def rules_of_seed() -> list[str]:
    """Names by position."""
    with (ROOT / "seeds" / "access_pattern_rules.csv").open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["position"]))
    return [row["rule"] for row in rows]


def rules_of_model(text: str) -> list[str]:
    """Names in the order in which the model tries them."""
    cases = re.search(r"case\s+when client_category = 'mirror'.*?end as rule", text, re.DOTALL)
    assert cases
    return re.findall(r"(?:then|else) '(\w+)'", cases.group())


def test_the_model_tries_the_rules_in_the_order_of_the_seed() -> None:
    text = (ROOT / "dbt_project/models/intermediate/behaviour/int_access_patterns.sql").read_text("utf-8")
    assert rules_of_model(text) == rules_of_seed()


def test_a_rule_out_of_order_is_noticed() -> None:
    """The planted defect."""
    text = (ROOT / "dbt_project/models/intermediate/behaviour/int_access_patterns.sql").read_text("utf-8")
    swapped = text.replace("'polling_steady'", "'x'").replace("'ci_client'", "'polling_steady'")
    assert rules_of_model(swapped.replace("'x'", "'ci_client'")) != rules_of_seed()
