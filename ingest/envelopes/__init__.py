"""All envelopes, in the order in which they are tried: the more telling first."""

from __future__ import annotations

from ingest.envelopes import (
    caddy_console,
    compose,
    cri,
    fluentd,
    grep,
    gunicorn,
    json_line,
    kubectl,
    logcli,
    logfmt,
    ltsv,
    papertrail,
    pulp,
    stern,
    syslog,
    syslog5424,
    timestamp,
    word,
)
from ingest.envelopes.model import Envelope

ENVELOPES: tuple[Envelope, ...] = (
    json_line.ENVELOPE,
    cri.ENVELOPE,
    syslog5424.ENVELOPE,
    kubectl.ENVELOPE,
    compose.ENVELOPE,
    papertrail.ENVELOPE,
    pulp.ENVELOPE,
    fluentd.ENVELOPE,
    caddy_console.ENVELOPE,
    syslog.ENVELOPE,
    logcli.ENVELOPE,
    timestamp.ENVELOPE,
    stern.ENVELOPE,
    gunicorn.ENVELOPE,
    grep.ENVELOPE,
    word.ENVELOPE,
    logfmt.ENVELOPE,
    ltsv.ENVELOPE,
)
BY_NAME = {envelope.name: envelope for envelope in ENVELOPES}
# More envelopes in one another than this are no log, but an attack.
MAX_DEPTH = 6
