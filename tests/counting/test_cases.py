"""Counts that were worked out by hand, from the lines to the marts."""

from __future__ import annotations

import pytest

from tests.counting.cases import all_cases
from tests.support.counted import Counted

CASES = {case.name: case for case in all_cases()}


@pytest.mark.parametrize("name", sorted(CASES))
def test_case_is_counted_as_by_hand(counted: Counted, name: str) -> None:
    case = CASES[name]
    found = counted.warehouse.query(
        "select sum(download_count), sum(version_check_count), sum(docker_pull_count)"
        " from pulls_yearly where repository = ?",
        [name],
    )
    assert found == [(case.downloads, case.checks, case.docker_rule)]
