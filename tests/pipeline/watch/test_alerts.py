"""What a person is told, how often, and that no alert ever does harm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.process.lock import LockError
from pipeline.settings import Settings
from pipeline.watch import alerts
from pipeline.watch.alerts import Trouble
from tests.support import webhook
from tests.support.webhook import Webhook

NOW = datetime(2026, 1, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SILENT = Trouble("source:edge", "Source edge is silent. Does the gateway still log there?")


@pytest.fixture(scope="module")
def running_hook() -> Iterator[Webhook]:
    with webhook.listening() as hook:
        yield hook


@pytest.fixture
def hook(running_hook: Webhook) -> Webhook:
    running_hook.status = 200
    running_hook.told.clear()
    return running_hook


def settings_for(tmp_path: Path, *urls: str) -> Settings:
    return Settings(data=tmp_path, alert_urls=list(urls))


def tell(settings: Settings, now: datetime, *troubles: Trouble) -> None:
    alerts.tell(settings, troubles, now, kinds=["source"])


def test_the_same_thing_is_told_once_a_day_and_once_when_it_has_passed(hook: Webhook, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, hook.url)
    for hour in range(20):
        tell(settings, NOW + hour * HOUR, SILENT)
    assert len(hook.told) == 1
    assert hook.told[0].startswith("Pullhouse: Source edge is silent. Does the gateway still log there?\n")
    assert f"make status DATA={tmp_path}" in hook.told[0]
    tell(settings, NOW + 20 * HOUR, SILENT)
    assert len(hook.told) == 2
    # Another thing is told at once, and alone.
    gone = Trouble("source:cdn", "Source cdn is gone.")
    tell(settings, NOW + 21 * HOUR, SILENT, gone)
    assert "Source cdn is gone." in hook.told[2]
    assert "edge" not in hook.told[2]
    tell(settings, NOW + 22 * HOUR, gone)
    assert "This has passed: source: edge." in hook.told[3]
    tell(settings, NOW + 23 * HOUR, gone)
    assert len(hook.told) == 4
    # Back again: told again.
    tell(settings, NOW + 24 * HOUR, gone, SILENT)
    assert len(hook.told) == 5


def test_what_could_not_be_delivered_is_told_later(hook: Webhook, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, hook.url)
    hook.status = 503
    tell(settings, NOW, SILENT)
    hook.status = 200
    tell(settings, NOW + HOUR, SILENT)
    assert len(hook.told) == 1


def test_no_url_and_no_password_comes_into_the_log(
    hook: Webhook, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A wrong URL and a dead host beside a good one: the good one is told, nothing is raised."""
    wrong, dead = "mailto//user:secret@example", "json://user:secret@127.0.0.1:9/"
    tell(settings_for(tmp_path, wrong, dead, hook.url), NOW, SILENT)
    assert len(hook.told) == 1
    assert "number 1 of alert_urls is no URL of Apprise" in caplog.text
    assert "number 2 of alert_urls (JSON) took nothing" in caplog.text
    assert "secret" not in caplog.text
    assert "127.0.0.1:9" not in caplog.text


def test_without_a_url_it_is_in_the_log_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = settings_for(tmp_path)
    tell(settings, NOW, SILENT)
    tell(settings, NOW + HOUR, SILENT)
    assert caplog.text.count(SILENT.text) == 1


def test_addresses_are_not_told(hook: Webhook, tmp_path: Path) -> None:
    tell(settings_for(tmp_path, hook.url), NOW, Trouble("source:a", "a-198.51.100.7.log: 2001:db8::7 is odd"))
    assert "a-[address].log: [address] is odd" in hook.told[0]
    assert "198.51.100.7" not in hook.told[0]


def test_a_damaged_state_is_no_reason_to_be_silent(hook: Webhook, tmp_path: Path) -> None:
    (tmp_path / "alerts.json").write_text("[1", encoding="utf-8")
    tell(settings_for(tmp_path, hook.url), NOW, SILENT)
    assert len(hook.told) == 1


def failed(task: str, error: BaseException) -> dict[str, object]:
    return {"exception": error, "task_instance": SimpleNamespace(dag_id="build_marts", task_id=task)}


def test_a_failed_task_is_told_with_its_reason(
    hook: Webhook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ours as it is, another's by its type: it may quote a log line. Thirty copies are one message."""
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path))
    monkeypatch.setenv("PULLHOUSE_ALERT_URLS", f"{hook.url} json://127.0.0.1:9/")
    for _ in range(30):
        alerts.task_failed(failed("dbt_build", LockError("Another run has held it for 900 s.")))
    alerts.task_failed(failed("publish", ValueError("secret 198.51.100.7")))
    assert len(hook.told) == 2
    assert (
        "The task build_marts.dbt_build failed: Another run has held it for 900 s. dags/README.md"
        in hook.told[0]
    )
    assert "The task build_marts.publish failed: ValueError. dags/README.md" in hook.told[1]


def test_a_failure_that_cannot_be_told_raises_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path))
    monkeypatch.setenv("PULLHOUSE_LANDING_DAYS", "none")
    alerts.task_failed(failed("publish", ValueError("x")))
    assert "the failure of build_marts.publish could not be told: SettingsError" in caplog.text
