"""Quarantined and opted-out lines: their days, and the repositories that they name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.quarantine import request_path, written_on
from pipeline.lake.ledger import Ledger, Load
from pipeline.loading import hidden
from pipeline.settings import Settings
from tests.support.factories import Traffic
from tests.support.warehouse import load_logs


def digest(repository: str) -> str:
    return hashlib.md5(repository.encode(), usedforsecurity=False).hexdigest()


def asked(day: int, repository: str = "acme/app", **changed: str) -> str:
    """One line of a day of May."""
    traffic = Traffic(repository, f"198.51.100.{day}")
    traffic.manifest(f"2026-05-{day:02} 10:00:00", "HEAD", "v1")
    return json.dumps(traffic.lines[0] | changed)


def loaded(folder: Path, *lines: str) -> Load:
    (folder / "access.log").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    settings = Settings(data=folder / "data", logs=str(folder / "access.log"))
    assert not load_logs(settings)["refused"]
    (load,) = Ledger(settings.loads).current
    return load


def test_a_rejected_line_stands_on_its_day_or_that_of_the_line_before_it(tmp_path: Path) -> None:
    """The first takes the day of the next; one that opted out has a day; 9 May is no day of this log."""
    load = loaded(
        tmp_path,
        "torn",
        asked(1),
        "torn",
        asked(2),
        asked(3, status="two hundred"),
        asked(4, dnt="1"),
        "torn",
        asked(9, status="two hundred"),
    )
    assert load.quarantined_count == 5
    assert load.quarantined_by_date == {"2026-05-01": 2, "2026-05-03": 1, "2026-05-04": 2}


def test_what_hidden_lines_name_is_counted_under_a_digest(tmp_path: Path) -> None:
    load = loaded(
        tmp_path,
        asked(1),
        "torn",
        asked(2, status="two hundred"),
        asked(2, "acme/other", dnt="1"),
        asked(2, dnt="1"),
        asked(3, gpc="1"),
    )
    assert load.hidden_by_repository == {
        digest("acme/app"): {"2026-05-02": 2, "2026-05-03": 1},
        digest("acme/other"): {"2026-05-02": 1},
    }


def test_who_is_refused_a_token_says_for_what(tmp_path: Path) -> None:
    """With its query in the path, or in a field of its own, and encoded; who gets one is seen later."""
    token = "/token?service=registry&scope=repository:acme/app:pull,push"
    encoded = {"request_uri": "/token", "args": "scope=repository%3Aacme%2Fapp%3Apull&service=registry"}
    load = loaded(
        tmp_path,
        asked(1, request_uri=token, status="429"),
        asked(2, **encoded, status="503"),
        asked(3, request_uri=token, status="200"),
        asked(3, request_uri="/token?service=registry", status="503"),
        asked(3, request_uri="/token?scope=registry:catalog:*", status="503"),
    )
    assert load.hidden_by_repository == {digest("acme/app"): {"2026-05-01": 1, "2026-05-02": 1}}
    assert load.quarantined_by_date == {}


def test_paths_that_were_cut_off_name_no_repository(tmp_path: Path) -> None:
    """Cut in the name or behind it. The rest say what they ask for, or did not get it (404)."""
    load = loaded(
        tmp_path,
        asked(1, request_uri="/v2/acme/a"),
        asked(1, request_uri="/v2/acme/app/manif", status="307"),
        asked(2, request_uri="/v2/acme/ap", status="429"),
        asked(2, request_uri="/v2/acme/ap", status="404"),
        asked(2, request_uri="/v2/acme/app/manifests/"),
        asked(2, request_uri="/v2/"),
        asked(2, request_uri="/v2/_catalog?n=100"),
        asked(2, request_uri="/v2/token?scope=repository:acme/app:pull"),
        asked(2, request_uri="/favicon.ico"),
    )
    assert load.hidden_by_repository == {"": {"2026-05-01": 2, "2026-05-02": 1}}


def test_a_log_of_made_up_names_does_not_fill_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hidden, "MOST_NAMED", 2)
    names = ("a/b", "a/b", "a/c", "a/c", "a/d")
    load = loaded(tmp_path, asked(1), *(asked(2, name, dnt="1") for name in names))
    assert load.hidden_by_repository == {
        digest(name): {"2026-05-02": 2} for name in sorted(("a/b", "a/c"), key=digest)
    }
    assert load.opted_out_by_date == {"2026-05-02": 5}


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ('"GET /v2/acme/app/manifests/v1 HTTP/1.1"', "/v2/acme/app/manifests/v1"),
        ('{"request_uri":"/v2/acme/app/manifests/v1?ns=docker.io"}', "/v2/acme/app/manifests/v1"),
        (r'{"uri":"\/v2\/acme\/app\/tags\/list"}', "/v2/acme/app/tags/list"),
        ('{"request_uri":"/v2/acme/app/mani', "/v2/acme/app/mani"),
        ("nothing of a registry", None),
    ],
)
def test_the_path_in_a_line_that_is_broken(content: str, path: str | None) -> None:
    assert request_path(content.encode()) == path


@pytest.mark.parametrize(
    ("content", "day"),
    [
        ('{"msec":"1777629600.000","status":"x"}', "2026-05-01"),
        ('198.51.100.1 - - [01/May/2026:10:00:00 +0200] "GET', "2026-05-01"),
        ('{"time":"2026-05-01T10:00:00Z"', "2026-05-01"),
        ("198.51.100.1 - - [01/Mai/2026:10:00:00 +0200]", "2026-00-01"),
        ("build 20260501, 1777629600 bytes", None),
    ],
)
def test_when_a_broken_line_was_written(content: str, day: str | None) -> None:
    assert written_on(content.encode()) == day


def test_a_long_line_is_looked_at_in_linear_time() -> None:
    """Nothing behind the first KiB of a path is kept."""
    found: Any = request_path(b"/v2/" + b"a/v2/" * 13_000)
    assert len(found) == 1024
