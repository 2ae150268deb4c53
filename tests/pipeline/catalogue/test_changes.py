"""What a catalogue that has learned something makes dirty, from a plan of real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.catalogue import changes, store
from pipeline.settings import Settings
from pipeline.warehouse import plan
from tests.pipeline.loads import load_requests

INDEX, IMAGE, CONFIG, LAYER = (f"sha256:{letter * 64}" for letter in "1234")


def asked(day: str, digest: str, **more: Any) -> dict[str, Any]:
    return {
        "day": day, "request_kind": "manifest", "repository": "a/b", "reference": digest,
        "reference_type": "digest",
    } | more  # fmt: skip


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Published: a day for the index, one for a tag that means it, one each for image, layer and nothing."""
    settings = Settings(data=tmp_path / "data")
    load_requests(
        settings,
        "a",
        [
            asked("2026-01-01", INDEX),
            asked("2026-01-11", "latest", reference_type="tag", response_digest=INDEX),
            asked("2026-01-21", IMAGE),
            asked("2026-02-01", LAYER, request_kind="blob"),
            asked("2026-02-11", "sha256:" + "9" * 64),
        ],
    )
    publish(settings)
    return settings


def publish(settings: Settings) -> None:
    """As if marts of all this had been published."""
    plan.write(settings)
    for path in (settings.warehouse, settings.marts):
        path.touch()
    content = {"load_ids": ["a" * 32]} | plan.built_from(settings)
    settings.publication.write_text(json.dumps(content), encoding="utf-8")


def learn(settings: Settings, digest: str, **known: Any) -> None:
    row = dict.fromkeys(store.COLUMNS) | {"repository": "a/b", "digest": digest} | known
    store.append(settings.manifests, store.COLUMNS, [row])


def fail(settings: Settings, digest: str, attempts: int = 1) -> None:
    row = {"repository": "a/b", "digest": digest, "reason": "not found", "attempts": attempts}
    store.append(settings.failures, store.FAILURE_COLUMNS, [row])


def dirty(settings: Settings) -> set[str]:
    published = plan.read_publication(settings)["catalogue"]
    ledger = plan.Ledger(settings.loads)
    return {str(day) for day in changes.dirty_days(settings, ledger, published)}


def test_nothing_learned(settings: Settings) -> None:
    assert dirty(settings) == set()
    assert plan.write(settings)["rebuilt_days"] == 0


def test_a_manifest_dirties_the_days_that_name_it_or_its_blobs(settings: Settings) -> None:
    """The index by digest and by tag; an image, its layer, and its index, whose child is now known."""
    learn(settings, INDEX, kind="index")
    assert dirty(settings) == {"2026-01-01", "2026-01-11"}
    learn(settings, IMAGE, kind="image", config=CONFIG, layers=[LAYER])
    assert dirty(settings) == {"2026-01-01", "2026-01-11", "2026-01-21", "2026-02-01"}
    written = plan.write(settings)
    assert (written["full"], written["dirty_days"], written["rebuilt_days"]) == (None, 4, 12)


def test_a_child_dirties_its_index(settings: Settings) -> None:
    learn(settings, "sha256:" + "8" * 64, kind="image", parents=[INDEX])
    assert dirty(settings) == {"2026-01-01", "2026-01-11"}


def test_a_new_parent_dirties_the_days_of_its_childs_layers(settings: Settings) -> None:
    """The image and its layer were known; now an index names the image."""
    learn(settings, IMAGE, kind="image", config=CONFIG, layers=[LAYER])
    publish(settings)
    learn(settings, IMAGE, parents=[INDEX])
    assert dirty(settings) == {"2026-01-01", "2026-01-11", "2026-01-21", "2026-02-01"}


def test_a_first_failure_counts_and_another_one_does_not(settings: Settings) -> None:
    fail(settings, IMAGE)
    assert dirty(settings) == {"2026-01-21"}
    publish(settings)
    fail(settings, IMAGE, attempts=2)
    assert dirty(settings) == set()
    fail(settings, LAYER)
    assert dirty(settings) == {"2026-02-01"}


def test_what_was_published_is_not_dirty_again(settings: Settings) -> None:
    learn(settings, INDEX, kind="index")
    publish(settings)
    assert dirty(settings) == set()


def test_new_tags_dirty_the_last_day(settings: Settings) -> None:
    store.append(settings.tags, store.TAG_COLUMNS, [{"repository": "a/b", "tag": "1.0", "digest": INDEX}])
    assert dirty(settings) == {"2026-02-11"}


def test_a_catalogue_file_counts_in_the_run_that_brings_it_in(settings: Settings) -> None:
    path = settings.data / "catalogue.json"
    content = {"a/b": {"tags": {}, "manifests": {IMAGE: {"layers": [LAYER, "sha256:5"]}}}}
    path.write_text(json.dumps(content), encoding="utf-8")
    settings.catalogue = path
    assert plan.write(settings)["dirty_days"] == 2


def test_a_plan_that_forgets_the_catalogue_is_noticed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect."""
    monkeypatch.setattr(changes, "dirty_days", lambda *_: set())
    learn(settings, INDEX, kind="index")
    assert plan.write(settings)["dirty_days"] == 0
