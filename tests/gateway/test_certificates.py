"""Whether clients will take the gateway's certificate."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.certificates import problem, stamp
from gateway.settings import Settings, load
from tests.support.certificates import write_certificate

NOW = datetime.now(UTC)


@pytest.fixture
def settings(repo_root: Path) -> Settings:
    return load(repo_root / "gateway" / "gateway.example.toml")


def using(settings: Settings, certificate: Path, key: Path) -> Settings:
    return replace(settings, certificate=str(certificate), certificate_key=str(key))


@pytest.mark.parametrize(
    ("until", "said"),
    [
        (timedelta(days=30), None),
        (timedelta(seconds=-1), "clients refuse this certificate: certificate has expired"),
        (timedelta(days=500), "clients refuse this certificate: certificate is not yet valid"),
    ],
)
def test_its_time_is_judged_as_clients_do(
    settings: Settings, tmp_path: Path, until: timedelta, said: str | None
) -> None:
    certificate, key = write_certificate(tmp_path, NOW + until)
    assert problem(using(settings, certificate, key)) == (said and f"{certificate}: {said}")


def test_what_nginx_says_better_is_left_to_it(settings: Settings, tmp_path: Path) -> None:
    """Another key, no file, no certificate at all."""
    certificate, _ = write_certificate(tmp_path / "a", NOW + timedelta(days=1))
    _, key = write_certificate(tmp_path / "b", NOW + timedelta(days=1))
    assert problem(using(settings, certificate, key)) is None
    assert problem(using(settings, tmp_path / "none", key)) is None
    assert problem(settings) is None


def test_a_new_file_under_the_old_name_is_noticed(settings: Settings, tmp_path: Path) -> None:
    named = using(settings, *write_certificate(tmp_path, NOW))
    before = stamp(named)
    assert stamp(named) == before
    write_certificate(tmp_path / "new", NOW)
    (tmp_path / "new" / "certificate.pem").replace(tmp_path / "certificate.pem")
    assert stamp(named) != before
    assert stamp(settings) == ()
