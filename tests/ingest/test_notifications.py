"""A registry's notifications: refused with a way out, and the way out, run as the page has it."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import ObjectError

INDEX, LAYER = "sha256:" + "fe" * 32, "sha256:" + "ab" * 32
ID = "1b8a6a3e-9d0c-4b6a-8f0f-0d5f1f9f2a1"


def event(number: int, action: str, method: str, target: dict[str, Any]) -> dict[str, Any]:
    """As distribution's documentation has one."""
    return {
        "id": f"320678d8-ca14-430f-8bb6-4ca139cd83f{number}",
        "timestamp": f"2026-01-05T08:00:0{number}.4Z",
        "action": action,
        "target": {"size": 1600, "length": 1600, "repository": "acme/app", **target},
        "request": {
            "id": f"{ID}{number}", "addr": "192.0.2.20:42961", "host": "registry.example.com",
            "method": method, "useragent": "containerd/v1.7.21",
        },
        "actor": {},
        "source": {"addr": "registry:5000", "instanceID": "a53db899-3b4b-4a62-a067-8dd013beaca4"},
    }  # fmt: skip


def url(kind: str, digest: str) -> str:
    return f"http://registry.example.com/v2/acme/app/{kind}/{digest}"


MEDIA_TYPE = "application/vnd.oci.image.index.v1+json"
MANIFEST = {"mediaType": MEDIA_TYPE, "digest": INDEX, "url": url("manifests", INDEX)}
BLOB = {"mediaType": "application/octet-stream", "digest": LAYER, "url": url("blobs", LAYER)}
EVENTS = [
    event(0, "pull", "HEAD", MANIFEST | {"tag": "1.0"}),
    event(1, "pull", "GET", MANIFEST),
    event(2, "pull", "GET", BLOB),
    event(3, "push", "PUT", MANIFEST | {"tag": "1.1"}),
    event(4, "delete", "DELETE", MANIFEST),
]
# Two in one notification, one in another, and two that somebody took out.
LINES = [{"events": EVENTS[:2]}, {"events": EVENTS[2:3]}, *EVENTS[3:]]
TEXT = "".join(json.dumps(line) + "\n" for line in LINES).encode()


@pytest.mark.parametrize("line", [LINES[0], LINES[1], EVENTS[0]])
def test_they_are_refused_with_a_way_out(read: Callable[..., Any], line: dict[str, Any]) -> None:
    with pytest.raises(ObjectError) as caught:
        read(json.dumps(line).encode() + b"\n")
    assert "it begins with a registry's notifications, which have no status. docs/sources.md has" in str(
        caught.value
    )


@pytest.mark.live
def test_the_pages_recipe_makes_requests_of_them(repo_root: Path, read: Callable[..., Any]) -> None:
    page = (repo_root / "docs" / "sources.md").read_text(encoding="utf-8")
    [program] = re.findall(r"^jq -c '([^']+)' notifications\.jsonl > requests\.json$", page, re.MULTILINE)
    done = subprocess.run(["jq", "-c", program], input=TEXT, capture_output=True, check=True)
    reading = read(done.stdout)
    found = [
        (row["request_id"][-1], row["method"], row["request_uri"].partition("/v2/")[2], row["status"],
         row["body_bytes_sent"])
        for row in reading.rows
    ]  # fmt: skip
    assert found == [
        ("0", "HEAD", "acme/app/manifests/1.0", 200, 0),
        ("1", "GET", f"acme/app/manifests/{INDEX}", 200, 1600),
        ("2", "GET", f"acme/app/blobs/{LAYER}", 200, 1600),
        ("3", "PUT", "acme/app/manifests/1.1", 201, 0),
    ]
    [first, *_] = reading.rows
    assert (first["remote_addr"], first["user_agent"]) == ("192.0.2.20:42961", "containerd/v1.7.21")
    assert (first["resp_digest"], first["resp_content_type"]) == (INDEX, MEDIA_TYPE)
