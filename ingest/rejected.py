"""Why a line is no request."""

from __future__ import annotations


class RejectedLine(Exception):
    """A line that is no request; `reason` is one of the quarantine's words, `field` what is missing or wrong.

    `log_format`: the name of the format that the line nearly is, where one is near.
    """

    def __init__(self, reason: str, field: str | None = None, log_format: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.log_format = log_format
