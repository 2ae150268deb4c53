"""Which files among others are logs, by their names."""

from __future__ import annotations

import re

# access.log, access.log.1, access.log-20261123.gz, edge.jsonl.zst. Whatever is compressed, too: CloudFront
# writes E2K2LNL5N3WR51.2026-10-20-08.f9d74a3b.gz: among logs it is one, or is refused by its name.
_LOG_NAME = re.compile(
    r"^[^.].*(?:(?:\.log|_log|\.json|\.jsonl|\.ndjson|\.csv|\.tsv)(?:[.-][\w.:+-]*)?"
    r"|\.(?:gz|zst|bz2|xz|zip|7z|tar|tgz)"
    r"|(?:log|access|journal).*\.(?:txt|out|export))$",
    re.IGNORECASE | re.DOTALL,
)
# error.log, error_log, proxy-host-1_error.log.2.gz: servers write them beside their access logs.
_ERRORS = re.compile(r"(?<![a-z])errors?[._]log(?![a-z])", re.IGNORECASE)
UNFINISHED = (".tmp", ".part", ".swp", ".swx", "~")
IN_WORDS = "*.log, *.json, *.jsonl, *.ndjson, *.csv or *.tsv, rotated or not, or compressed"


def is_named_like_a_log(name: str) -> bool:
    """Whether a file's name, without its folder, is that of an access log."""
    return bool(_LOG_NAME.match(name)) and not name.endswith(UNFINISHED) and not _ERRORS.search(name)
