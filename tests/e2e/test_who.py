"""From log lines to marts: unknown user agents as patterns, and overrides from their date on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.lake import parquet
from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, build_and_publish, load_logs, make

# The operator of this network is Credit Suisse; seeds/company_overrides.csv says UBS from 2024-06-01 on.
CREDIT_SUISSE = "169.35.178.135"
MERCEDES = "53.1.1.1"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("who")
    odd = Traffic("acme/odd", MERCEDES, "mirrorbot/1.2 (jane.doe@example.com)")
    odd.manifest("2026-05-01 10:00:00", "GET", "latest")
    odd.manifest("2026-05-01 10:10:00", "GET", "latest")
    other = Traffic("acme/odd", "88.198.31.7", "mirrorbot/2.0 (john.d@example.org)")
    other.manifest("2026-05-01 11:00:00", "GET", "latest")
    before, after = Traffic("acme/before", CREDIT_SUISSE), Traffic("acme/after", CREDIT_SUISSE)
    before.manifest("2024-05-31 12:00:00", "HEAD", "latest")
    after.manifest("2024-06-01 12:00:00", "HEAD", "latest")
    lines = [line for traffic in (odd, other, before, after) for line in traffic.lines]
    write(lines, folder / "logs" / "access.jsonl")
    return make(folder / "data", folder / "logs", only=("fct_pulls", "top_unknown_user_agents"))


def test_versions_of_an_unknown_client_are_one_pattern(warehouse: Warehouse) -> None:
    # Three requests of two origins (an origin is an address and a client; the version is no part of it).
    assert warehouse.query("select * from top_unknown_user_agents") == [
        (warehouse.query("select date '2026-05-01'")[0][0], "mirrorbot/0.0 (0.0?0.0)", 1, 3, 2, 1, 3, 0)
    ]


def test_an_override_holds_from_its_date(warehouse: Warehouse) -> None:
    found = warehouse.query(
        "select repository, network_operator, company, company_confidence, company_method"
        " from fct_pulls where pull_date < '2025-01-01' order by pull_date"
    )
    assert found == [
        ("acme/before", "Credit Suisse Group", "Credit Suisse", "medium", "known_name"),
        ("acme/after", "Credit Suisse Group", "UBS", "high", "override"),
    ]


def test_a_company_of_the_address_data_stays(warehouse: Warehouse) -> None:
    found = warehouse.query(
        "select distinct network_type, company, company_confidence, company_method from fct_pulls"
        " where asn = 31399"
    )
    assert found == [("business", "Mercedes-Benz Group", "high", "asn")]


def test_a_lake_of_an_older_version_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files without the column of unknown agents, as version 1 wrote them."""
    old = {name: kind for name, kind in parquet.REQUEST_COLUMNS.items() if name != "unknown_agent_pattern"}
    traffic = Traffic("acme/old", MERCEDES, "mirrorbot/1.2")
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    write(traffic.lines, tmp_path / "logs" / "access.jsonl")
    with monkeypatch.context() as patch:
        patch.setattr(parquet, "REQUEST_COLUMNS", old)
        settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"))
        loaded = load_logs(settings)
    build_and_publish(settings, only=("fct_pulls", "top_unknown_user_agents"))
    made = Warehouse(settings, loaded)
    assert made.query("select count(*) from fct_pulls") == [(1,)]
    assert made.query("select count(*) from top_unknown_user_agents") == [(0,)]
