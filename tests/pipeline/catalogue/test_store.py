from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.catalogue import store
from pipeline.catalogue.store import CatalogueError, read_file
from pipeline.settings import Settings


def write(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_the_corpus_catalogue(corpus: Path) -> None:
    """`acme/app` has indexes of amd64 and arm64 with three layers each; `acme/chart` is an artifact."""
    rows = read_file(corpus / "catalogue.json")
    content = json.loads((corpus / "catalogue.json").read_text(encoding="utf-8"))
    assert len(rows) == sum(len(entry["manifests"]) for entry in content.values())
    kinds = Counter((row["repository"], row["kind"]) for row in rows)
    assert {repository for repository, kind in kinds if kind == "index"} == {"acme/app"}
    assert kinds["acme/tool", "image"] >= 1
    assert not kinds["acme/chart", "image"]
    app = [row for row in rows if row["repository"] == "acme/app"]
    assert {row["platform"] for row in app if row["kind"] == "image"} == {"linux/amd64", "linux/arm64"}
    assert all(len(row["layers"]) == 3 and row["config"] for row in app if row["kind"] == "image")
    indices = {row["digest"] for row in app if row["kind"] == "index"}
    for row in app:
        assert set(row["parents"]) <= indices
        assert bool(row["parents"]) == (row["kind"] == "image")


@pytest.mark.parametrize(
    ("manifest", "kind"),
    [
        ({"index": ["sha256:1"]}, "index"),
        ({"platform": {"os": "linux"}, "layers": ["sha256:1"]}, "image"),
        ({"layers": ["sha256:1", "sha256:2"]}, "image"),
        ({"layers": ["sha256:1"]}, None),
        ({"layers": ["sha256:1"], "sizes": [182]}, "artifact"),
        ({"layers": ["sha256:1", "sha256:2"], "sizes": [9_000, 900]}, "artifact"),
        ({"layers": ["sha256:1", "sha256:2"], "sizes": [65_536, 900]}, "image"),
        ({"layers": ["sha256:1"], "sizes": [65_536]}, None),
        ({"layers": ["sha256:1"], "sizes": [65_536], "artifact": True}, "artifact"),
        ({"layers": ["sha256:1"], "attestation": True}, "attestation"),
        ({"platform": {"os": "linux"}, "layers": ["sha256:1"], "sizes": [182]}, "image"),
        ({"layers": ["sha256:1"], "kind": "artifact"}, "artifact"),
        ({"platform": {"os": "linux"}, "kind": "attestation"}, "attestation"),
        ({"platform": {"os": "unknown", "architecture": "unknown"}}, "attestation"),
    ],
)
def test_kinds(tmp_path: Path, manifest: dict[str, Any], kind: str | None) -> None:
    path = write(tmp_path / "c.json", {"a/b": {"tags": {}, "manifests": {"sha256:0": manifest}}})
    assert [row["kind"] for row in read_file(path)] == [kind]


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        ({"os": "linux", "architecture": "amd64"}, "linux/amd64"),
        ({"os": "linux", "architecture": "arm", "variant": "v7"}, "linux/arm/v7"),
        ({"os": "linux", "architecture": "arm64", "variant": "v8"}, "linux/arm64"),
        ({"architecture": "arm64"}, "arm64"),
        ({}, None),
        (None, None),
    ],
)
def test_platforms(tmp_path: Path, platform: dict[str, str] | None, text: str | None) -> None:
    manifest = {"platform": platform, "layers": []}
    path = write(tmp_path / "c.json", {"a/b": {"tags": {}, "manifests": {"sha256:0": manifest}}})
    assert [row["platform"] for row in read_file(path)] == [text]


@pytest.mark.parametrize(
    "content",
    [
        "{", "[]", "3", '"text"', {"a/b": 1}, {"a/b": {}}, {"a/b": {"manifests": []}},
        {"a/b": {"manifests": {"sha256:0": []}}}, {"a/b": {"manifests": {"sha256:0": {"platform": "linux"}}}},
        {"a/b": {"manifests": {"sha256:0": {"layers": 3}}}},
        {"a/b": {"manifests": {"sha256:0": {"index": 3}}}},
        {"a/b": {"manifests": {"sha256:0": {"layers": [3]}}}},
        {"a/b": {"manifests": {"sha256:0": {"layers": [], "config": {}}}}},
        b"\xff\xfe".decode("latin-1"), "[" * 100_000,
    ],
)  # fmt: skip
def test_another_form_is_a_clear_error(tmp_path: Path, content: Any) -> None:
    path = write(tmp_path / "c.json", content)
    with pytest.raises(CatalogueError, match=r"c\.json is not a catalogue .*docs/counting\.md"):
        read_file(path)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CatalogueError, match=r"c\.json is not a catalogue"):
        read_file(path)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(CatalogueError, match=r"Give CATALOGUE=<file>, or leave it out"):
        read_file(tmp_path / name)


def stored(settings: Settings) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(
            "select repository, digest, kind, platform, layers, parents, source"
            f" from read_parquet('{settings.manifests}/*.parquet') order by digest"
        ).fetchall()


def test_it_is_brought_in_once(tmp_path: Path) -> None:
    manifests = {
        "sha256:1": {"index": ["sha256:2"]},
        "sha256:2": {"platform": {"os": "linux", "architecture": "amd64"}, "layers": ["sha256:3"]},
    }
    path = write(tmp_path / "c.json", {"a/b": {"tags": {"1.0": "sha256:1"}, "manifests": manifests}})
    settings = Settings(data=tmp_path / "data", catalogue=path)
    assert store.ensure(settings) == 2
    before = {file.name: file.stat().st_mtime_ns for file in settings.manifests.iterdir()}
    # The same in another order and with other white space.
    write(path, json.dumps({"a/b": {"manifests": manifests, "tags": {}}}, indent=4))
    assert store.ensure(settings) == 2
    assert {file.name: file.stat().st_mtime_ns for file in settings.manifests.iterdir()} == before
    assert stored(settings) == [
        ("a/b", "sha256:1", "index", None, [], [], "file"),
        ("a/b", "sha256:2", "image", "linux/amd64", ["sha256:3"], ["sha256:1"], "file"),
    ]


def test_without_a_file_there_is_an_empty_catalogue(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    assert store.ensure(settings) == 0
    assert stored(settings) == []


def test_an_address_in_a_repository_is_not_kept(tmp_path: Path) -> None:
    content = {"cache/198.51.100.7/app": {"tags": {}, "manifests": {"sha256:0": {"layers": []}}}}
    assert read_file(write(tmp_path / "c.json", content))[0]["repository"] == "cache/[address]/app"
