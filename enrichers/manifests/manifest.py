"""Manifest bodies to rows of the catalogue: kind, platform, configuration, layers, parents.

A body says nothing before it is proved: its digest must be the one that it was asked by. What cannot be read
is a reason, not a row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from enrichers.manifests.documents import (
    EMPTY_CONFIG,
    IMAGE_CONFIGS,
    IMAGE_LAYERS,
    IN_TOTO,
    Descriptor,
    Document,
    Platform,
    is_attestation,
    platform_name,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [
    "repository", "digest", "kind", "platform", "config", "config_size", "layers", "layer_sizes", "parents",
    "source",
]  # fmt: skip
SOURCE = "registry"
# What registries accept at the most (distribution-spec: at least 4 MiB).
LARGEST_BODY = 4 * 1024 * 1024

TOO_LARGE = "too large"
NOT_JSON = "not JSON"
NOT_A_MANIFEST = "not a manifest"
AMBIGUOUS = "both an index and an image"
OTHER_DIGEST = "another digest"
UNKNOWN_ALGORITHM = "unknown digest algorithm"
SCHEMA_1 = "schema 1"


class Described(NamedTuple):
    """Rows of the catalogue, and what could not be read."""

    manifests: pd.DataFrame
    refused: pd.DataFrame


class _RefusedError(ValueError):
    """A body is no manifest; the text is one of the reasons above."""


def describe(bodies: pd.DataFrame) -> Described:
    """Read each distinct body. `bodies`: repository, digest, body (bytes, or text).

    Returns `manifests` (COLUMNS; sizes in bytes) and `refused` (repository, digest, reason: one of those
    above). A readable index gives a row of itself and one for each child: what the entry says of it
    (platform, parent, whether it is an attestation), all else null until the child's own body is read. An
    image's own body does not name its platform: that comes from its parent's row, or from its configuration
    (`read_platform`). Raises nothing, whatever the bytes.
    """
    # A second to import, and the client of the registry needs no frames.
    import pandas as pd

    rows: list[dict[str, Any]] = []
    refused = []
    for repository, digest, body in bodies[["repository", "digest", "body"]].itertuples(index=False):
        try:
            document = _read(digest, body.encode() if isinstance(body, str) else body)
        except _RefusedError as error:
            refused.append((repository, digest, str(error)))
        else:
            rows += _rows(repository, digest, document)
    return Described(
        pd.DataFrame(rows, columns=COLUMNS, dtype=object),
        pd.DataFrame(refused, columns=["repository", "digest", "reason"], dtype=object),
    )


def read_platform(config: bytes) -> str | None:
    """The platform that an image's configuration names ("linux/arm64"), or null."""
    try:
        return platform_name(Platform.model_validate_json(config))
    except ValidationError:
        return None


def check_digest(digest: str, body: bytes) -> str | None:
    """Why these bytes are not what the digest names, or null where they are."""
    algorithm, _, expected = digest.partition(":")
    if algorithm not in {"sha256", "sha512"}:
        return UNKNOWN_ALGORITHM
    return None if hashlib.new(algorithm, body).hexdigest() == expected else OTHER_DIGEST


def _read(digest: str, body: bytes) -> Document:
    if len(body) > LARGEST_BODY:
        raise _RefusedError(TOO_LARGE)
    try:
        document = Document.model_validate_json(body)
    except ValidationError as error:
        # The body is told apart before its digest: a login page is not a manifest that was changed.
        is_json = error.errors(include_url=False, include_input=False)[0]["type"] != "json_invalid"
        raise _RefusedError(NOT_A_MANIFEST if is_json else NOT_JSON) from None
    if document.schema_version == 1:
        raise _RefusedError(SCHEMA_1)
    if document.manifests is not None and (document.config or document.layers):
        raise _RefusedError(AMBIGUOUS)
    if document.manifests is None and document.config is None and not document.layers:
        raise _RefusedError(NOT_A_MANIFEST)
    problem = check_digest(digest, body)
    if problem:
        raise _RefusedError(problem)
    return document


def _rows(repository: str, digest: str, document: Document) -> list[dict[str, Any]]:
    if document.manifests is not None:
        children = {child.digest: child for child in document.manifests if child.digest != digest}
        return [
            _row(repository, digest, {"kind": "index"}),
            *(_child_row(repository, digest, child) for child in children.values()),
        ]
    layers = document.layers or []
    config = document.config
    return [
        _row(
            repository,
            digest,
            {
                "kind": _kind(document, config, layers),
                "config": config.digest if config else None,
                "config_size": config.size if config else None,
                "layers": [layer.digest for layer in layers],
                "layer_sizes": [layer.size for layer in layers],
            },
        )
    ]


def _child_row(repository: str, parent: str, child: Descriptor) -> dict[str, Any]:
    known = {
        "kind": "attestation" if is_attestation(child) else None,
        "platform": platform_name(child.platform),
        "parents": [parent],
    }
    return _row(repository, child.digest, known)


def _row(repository: str, digest: str, known: dict[str, Any]) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(COLUMNS) | {"layers": [], "layer_sizes": [], "parents": []}
    return nothing | {"repository": repository, "digest": digest, "source": SOURCE} | known


def _kind(document: Document, config: Descriptor | None, layers: Iterable[Descriptor]) -> str:
    """An image has an image's configuration and an image's layers; charts and signatures lack one of them.

    cosign's signatures carry an image's configuration, and layers of their own; helm's charts the other way
    round. BuildKit's attestations are all in-toto.
    """
    types = [layer.media_type for layer in layers]
    if types and all(kind == IN_TOTO for kind in types):
        return "attestation"
    if document.artifact_type or config is None or config.media_type == EMPTY_CONFIG:
        return "artifact"
    if config.media_type not in IMAGE_CONFIGS:
        return "artifact"
    return "image" if not types or any(kind.startswith(IMAGE_LAYERS) for kind in types) else "artifact"
