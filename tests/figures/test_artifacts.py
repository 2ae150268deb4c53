"""What the catalogue knows to be an artifact is one, whatever client took it and however small it is."""

from __future__ import annotations

import pytest

from tests.figures import artifacts
from tests.support.warehouse import Warehouse


@pytest.mark.parametrize("repository", artifacts.CHARTS)
def test_a_chart_is_an_artifact_whoever_takes_it(figures: Warehouse, repository: str) -> None:
    found = figures.query("select outcome from fct_pulls where repository = ?", [repository])
    assert found == [("artifact",)] * len(artifacts.AGENTS)
    counts = figures.query(
        "select sum(artifact_count), sum(download_count), sum(inspect_count) from pulls_daily"
        " where repository = ?",
        [repository],
    )
    assert counts == [(len(artifacts.AGENTS), 0, 0)]
    images = figures.query(
        "select sum(pull_count) from pull_definitions_daily where repository = ?"
        " and definition_id = 'docker_per_architecture'",
        [repository],
    )
    assert images == [(0,)]


def test_a_small_image_is_none(figures: Warehouse) -> None:
    """A tool for charts takes images too."""
    found = figures.query(
        "select distinct outcome from fct_pulls where repository = ?", [artifacts.IMAGE_REPOSITORY]
    )
    assert found == [("download",)]
