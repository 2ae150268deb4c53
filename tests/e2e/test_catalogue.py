"""A registry that is down, then up again: the run goes on, and the days that must change do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalogue.registry import look_up
from pipeline.settings import Settings
from tests.e2e.test_laws import contents
from tests.pipeline.stub_registry import Answer, StubRegistry, index, serve
from tests.support.factories import IMAGE, INDEX, Traffic
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, build_and_publish, load_logs

APP = "acme/app"


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubRegistry]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serve() as served:
        yield served


def logs(top: str, child: str) -> list[dict[str, str]]:
    """A pull of index, image and one layer of 2 kB on 10 May; another repository's pulls on 1 and 20 May."""
    app, other = Traffic(APP, "198.51.100.1"), Traffic("acme/other", "198.51.100.2")
    other.manifest("2026-05-01 10:00:00", "HEAD", "latest")
    app.manifest("2026-05-10 10:00:00", "GET", top, INDEX)
    app.manifest("2026-05-10 10:00:01", "GET", child, IMAGE)
    app.blob("2026-05-10 10:00:02", "arm-1", size=2_000)
    other.manifest("2026-05-20 10:00:00", "HEAD", "latest")
    return app.lines + other.lines


def quality(warehouse: Warehouse) -> list[tuple[int, ...]]:
    return warehouse.query(
        "select unknown_manifest_count, failed_lookup_count, conflicting_manifest_count,"
        " childless_index_count from data_quality_daily where staged_count > 0 order by quality_date"
    )


def pulls(warehouse: Warehouse) -> list[tuple[str, str | None]]:
    return warehouse.query("select outcome, platform from fct_pulls where repository = 'acme/app'")


def test_a_registry_that_comes_back(stub: StubRegistry, tmp_path: Path) -> None:
    """
    Down: 1 + 2 + 1 manifests of the days are unknown, all three of them asked for in vain. 2 kB may be a
    configuration, so the pull looks like a version check.

    Up: the layer is one, so it was a download, of an arm64 image. The other repository's `latest` is not
    there: it stays unknown and failed, which is no news. One day of three names what was learned; with its
    neighbours, three days are built again.
    """
    arm = stub.holds_image(APP, "arm", "arm64")
    top = stub.holds(APP, index({arm: {"platform": {"os": "linux", "architecture": "arm64"}}}), INDEX)
    answers = dict(stub.answers)
    write(logs(top, arm), tmp_path / "logs" / "access.jsonl")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "logs"), registry=stub.url)
    settings.data.mkdir()
    warehouse = Warehouse(settings, load_logs(settings))

    for path in stub.answers:
        stub.says(path, Answer(503))
    down = look_up(settings, sleep=lambda seconds: None)
    assert (down["wanted"], down["failed"], down["learned"]) == (3, 3, 0)
    build_and_publish(settings)
    assert pulls(warehouse) == [("version_check", None)]
    assert quality(warehouse) == [(1, 1, 0, 0), (2, 2, 0, 0), (1, 1, 0, 0)]

    stub.answers = answers
    up = look_up(settings, sleep=lambda seconds: None)
    assert (up["wanted"], up["failed"], up["learned"]) == (3, 1, 2)
    written = build_and_publish(settings)
    assert (written["full"], written["dirty_days"], written["rebuilt_days"]) == (None, 1, 3)
    assert pulls(warehouse) == [("download", "linux/arm64")]
    assert quality(warehouse) == [(1, 1, 0, 0), (0, 0, 0, 0), (1, 1, 0, 0)]

    late = contents(settings)
    build_and_publish(settings, full=True)
    assert contents(settings) == late
