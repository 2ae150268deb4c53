"""Syslog as RFC 3164 has it, with or without its <PRI>, and journalctl's short forms, which look the same."""

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP, SYSLOG_STAMP

ENVELOPE = TextEnvelope(
    name="syslog",
    title="syslog (RFC 3164), journalctl",
    source="https://www.rfc-editor.org/rfc/rfc3164",
    # The host's name may be missing (nginx: `nohostname`).
    # Over TCP the length of each message may stand before it (RFC 6587).
    pattern=r"(?:(?:[0-9]{1,6} )?<[0-9]{1,3}>)?(?:[A-Z][a-z]{2} )?(?:<time>|\[ *[0-9]+\.[0-9]{6}\]) (?:[^ :\[]+ |[0-9A-Fa-f:.]+ )?(?:(?:[a-z]+[0-7]?\.)?(?:emerg|alert|crit|err|error|warn|warning|notice|info|debug) )?[A-Za-z_][^ :\[{\"]*(?:\[[^\]]*\])?: <line>",
    time=rf"(?:{SYSLOG_STAMP}|{STAMP}(?: [A-Z]{{2,5}})?|[0-9]{{10}}\.[0-9]{{6}})",
    samples=(
        ("Oct 20 08:00:00 gw nginx[512]: a line", "a line", "Oct 20 08:00:00", None),
        ("<190>Oct  2 08:00:00 gw nginx: a line", "a line", "Oct  2 08:00:00", None),
        ("<190>Oct 20 2026 08:00:00 gw nginx: a line", "a line", "Oct 20 2026 08:00:00", None),
        ("<134>Oct 20 08:00:00 haproxy[14389]: a line", "a line", "Oct 20 08:00:00", None),
        ("Oct 20 08:00:00 172.18.0.1 proxy[1]: a line", "a line", "Oct 20 08:00:00", None),
        ("2026-10-20T08:00:00+0000 gw nginx[512]: a line", "a line", "2026-10-20T08:00:00+0000", None),
        ("Tue 2026-10-20 08:00:00 UTC gw nginx[512]: a line", "a line", "2026-10-20 08:00:00 UTC", None),
        # A zone by its name tells no time; the line inside may have one of its own.
        ("Tue 2026-10-20 10:00:00 CEST gw nginx[512]: a line", "a line", "2026-10-20 10:00:00 CEST", None),
        ("1792483200.123456 gw nginx[512]: a line", "a line", "1792483200.123456", None),
        ("45 <190>Oct 20 08:00:00 gw nginx: a line", "a line", "Oct 20 08:00:00", None),
        # A level in front of the program: BIG-IP, and syslog-ng or BusyBox that name the facility too
        ("<134>Oct 20 08:00:00 bigip1 info tmm[123]: a line", "a line", "Oct 20 08:00:00", None),
        ("Oct 20 08:00:00 gw local7.info nginx: a line", "a line", "Oct 20 08:00:00", None),
        # journalctl -o short-monotonic: seconds since the machine was started
        ("[12345.678901] gw nginx[512]: a line", "a line", None, None),
    ),
)
