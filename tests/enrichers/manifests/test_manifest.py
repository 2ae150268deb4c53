"""Bodies as registries send them; digests are computed with hashlib, everything else stands in the body."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.manifests import manifest
from enrichers.manifests.manifest import LARGEST_BODY, check_digest, describe, read_platform

IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
IN_TOTO = "application/vnd.in-toto+json"
SIGNATURE = "application/vnd.dev.cosign.simplesigning.v1+json"
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
HELM_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"


def digest_of(body: bytes) -> str:
    return "sha256:" + hashlib.sha256(body).hexdigest()


def sha(letter: str) -> str:
    return f"sha256:{letter * 64}"


def one(body: bytes, digest: str | None = None) -> manifest.Described:
    row = {"repository": "acme/app", "digest": digest or digest_of(body), "body": body}
    return describe(pd.DataFrame([row]))


def read(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a document; none may be refused."""
    rows, refused = one(json.dumps(document).encode())
    assert refused.empty
    return [dict(zip(manifest.COLUMNS, row, strict=True)) for row in rows.itertuples(index=False)]


def image(config: str, layers: list[str], **more: Any) -> dict[str, Any]:
    return {
        "schemaVersion": 2,
        "config": {"mediaType": config, "digest": sha("c"), "size": 1_469},
        "layers": [
            {"mediaType": kind, "digest": sha(str(number)), "size": 100 * number}
            for number, kind in enumerate(layers, start=1)
        ],
    } | more


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (image(IMAGE_CONFIG, [LAYER, LAYER]), "image"),
        (image(DOCKER_CONFIG, [DOCKER_LAYER]), "image"),
        (image(IMAGE_CONFIG, []), "image"),
        (image(IMAGE_CONFIG, [IN_TOTO]), "attestation"),
        (image(IMAGE_CONFIG, [SIGNATURE]), "artifact"),
        (image(HELM_CONFIG, [HELM_LAYER]), "artifact"),
        (image(EMPTY, [EMPTY], artifactType="application/vnd.example+type"), "artifact"),
        (image(EMPTY, [IN_TOTO], artifactType="application/vnd.in-toto+json"), "attestation"),
    ],
)
def test_kinds(document: dict[str, Any], kind: str) -> None:
    assert [row["kind"] for row in read(document)] == [kind]


def test_an_image() -> None:
    assert read(image(IMAGE_CONFIG, [LAYER, LAYER])) == [
        {
            "repository": "acme/app",
            "digest": digest_of(json.dumps(image(IMAGE_CONFIG, [LAYER, LAYER])).encode()),
            "kind": "image",
            "platform": None,
            "config": sha("c"),
            "config_size": 1_469,
            "layers": [sha("1"), sha("2")],
            "layer_sizes": [100, 200],
            "parents": [],
            "source": "registry",
        }
    ]


def entry(letter: str, platform: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return (
        {"mediaType": "x", "digest": sha(letter), "size": 1}
        | ({"platform": platform} if platform else {})
        | more
    )


def test_an_index_names_its_children() -> None:
    """Two platforms, BuildKit's two attestations (one by annotation, one by platform), a nested index."""
    unknown = {"os": "unknown", "architecture": "unknown"}
    document = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [
            entry("1", {"os": "linux", "architecture": "arm64", "variant": "v8"}),
            entry("2", {"os": "linux", "architecture": "arm", "variant": "v7"}),
            entry("3", unknown, annotations={"vnd.docker.reference.type": "attestation-manifest"}),
            entry("4", unknown),
            entry("5"),
        ],
    }
    own, *children = read(document)
    assert (own["kind"], own["parents"], own["layers"]) == ("index", [], [])
    assert [(child["digest"], child["kind"], child["platform"]) for child in children] == [
        (sha("1"), None, "linux/arm64"),
        (sha("2"), None, "linux/arm/v7"),
        (sha("3"), "attestation", None),
        (sha("4"), "attestation", None),
        (sha("5"), None, None),
    ]
    assert all(child["parents"] == [own["digest"]] for child in children)


def test_an_index_without_children() -> None:
    assert [row["kind"] for row in read({"schemaVersion": 2, "manifests": []})] == ["index"]


GOOD = json.dumps(image(IMAGE_CONFIG, [LAYER])).encode()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><title>Sign in</title>", "not JSON"),
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (GOOD[:-1], "not JSON"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not JSON"),
        (b"[]", "not a manifest"),
        (b"{}", "not a manifest"),
        (b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}', "not a manifest"),
        (b'{"schemaVersion": 2}', "not a manifest"),
        (json.dumps(image(IMAGE_CONFIG, [LAYER], manifests=[])).encode(), "both an index and an image"),
        (json.dumps({"schemaVersion": 2, "manifests": [entry("x")]}).encode(), "not a manifest"),
        (GOOD.replace(b"1469", b"-1"), "not a manifest"),
        (GOOD.replace(b"1469", b"9" * 40), "not a manifest"),
        (b'{"schemaVersion": 1, "fsLayers": []}', "schema 1"),
        (GOOD + b" " * LARGEST_BODY, "too large"),
    ],
)  # fmt: skip
def test_what_is_no_manifest_is_a_reason(body: bytes, reason: str) -> None:
    rows, refused = one(body)
    assert rows.empty
    assert refused.values.tolist() == [["acme/app", digest_of(body), reason]]


def test_a_body_must_be_what_its_digest_names() -> None:
    assert one(GOOD, sha("f")).refused["reason"].tolist() == ["another digest"]
    assert one(GOOD + b"\n", digest_of(GOOD)).refused["reason"].tolist() == ["another digest"]
    assert one(GOOD, "md5:" + "0" * 32).refused["reason"].tolist() == ["unknown digest algorithm"]
    sha512 = "sha512:" + hashlib.sha512(GOOD).hexdigest()
    assert one(GOOD, sha512).manifests["kind"].tolist() == ["image"]


def test_a_check_that_believes_every_digest_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect: without the check a lying registry would be believed."""
    monkeypatch.setattr(manifest, "check_digest", lambda digest, body: None)
    assert one(GOOD, sha("f")).refused.empty


def test_one_bad_body_takes_nothing_from_the_others() -> None:
    bodies = [GOOD, b"<html>", GOOD.replace(b"1469", b"1470")]
    frame = pd.DataFrame({"repository": "a", "digest": [digest_of(body) for body in bodies], "body": bodies})
    rows, refused = describe(frame)
    assert (len(rows), len(refused)) == (2, 1)
    assert describe(frame.head(0)).manifests.columns.tolist() == manifest.COLUMNS


WORDS = st.sampled_from(["schemaVersion", "manifests", "config", "layers", "digest", "platform", "os"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300) | DOCUMENTS.map(lambda value: json.dumps(value).encode()))
def test_every_body_is_rows_or_a_reason(body: bytes) -> None:
    rows, refused = one(body)
    assert bool(len(rows)) != bool(len(refused))


@pytest.mark.parametrize(
    ("config", "platform"),
    [
        (b'{"os": "linux", "architecture": "arm64", "variant": "v8", "rootfs": {}}', "linux/arm64"),
        (b'{"os": "windows", "architecture": "amd64", "os.version": "10.0.1"}', "windows/amd64"),
        (b'{"os": "unknown", "architecture": "unknown"}', None),
        (b'{"os": "linux\\n<b>", "architecture": "amd64"}', None),
        (b'{"os": 3, "architecture": "amd64"}', None),
        (b"{}", None), (b"[]", None), (b"<html>", None),
    ],
)  # fmt: skip
def test_a_configuration_names_a_platform(config: bytes, platform: str | None) -> None:
    assert read_platform(config) == platform


def test_check_digest() -> None:
    # sha256 of "abc": FIPS 180-2, appendix B.1.
    abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert check_digest(abc, b"abc") is None
    assert check_digest(abc, b"abd") == "another digest"
