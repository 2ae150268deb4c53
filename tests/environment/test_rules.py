"""The seed says what evidence is worth, the model when it is shown: both know the same evidence."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "dbt_project" / "models" / "intermediate" / "environment" / "int_environment_evidence.sql"


def rules() -> list[dict[str, str]]:
    """Rows of the seed."""
    with (ROOT / "seeds" / "environment_rules.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def evidence_of_model(text: str) -> list[str]:
    """Names in the order in which the model lists them."""
    listed = text[text.index("list_filter(") : text.index("lambda shown_evidence")]
    return re.findall(r"then '(\w+)'", listed)


def test_seed_and_model_know_the_same_evidence_in_the_same_order() -> None:
    assert evidence_of_model(MODEL.read_text("utf-8")) == list(
        dict.fromkeys(row["evidence"] for row in rules())
    )


def test_evidence_without_a_weight_is_noticed() -> None:
    """The planted defect."""
    text = MODEL.read_text("utf-8").replace("then 'timer'", "then 'clock'")
    assert evidence_of_model(text) != list(dict.fromkeys(row["evidence"] for row in rules()))


def alone_likely(rows: list[dict[str, str]]) -> set[str]:
    """Evidence that makes an environment likely (ten points) without any other, and is no proof."""
    return {row["evidence"] for row in rows if row["is_proof"] == "false" and int(row["points"]) >= 10}


def test_no_weak_evidence_decides_alone() -> None:
    """A provider is no laptop, a cloud no CI, a cluster's runtime no production by itself.

    Only what names a person's machine, or shares its address with a push, is likely by itself.
    """
    assert alone_likely(rules()) == {"desktop", "desktop_kernel", "pushing_address"}


def test_a_network_never_labels_alone() -> None:
    """Four points are possible: those of networks that stand without a client's kind are below."""
    weights = {row["evidence"]: int(row["points"]) for row in rules() if row["family"] == "network"}
    assert all(abs(weights[name]) < 4 for name in ("provider", "office", "hosted_engine"))
    assert weights["hosted"] < 0


def test_a_provider_that_decides_alone_is_noticed() -> None:
    """The planted defect."""
    planted = [row | {"points": "12"} if row["evidence"] == "provider" else row for row in rules()]
    assert "provider" in alone_likely(planted)
