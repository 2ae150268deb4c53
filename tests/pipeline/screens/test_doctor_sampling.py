"""`make doctor`: what a sample of logs shows, worked out by hand; and where its lines lie meanwhile."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from ingest.errors import ObjectError
from pipeline.screens import doctor
from pipeline.settings import Settings

LINE = {
    "msec": "1777629600.000",
    "remote_addr": "198.51.100.7",
    "method": "GET",
    "request_uri": "/v2/acme/app/manifests/latest",
    "status": "200",
    "user_agent": "skopeo/1.9.3",
}


def settings_for(tmp_path: Path, **objects: list[dict[str, str]]) -> Settings:
    logs = tmp_path / "logs"
    logs.mkdir()
    for name, lines in objects.items():
        (logs / f"{name}.log").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return Settings(data=tmp_path / "data", logs=str(logs))


def test_objects_are_added_up(tmp_path: Path) -> None:
    asked = LINE | {"request_id": "a" * 32, "remote_addr": "1.1.1.1"}
    page = LINE | {"request_uri": "/index.html"}
    settings = settings_for(
        tmp_path,
        first=[asked, LINE, page, LINE | {"status": "none"}],
        second=[LINE | {"status": "307"}, LINE | {"msec": "soon"}],
    )
    found = doctor.diagnose(settings)
    assert (found.objects, found.lines, found.losses.quarantined) == (2, 6, 2)
    assert found.losses.reasons == {"wrong_type": 2}
    assert (found.log_format, found.gateway_mode) == ("json", "redirects some requests and proxies others")
    # Of the four lines that can be read: one with an id, three of a registry; of two addresses one is public.
    assert found.field_shares["request_id"] == 0.25
    assert found.registry_request_share == 0.75
    assert found.global_address_share == 0.5


def test_one_object_that_is_no_log_does_not_hide_the_others(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, first=[LINE], second=[])
    (tmp_path / "logs" / "second.log").write_bytes(b"<html>\n")
    found = doctor.diagnose(settings)
    assert found.objects == 1
    assert [str(tmp_path / "logs" / "second.log") in text for text in found.refused] == [True]


def test_no_log_at_all_is_an_error(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, first=[])
    (tmp_path / "logs" / "first.log").write_bytes(b"<html>\n")
    with pytest.raises(ObjectError, match="none of 1 objects could be read"):
        doctor.diagnose(settings)


def test_lines_are_copied_into_landing_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own folder for temporary files is not there: whoever uses it fails."""
    settings = settings_for(tmp_path, first=[LINE])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert doctor.diagnose(settings).lines == 1
    assert not settings.data.exists()
