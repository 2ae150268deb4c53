"""The forms of a manifest: Docker schema 2 and manifest list, OCI image and index (image-spec 1.1)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})")
_PLATFORM_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")

# What BuildKit writes into an index beside each image (docs.docker.com, "attestation storage").
REFERENCE_TYPE = "vnd.docker.reference.type"
IN_TOTO = "application/vnd.in-toto+json"
IMAGE_CONFIGS = {
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
}
IMAGE_LAYERS = ("application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.")
# The one digest that OCI gives to the empty configuration `{}`.
EMPTY_CONFIG = "application/vnd.oci.empty.v1+json"


def _checked_digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise ValueError("no digest")
    return text


Digest = Annotated[str, AfterValidator(_checked_digest)]


class Platform(BaseModel):
    """What an index entry or a configuration says an image runs on."""

    os: str | None = None
    architecture: str | None = None
    variant: str | None = None


class Descriptor(BaseModel, strict=True):
    """A reference to content by its digest."""

    digest: Digest
    media_type: str = Field(default="", alias="mediaType")
    size: int | None = Field(default=None, ge=0, lt=2**63)
    platform: Platform | None = None
    annotations: dict[str, str] | None = None


class Document(BaseModel, strict=True):
    """An index names other manifests; an image or artifact has a configuration and layers."""

    schema_version: int = Field(alias="schemaVersion")
    artifact_type: str | None = Field(default=None, alias="artifactType")
    manifests: list[Descriptor] | None = None
    config: Descriptor | None = None
    layers: list[Descriptor] | None = None


def platform_name(platform: Platform | None) -> str | None:
    """ "linux/arm/v7"; null for unknown/unknown and for what is no name.

    arm64 is v8 whether that is said or not (containerd's platforms.Normalize).
    """
    if platform is None:
        return None
    variant = platform.variant or None
    if (platform.architecture, variant) == ("arm64", "v8"):
        variant = None
    parts = [part for part in (platform.os, platform.architecture, variant) if part]
    if "unknown" in parts or not all(_PLATFORM_PART.fullmatch(part) for part in parts):
        return None
    return "/".join(parts) or None


def is_attestation(child: Descriptor) -> bool:
    """An index entry that describes another one (provenance, SBOM), by BuildKit's annotation or platform."""
    said = (child.annotations or {}).get(REFERENCE_TYPE)
    unknown = child.platform is not None and {child.platform.os, child.platform.architecture} == {"unknown"}
    return said == "attestation-manifest" or unknown
