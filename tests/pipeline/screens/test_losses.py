"""Shares of lost lines, worked out by hand; each with what to do."""

from __future__ import annotations

import pytest

from pipeline.screens import losses
from pipeline.screens.losses import ADVICE, Losses
from tests.pipeline.loads import a_load


def test_loads_are_added_up() -> None:
    one = a_load(
        "a", line_count=110, staged_count=90, quarantined_count=8, skipped_count=10, opted_out_count=2,
        reasons={"missing_field": 5, "not_json": 3}, missing_fields={"status": 5}, without_address_count=9,
    )  # fmt: skip
    other = a_load(
        "b", line_count=100, staged_count=98, quarantined_count=2, reasons={"missing_field": 2},
        missing_fields={"status": 1, "msec": 1}, without_address_count=0,
    )  # fmt: skip
    found = losses.of_loads([one, other])
    assert (found.lines, found.requests, found.quarantined) == (200, 188, 10)
    assert found.quarantined_share == 0.05
    assert found.without_address_share == pytest.approx(9 / 188)
    assert losses.quarantine_text(found) == (
        "10 of 200 lines (5.0 %): missing_field 7 (status 6, msec 1), not_json 3"
    )
    assert losses.address_text(found) == "9 of 188 requests (4.8 %)"


def test_what_nothing_was_lost_of() -> None:
    assert (Losses().quarantined_share, Losses().without_address_share) == (0, 0)
    assert (losses.quarantine_text(Losses()), losses.address_text(Losses())) == ("empty", "none")
    assert losses.warnings(Losses(), 0.0) == []


@pytest.mark.parametrize(
    ("quarantined", "limit", "is_warned"), [(1, 0.01, False), (2, 0.01, True), (2, 0.02, False)]
)
def test_a_warning_is_given_above_the_share(quarantined: int, limit: float, is_warned: bool) -> None:
    lost = Losses(lines=100, requests=98, quarantined=quarantined, reasons={"not_json": quarantined})
    assert bool(losses.warnings(lost, limit)) is is_warned
    alone = Losses(lines=100, requests=100, without_address=quarantined)
    assert bool(losses.warnings(alone, limit)) is is_warned


def test_a_warning_says_what_to_do() -> None:
    reasons = {"missing_field": 50, "too_long": 10}
    lost = Losses(100, 40, 60, 40, reasons, {"user_agent": 50})
    quarantine, address = losses.warnings(lost, 0.01)
    assert quarantine == (
        "Lines were lost: 60 of 100 lines (60.0 %): missing_field 50 (user_agent 50), too_long 10."
        f" What to do: missing_field: {ADVICE['missing_field']}; too_long: {losses.OTHERWISE}."
    )
    assert "40 of 40 requests (100.0 %); they count as one client" in address
    assert "TRUSTED_PROXIES" in address


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0 %"), (0.0004, "under 0.1 %"), (0.5, "50.0 %"), (0.9999, "99.9 %"), (1.0, "100.0 %")],
)
def test_a_share_never_reads_as_all_or_nothing_where_it_is_not(share: float, text: str) -> None:
    assert losses.percent(share) == text
