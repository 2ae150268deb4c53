"""What a registry itself says was pulled, without anything of Pullhouse; at most 40 lines, on purpose."""

from __future__ import annotations

from collections import Counter
from typing import Any


def pulled(answers: list[dict[str, Any]], layers: set[str], looks: bool) -> tuple[int, int]:
    """Downloads and version checks of one command, from what the registry answered to it.

    `layers`: digests of the image's layers; `looks`: whether the client has a store, so that a look at the
    manifest is a check whether that is up to date.
    """
    good = [answer for answer in answers if answer.get("http.response.status") == 200]
    delivered = Counter(
        answer["http.request.uri"].rsplit("/", 1)[1]
        for answer in good
        if "/blobs/" in answer["http.request.uri"] and answer["http.request.method"] == "GET"
    )
    downloads = max((delivered[layer] for layer in layers), default=0)
    looked = any("/manifests/" in answer["http.request.uri"] for answer in good)
    return downloads, int(looks and looked and not downloads)
