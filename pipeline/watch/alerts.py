"""Tell a person that something is wrong: by mail, chat or webhook, whatever `alert_urls` names.

The texts hold counts, names of sources and objects, and what to do; an address in them is replaced.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from ingest.scrub import scrub
from pipeline.lake.ledger import write_durably
from pipeline.settings import Settings, load_settings
from pipeline.tasks import OUR_ROOMS

logger = logging.getLogger(__name__)

# Remind after a day. Less than 24 h, since a daily run may fail a little earlier than on the day before.
REMIND_AFTER = timedelta(hours=20)
LONGEST_TEXT = 1_000
FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something to tell. By its `key`, "<kind>:<name>", is known what was told already."""

    key: str
    text: str


def tell(
    settings: Settings, troubles: Iterable[Trouble], now: datetime, kinds: Iterable[str]
) -> list[Trouble]:
    """Send what was not told within REMIND_AFTER, and what has passed; returns what was sent.

    `kinds`: what the caller looked for; a known trouble of these kinds that is not among `troubles` has
    passed. `now` in UTC. What could not be delivered counts as not told. Never raises for a delivery.
    """
    path = settings.data / "alerts.json"
    with FileLock(settings.data / "alerts.lock"):
        known = _read(path)
        there = {trouble.key: trouble for trouble in troubles}
        passed = [key for key in known if _kind(key) in set(kinds) and key not in there]
        fresh = [each for each in there.values() if now - known.get(each.key, _NEVER) >= REMIND_AFTER]
        if not fresh and not passed:
            return []
        if not _deliver(settings, fresh, passed):
            return []
        for key in passed:
            del known[key]
        known |= dict.fromkeys((each.key for each in fresh), now)
        write_durably(path, json.dumps({key: told.isoformat() for key, told in sorted(known.items())}) + "\n")
        return fresh


def task_failed(context: dict[str, Any]) -> None:
    """Tell that a task of a DAG failed for good; `on_failure_callback` of every task. Never raises.

    A task that told its troubles itself fails with AirflowFailException (dags/check.py).
    """
    error, instance = context.get("exception"), context["task_instance"]
    if type(error).__name__ == "AirflowFailException":
        return
    name = f"{instance.dag_id}.{instance.task_id}"
    advice = "dags/README.md says what to do, Airflow's page has the log; it may be cleared at any time."
    trouble = Trouble(f"{FAILED}:{name}", f"The task {name} failed: {_reason(error)} {advice}")
    try:
        tell(load_settings(), [trouble], datetime.now(UTC), kinds=())
    except Exception as failure:
        # Of a callback's own failure nobody but the log must hear.
        logger.error("the failure of %s could not be told: %s", name, type(failure).__name__)


_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def _kind(key: str) -> str:
    return key.partition(":")[0]


def _reason(error: object) -> str:
    """Our own errors never quote a line; of any other error only the type is sent, since its text may."""
    is_ours = type(error).__module__.partition(".")[0] in OUR_ROOMS
    text = str(error)[:LONGEST_TEXT] if is_ours else type(error).__name__
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _read(path: Path) -> dict[str, datetime]:
    """Key → when its alert was sent. A file that cannot be read counts as empty: alerts are sent again."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {key: datetime.fromisoformat(told) for key, told in entries.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _deliver(settings: Settings, fresh: list[Trouble], passed: list[str]) -> bool:
    """Whether one of the URLs took it; without a URL it is a line of the log."""
    lines = [scrub(trouble.text) for trouble in fresh] + [
        scrub(f"This has passed: {key.replace(':', ': ', 1)}.") for key in passed
    ]
    for line in lines:
        logger.warning("%s", line)
    if not settings.alert_urls:
        return True
    title = f"Pullhouse: {lines[0][:80]}" if len(lines) == 1 else f"Pullhouse: {len(lines)} things to know"
    body = "\n\n".join([*lines, f"make status DATA={settings.data}"])
    taken = [
        _send(url.get_secret_value(), title, body, number)
        for number, url in enumerate(settings.alert_urls, start=1)
    ]
    return any(taken)


def _send(url: str, title: str, body: str, number: int) -> bool:
    import apprise

    # It quotes URLs, and a URL holds a password.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    service = apprise.Apprise.instantiate(url)
    if service is None:
        logger.error("number %d of alert_urls is no URL of Apprise (docs/alerts.md)", number)
        return False
    try:
        is_taken = bool(service.notify(title=title, body=body))
    except Exception as error:
        logger.error("number %d of alert_urls failed: %s", number, type(error).__name__)
        return False
    if not is_taken:
        logger.error("number %d of alert_urls (%s) took nothing", number, service.service_name)
    return is_taken
