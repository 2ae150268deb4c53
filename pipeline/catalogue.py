"""The manifest catalogue: digest → kind, platform, config, layers, parents (append-only Parquet)."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel, TypeAdapter, ValidationError

from ingest.scrub import scrub
from pipeline.lake import write_parquet
from pipeline.settings import Settings

COLUMNS = {
    "repository": "VARCHAR",
    "digest": "VARCHAR",
    "kind": "VARCHAR",
    "platform": "VARCHAR",
    "config": "VARCHAR",
    "layers": "VARCHAR[]",
    "parents": "VARCHAR[]",
    "source": "VARCHAR",
}


class CatalogueError(ValueError):
    """The catalogue file cannot be read; the text says where and what to do."""


class _Manifest(BaseModel, strict=True):
    """An index names its children; another manifest has platform, config and layers, and may say its kind."""

    index: list[str] | None = None
    kind: str | None = None
    platform: dict[str, str] | None = None
    config: str | None = None
    layers: list[str] = []


class _Repository(BaseModel, strict=True):
    """Digest → manifest; the tags are not read: they move."""

    manifests: dict[str, _Manifest]


_FILE = TypeAdapter(dict[str, _Repository])


def ensure(settings: Settings) -> int:
    """Bring the configured catalogue file into the data directory; returns the number of manifests.

    The same content is written once (the name holds its digest). Without a file, an empty catalogue is
    written, so that the models always find one. Raises CatalogueError for a file of another form.
    """
    rows = read_file(settings.catalogue) if settings.catalogue else []
    text = json.dumps(rows, sort_keys=True)
    name = hashlib.sha256(text.encode()).hexdigest()[:32] if rows else "empty"
    target = settings.manifests / f"{name}.parquet"
    if not target.exists():
        with duckdb.connect() as con:
            columns = ", ".join(f"{key} {kind}" for key, kind in COLUMNS.items())
            con.execute(f"create table manifests ({columns})")
            if rows:
                marks = ", ".join("?" for _ in COLUMNS)
                con.executemany(
                    f"insert into manifests values ({marks})", [[row[key] for key in COLUMNS] for row in rows]
                )
            write_parquet(con, "select * from manifests order by repository, digest", target)
    return len(rows)


def read_file(path: Path) -> list[dict[str, Any]]:
    """Read a catalogue file of the corpus's form: repository → {tags, manifests: digest → description}.

    Returns one dict a manifest with the keys of COLUMNS. An index lists its children; a manifest has
    platform, config and layers, and may say its `kind` (image, artifact, attestation).
    """
    try:
        content = _FILE.validate_json(path.read_bytes())
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror}. Give CATALOGUE=<file>, or leave it out.") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = " → ".join(str(part) for part in first["loc"])
        raise CatalogueError(
            f"{path} is not a catalogue ({place + ': ' if place else ''}{first['msg']}). It maps each"
            " repository to its tags and manifests; docs/counting.md shows the form."
        ) from None
    return [row for name, repository in content.items() for row in _rows(name, repository)]


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
            "platform": _platform(manifest.platform),
            "config": manifest.config,
            "layers": manifest.layers,
            "parents": sorted(parents[digest]),
            "source": "file",
        }
        for digest, manifest in sorted(repository.manifests.items())
    ]


def _kind(manifest: _Manifest) -> str | None:
    """An entry with a platform, or with several layers, is an image; a chart has neither."""
    if manifest.index is not None:
        return "index"
    if manifest.kind:
        return manifest.kind
    return "image" if manifest.platform or len(manifest.layers) > 1 else None


def _platform(platform: dict[str, str] | None) -> str | None:
    """ "linux/arm/v7"; arm64 is v8 whether that is said or not (containerd's platforms.Normalize)."""
    if not platform:
        return None
    architecture, variant = platform.get("architecture"), platform.get("variant")
    if (architecture, variant) == ("arm64", "v8"):
        variant = None
    return "/".join(part for part in (platform.get("os"), architecture, variant) if part) or None
