"""The manifest catalogue: append-only Parquet files, each named by what it holds.

`manifests/`: digest → kind, platform, configuration, layers, parents. `tags/`: which digest a tag means, as a
catalogue file says. `failures/`: what the registry was asked for in vain. docs/catalogue.md has the whole.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, Literal

import duckdb
from pydantic import BaseModel, TypeAdapter, ValidationError

from enrichers.manifests.documents import Platform, platform_name
from ingest.scrub import scrub
from pipeline.lake.parquet import write_parquet
from pipeline.settings import Settings

Kind = Literal["index", "image", "artifact", "attestation"]

COLUMNS = {
    "repository": "VARCHAR",
    "digest": "VARCHAR",
    "kind": "VARCHAR",
    "platform": "VARCHAR",
    "config": "VARCHAR",
    "config_size": "BIGINT",
    "layers": "VARCHAR[]",
    "layer_sizes": "BIGINT[]",
    "parents": "VARCHAR[]",
    "source": "VARCHAR",
}
TAG_COLUMNS = {"repository": "VARCHAR", "tag": "VARCHAR", "digest": "VARCHAR"}
# One row per run that asked in vain; `attempts` counts them up.
FAILURE_COLUMNS = {
    "repository": "VARCHAR",
    "digest": "VARCHAR",
    "reason": "VARCHAR",
    "attempts": "INTEGER",
}


# `layer_bytes` of dbt_project.yml: a layer of an image is larger.
SMALLEST_LAYER = 65_536


class CatalogueError(ValueError):
    """The catalogue file cannot be read; the text says where and what to do."""


class _Manifest(BaseModel, strict=True):
    """An index names its children; another manifest has platform, config and layers, and may say its kind.

    `artifact` and `attestation` say the kind too.
    """

    index: list[str] | None = None
    kind: Kind | None = None
    artifact: bool = False
    attestation: bool = False
    platform: dict[str, str] | None = None
    config: str | None = None
    layers: list[str] = []
    sizes: list[int] = []


class _Repository(BaseModel, strict=True):
    """Digest → manifest, and what each tag meant when the file was made."""

    tags: dict[str, str] = {}
    manifests: dict[str, _Manifest]


_FILE = TypeAdapter(dict[str, _Repository])


def ensure(settings: Settings) -> int:
    """Bring the configured catalogue file into the data directory; returns the number of manifests.

    The same content is written once. Empty files are written too, so that the models always find one of each
    kind. Raises CatalogueError for a file of another form.
    """
    rows, tags = (
        (read_file(settings.catalogue), read_tags(settings.catalogue)) if settings.catalogue else ([], [])
    )
    for directory, columns, content in (
        (settings.manifests, COLUMNS, rows),
        (settings.tags, TAG_COLUMNS, tags),
        (settings.failures, FAILURE_COLUMNS, []),
    ):
        append(directory, columns, [])
        append(directory, columns, content)
    return len(rows)


def append(directory: Path, columns: dict[str, str], rows: list[dict[str, Any]]) -> Path:
    """Write rows as a file of their own, unless it is there: its name holds their digest, or is "empty"."""
    text = json.dumps(rows, sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()[:32] if rows else "empty"
    target = directory / f"{name}.parquet"
    if not target.exists():
        with duckdb.connect() as con:
            types = ", ".join(f"{key} {kind}" for key, kind in columns.items())
            con.execute(f"create table contents ({types})")
            if rows:
                marks = ", ".join("?" for _ in columns)
                con.executemany(
                    f"insert into contents values ({marks})", [[row[key] for key in columns] for row in rows]
                )
            write_parquet(con, "select * from contents order by all", target)
    return target


def read_file(path: Path) -> list[dict[str, Any]]:
    """Read a catalogue file of the corpus's form: repository → {tags, manifests: digest → description}.

    Returns one dict a manifest with the keys of COLUMNS. An index lists its children; a manifest has
    platform, config and layers, and may say its `kind` (image, artifact, attestation).
    """
    return [row for name, repository in _parse(path).items() for row in _rows(name, repository)]


def read_tags(path: Path) -> list[dict[str, str]]:
    """What each tag of a catalogue file meant: one dict a tag with the keys of TAG_COLUMNS."""
    return [
        {"repository": scrub(name), "tag": scrub(tag), "digest": digest}
        for name, repository in _parse(path).items()
        for tag, digest in sorted(repository.tags.items())
    ]


def _parse(path: Path) -> dict[str, _Repository]:
    try:
        return _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror}. Give CATALOGUE=<file>, or leave it out.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = " → ".join(str(part) for part in first["loc"])
        raise CatalogueError(
            f"{path} is not a catalogue ({place + ': ' if place else ''}{first['msg']}). It maps each"
            " repository to its tags and manifests; docs/counting.md shows the form."
        ) from None


def _rows(name: str, repository: _Repository) -> list[dict[str, Any]]:
    parents: dict[str, list[str]] = defaultdict(list)
    for digest, manifest in repository.manifests.items():
        for child in manifest.index or []:
            parents[child].append(digest)
    return [
        {
            "repository": scrub(name),
            "digest": digest,
            "kind": _kind(manifest),
            "platform": None if _is_of_no_platform(manifest) else _platform(manifest.platform),
            "config": manifest.config,
            "config_size": None,
            "layers": manifest.layers,
            "layer_sizes": manifest.sizes,
            "parents": sorted(parents[digest]),
            "source": "file",
        }
        for digest, manifest in sorted(repository.manifests.items())
    ]


def _kind(manifest: _Manifest) -> str | None:
    """An entry with a platform is an image; a chart has none, and all its layers are small.

    Several large layers are an image that no index lists; a single one may be. BuildKit gives an attestation
    in an index the platform unknown/unknown.
    """
    if manifest.index is not None:
        return "index"
    if manifest.kind:
        return manifest.kind
    if manifest.attestation or _is_of_no_platform(manifest):
        return "attestation"
    if manifest.artifact:
        return "artifact"
    if manifest.platform:
        return "image"
    if manifest.sizes and max(manifest.sizes) < SMALLEST_LAYER:
        return "artifact"
    return "image" if len(manifest.layers) > 1 else None


def _is_of_no_platform(manifest: _Manifest) -> bool:
    platform = manifest.platform or {}
    return platform.get("os") == platform.get("architecture") == "unknown"


def _platform(platform: dict[str, str] | None) -> str | None:
    return platform_name(Platform.model_validate(platform)) if platform else None
