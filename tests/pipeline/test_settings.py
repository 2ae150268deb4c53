from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import settings as module
from pipeline.settings import Settings, SettingsError, Source, load_settings


@pytest.fixture(autouse=True)
def _no_file_of_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The developer's pullhouse.toml lies in the working directory."""
    monkeypatch.chdir(tmp_path)


def test_defaults(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data == tmp_path / "data"
    assert settings.data.is_dir()
    assert settings.all_sources == []
    assert (settings.lookback_days, settings.landing_days, settings.identity_epoch) == (65, 7, "year")


def test_the_environment_comes_before_the_file_and_arguments_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = """
lookback_days = 1
landing_days = 1
lock_wait_s = 1
[[sources]]
name = "edge"
location = "/logs"
"""
    (tmp_path / "pullhouse.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PULLHOUSE_LANDING_DAYS", "2")
    monkeypatch.setenv("PULLHOUSE_LOCK_WAIT_S", "2")
    settings = load_settings(lock_wait_s=3)
    assert (settings.lookback_days, settings.landing_days, settings.lock_wait_s) == (1, 2, 3)
    assert settings.sources == [Source(name="edge", location="/logs")]


def test_another_file_may_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other.toml"
    other.write_text('identity_epoch = "month"\n', encoding="utf-8")
    monkeypatch.setenv("PULLHOUSE_CONFIG", str(other))
    assert load_settings().identity_epoch == "month"
    other.unlink()
    with pytest.raises(SettingsError, match=r"PULLHOUSE_CONFIG names .*other\.toml, which is not a file"):
        load_settings()


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULLHOUSE_TRUSTED_PROXIES", "10.0.0.0/8, 2001:db8::1 ,192.0.2.7/24")
    assert load_settings().trusted_proxies == ["10.0.0.0/8", "2001:db8::1/128", "192.0.2.0/24"]


def test_an_empty_variable_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty catalogue would otherwise be the working directory."""
    for name in ("CATALOGUE", "LOGS", "TRUSTED_PROXIES", "LOOKBACK_DAYS"):
        monkeypatch.setenv(f"PULLHOUSE_{name}", "")
    settings = load_settings()
    assert (settings.catalogue, settings.all_sources, settings.lookback_days) == (None, [], 65)


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("LOOKBACK_DAYS", "0", "lookback_days: Input should be greater than or equal to 1"),
        ("LOOKBACK_DAYS", "many", "lookback_days: "),
        ("LOCK_WAIT_S", "-1", "lock_wait_s: "),
        ("MEMORY_LIMIT", "100 MB", "memory_limit: 95.4MiB is too little: give 256.0MiB or more"),
        ("MEMORY_LIMIT", "much", "memory_limit: "),
        ("BUILD_THREADS", "0", "build_threads: Input should be greater than or equal to 1"),
        ("IDENTITY_EPOCH", "week", "identity_epoch: Input should be 'month', 'quarter' or 'year'"),
        ("LOG_FORMAT", "xml", "log_format: there is no log format of this name"),
        ("TRUSTED_PROXIES", "10.0.0", "trusted_proxies: number 1 is no address and no network"),
        ("OPTED_OUT_NETWORKS", "10.0.0.0/33", "opted_out_networks: "),
        ("HONOUR_DO_NOT_TRACK", "perhaps", "honour_do_not_track: "),
        ("SOURCES", "/logs", '"sources"'),
        ("SOURCES", '[{"place": "/logs"}]', "sources.0.location: "),
        (
            "SOURCES",
            '[{"location": "/a"}, {"location": "/b"}]',
            "sources: two sources have the same",
        ),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, named: str) -> None:
    monkeypatch.setenv(f"PULLHOUSE_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert named in str(caught.value)


def test_who_opted_out_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULLHOUSE_OPTED_OUT_NETWORKS", "192.0.2.0/24, 198.51.100.77/99")
    with pytest.raises(SettingsError, match=r"opted_out_networks: .*number 2 is no address") as caught:
        load_settings()
    assert "198.51.100.77" not in str(caught.value)


def test_all_wrong_values_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULLHOUSE_LOOKBACK_DAYS", "0")
    monkeypatch.setenv("PULLHOUSE_LANDING_DAYS", "0")
    with pytest.raises(SettingsError, match=r"(?s)lookback_days.*landing_days|landing_days.*lookback_days"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"sources = [\n", r"pullhouse\.toml is no TOML: ", id="no TOML"),
        pytest.param(b"\xff\xfe", r"pullhouse\.toml is no TOML: it is not in UTF-8", id="no text"),
        pytest.param(
            b"lokback_days = 3\n",
            r"lokback_days: there is no such setting \(did you mean lookback_days\?\)",
            id="a typing error",
        ),
        pytest.param(
            b'[[sources]]\nlocation = "/logs"\nlogformat = "json"\n',
            r"sources\.0\.logformat: there is no such setting \(did you mean log_format\?\)",
            id="a typing error in a source",
        ),
        pytest.param(b"[pullhouse]\n", r"pullhouse: there is no such setting\. Set them", id="a table"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "pullhouse.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=told):
        load_settings()


def test_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """root may read anything: the answer of the operating system is put in its place."""

    def refuse(**values: object) -> Settings:
        raise PermissionError(13, "Permission denied", "pullhouse.toml")

    monkeypatch.setattr(module, "Settings", refuse)
    monkeypatch.setattr(module, "_check_variables", lambda environment: None)
    with pytest.raises(SettingsError, match=r"pullhouse\.toml cannot be read: Permission denied"):
        load_settings()


def test_a_misspelt_variable_is_no_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passed over, it would make all clients behind the balancer look like one."""
    monkeypatch.setenv("PULLHOUSE_TRUSTED_PROXY", "10.0.0.0/8")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "PULLHOUSE_TRUSTED_PROXY: there is no such setting" in str(caught.value)
    assert "did you mean PULLHOUSE_TRUSTED_PROXIES?" in str(caught.value)
    assert "10.0.0.0" not in str(caught.value)


def test_variables_that_are_no_settings_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULLHOUSE_SUBNET", "172.30.57.0/24")
    monkeypatch.setenv("pullhouse_lookback_days", "3")
    monkeypatch.setenv("NOT_PULLHOUSE_AT_ALL", "x")
    assert load_settings().lookback_days == 3


def test_a_data_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(SettingsError, match=r"data cannot be made: File exists. Choose another"):
        load_settings()


def test_a_data_directory_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """root may write anywhere: the answer of the operating system is put in its place."""
    monkeypatch.setattr(module.os, "access", lambda path, mode: False)
    with pytest.raises(SettingsError, match="data cannot be read and written"):
        load_settings()


def test_logs_stand_for_a_source() -> None:
    settings = Settings(
        logs="/var/log/gateway", log_format="combined", sources=[Source(name="b", location="/b")]
    )
    assert settings.all_sources == [
        Source(name="local", location="/var/log/gateway", log_format="combined"),
        Source(name="b", location="/b"),
    ]


def test_every_path_lies_in_the_data_directory(tmp_path: Path) -> None:
    settings = Settings(data=Path("here"))
    names = [
        "lake", "requests", "quarantine", "loads", "landing", "keys", "reference", "manifests", "tags",
        "failures", "plan",
        "ledger_table", "scratch", "warehouse", "rebuilding", "tested", "marts", "publication",
    ]  # fmt: skip
    paths = [getattr(settings, name) for name in names]
    assert all(path.is_relative_to(tmp_path / "here") for path in paths)
    assert len(set(paths)) == len(paths)
    assert not settings.keys.is_relative_to(settings.lake)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://registry.example", "https://registry.example"),
        ("http://127.0.0.1:5000/", "http://127.0.0.1:5000"),
        ("https://example.org/registry/v2/", "https://example.org/registry"),
    ],
)
def test_a_registry(given: str, read: str) -> None:
    assert Settings(registry=given).registry == read


@pytest.mark.parametrize(
    "given", ["registry.example", "ftp://registry.example", "https://me:s3cret@registry.example"]
)
def test_a_registry_that_is_no_address(given: str) -> None:
    with pytest.raises(
        SettingsError, match=r"registry: .*write it as https://registry\.example\.com"
    ) as error:
        load_settings(registry=given)
    assert "s3cret" not in str(error.value)


def test_networks_as_a_log_of_both_families_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who opted out by the address that the log shows must not be counted because of how it is written."""
    monkeypatch.setenv("PULLHOUSE_OPTED_OUT_NETWORKS", "::ffff:192.0.2.7, 64:ff9b::198.51.100.0/120")
    assert load_settings().opted_out_networks == ["192.0.2.7/32", "198.51.100.0/24"]
