"""What `make doctor` prints: what the logs can answer, and what to change in the gateway."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from ingest.formats import BY_NAME
from ingest.formats.limits import sentence
from pipeline.screens import losses, tiers
from pipeline.screens.doctor import OPTIONAL_FIELDS, Diagnosis


def show(diagnosis: Diagnosis, console: Console) -> None:
    """Print the diagnosis for a person."""
    console.print(
        f"Read {diagnosis.lines:,} lines of {diagnosis.objects} objects: {diagnosis.log_format}, "
        f"a gateway that {diagnosis.gateway_mode}."
    )
    read = sum(diagnosis.formats.values()) or 1
    for what, shares in (("Formats", diagnosis.formats), ("Envelopes", diagnosis.envelopes)):
        if shares:
            parts = ", ".join(f"{name} {count / read:.0%}" for name, count in shares.items())
            console.print(f"{what} of the lines that were read: {parts}.")
    for text in diagnosis.refused:
        console.print(f"Refused: {text}")
    for text in diagnosis.left_out:
        console.print(f"Left out: {text}", markup=False)
    lost = diagnosis.losses
    console.print(f"Would go to the quarantine: {losses.quarantine_text(lost)}.".replace(": empty", ": none"))
    console.print(f"Without an address: {losses.address_text(lost)}.")
    console.print(_field_table(diagnosis))
    console.print(_accuracy(diagnosis))
    for warning in losses.warnings(lost, diagnosis.warning_share):
        console.print(f"Warning: {warning}")
    for advice in advise(diagnosis):
        console.print(f"• {advice}")


def _accuracy(diagnosis: Diagnosis) -> str:
    """A figure for the lines that can be read: it says nothing of those that cannot."""
    lost = diagnosis.losses
    if diagnosis.accuracy is None:
        return "Expected accuracy: not measured for logs like these; docs/counting.md has what was."
    if not lost.requests:
        return "Expected accuracy: none, since no line of this sample is a request."
    share = losses.percent(lost.requests / lost.lines)
    return (
        f"Expected accuracy, for the {lost.requests:,} of {lost.lines:,} lines ({share}) that can be read: of"
        f" scenarios recorded with logs like these {diagnosis.accuracy} are counted exactly"
        " (docs/counting.md)."
    )


def advise(diagnosis: Diagnosis) -> list[str]:
    """What to change in the gateway, most important first; one sentence when nothing needs to."""
    advice = []
    if tiers.is_double(diagnosis.double_share):
        advice.append(
            f"Two tiers log the same requests: {losses.percent(diagnosis.double_share)} of the lines of one"
            " log stand in another one too, within 50 ms and under other ids or none (an edge and what lies"
            " behind it, or two access_log of one nginx). Load one of the two logs only, or everything is"
            " counted twice."
        )
    if diagnosis.registry_request_share < 0.5:
        advice.append(
            f"Only {diagnosis.registry_request_share:.0%} of the lines are registry requests (/v2/…):"
            " is this the gateway's log?"
        )
    advice += _about_clients(diagnosis)
    if diagnosis.has_hex_bytes:
        advice.append(
            "Write `log_format <name> escape=json '{…}'`: nginx writes a quotation mark as \\x22 without it,"
            " which is no JSON. Such lines are repaired here, other programs lose them."
        )
    if diagnosis.lacks_zone:
        advice.append(
            "Some times have no zone, and UTC is taken. Is that machine's clock another one? Then log the"
            " zone (nginx: $time_iso8601), or syslog's times as RFC 3339."
        )
    if "combined" in diagnosis.log_format:
        advice.append("`combined` text carries no request id, digest or completion: use the JSON log_format.")
    others = [BY_NAME[name] for name in diagnosis.formats if name in BY_NAME.keys() - {"json", "combined"}]
    advice += [sentence(item) for item in others]
    missing = [name for name in OPTIONAL_FIELDS if name not in diagnosis.named_fields]
    if missing and set(diagnosis.formats) == {"json"}:
        advice.append(
            f"Add to the log_format: {', '.join(missing)}. gateway/log_format.conf has it ready to copy."
        )
    if diagnosis.gateway_mode == "redirects":
        advice.append(
            "A redirecting gateway cannot know whether a layer arrived: completeness is 'requested'."
        )
    if not diagnosis.knows_manifests:
        advice.append(
            "Name your registry (setting `registry`; docs/catalogue.md) or a CATALOGUE: without one platforms"
            " are unknown, and two tags that one client pulls at once cannot be told apart."
        )
    return advice or ["Nothing needs to change. Next: `make run` with the same LOGS."]


def _about_clients(diagnosis: Diagnosis) -> list[str]:
    advice = []
    if diagnosis.field_shares["user_agent"] < 0.5:
        advice.append(
            "Log the user agent, which most lines lack, before anything else: whether an updater, a CI"
            " service or a person pulls is read from it."
        )
    if diagnosis.global_address_share < 0.5:
        advice.append(
            f"Only {diagnosis.global_address_share:.0%} of the client addresses are public: name your"
            " proxies in TRUSTED_PROXIES and log $http_x_forwarded_for, or all clients will look like one."
        )
    return advice


def _field_table(diagnosis: Diagnosis) -> Table:
    table = Table(box=None, padding=(0, 2))
    for name in ("field", "found", "without it"):
        table.add_column(name)
    for name, meaning in OPTIONAL_FIELDS.items():
        table.add_row(name, _found(name, diagnosis), meaning)
    return table


def _found(name: str, diagnosis: Diagnosis) -> str:
    share = diagnosis.field_shares[name]
    if share:
        return f"{share:.0%} of lines" if share >= 0.01 else "under 1% of lines"
    return "empty" if name in diagnosis.named_fields else "missing"
