"""What the catalogue knows to be an artifact is one, whatever client took it and however small it is."""

from __future__ import annotations

from tests.figures import artifacts
from tests.support.warehouse import Warehouse


def test_a_chart_is_an_artifact_whoever_takes_it(figures: Warehouse) -> None:
    found = figures.query("select outcome from fct_pulls where repository = ?", [artifacts.CHART])
    assert found == [("artifact",)] * len(artifacts.AGENTS)
    counts = figures.query(
        "select sum(artifact_count), sum(download_count), sum(inspect_count) from pulls_daily"
        " where repository = ?",
        [artifacts.CHART],
    )
    assert counts == [(len(artifacts.AGENTS), 0, 0)]


def test_a_small_image_is_none(figures: Warehouse) -> None:
    """A tool for charts takes images too."""
    found = figures.query(
        "select distinct outcome from fct_pulls where repository = ?", [artifacts.IMAGE_REPOSITORY]
    )
    assert found == [("download",)]
