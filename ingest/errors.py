"""What can be wrong with a source, an object or a line, said in words that quote nothing from a log."""

from __future__ import annotations

import re

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


class _InputError(Exception):
    """`name` of what is wrong, the `reason`, and `advice` (a whole sentence, or nothing)."""

    def __init__(self, name: str, reason: str, advice: str = "") -> None:
        super().__init__(name, reason, advice)
        self.name = name
        self.reason = reason
        self.advice = advice

    def __str__(self) -> str:
        text = f"{self.name}: {self.reason}" + (f". {self.advice}" if self.advice else "")
        return one_line(text)


class ObjectError(_InputError):
    """A log object as a whole cannot be read; nothing of it is loaded."""


class PassingObjectError(ObjectError):
    """An object that may be readable a moment later although its size and time stay: permissions, a folder
    that cannot be listed, a file that was being written."""


class SourceError(_InputError):
    """A source of logs is missing, or holds no log object."""


class RejectedLine(Exception):
    """A line that is no request; `reason` is one of the quarantine's words, `field` what is missing or wrong.

    `log_format`: the name of the format that the line nearly is, where one is near.
    """

    def __init__(self, reason: str, field: str | None = None, log_format: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.log_format = log_format


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, which a file name may hold."""
    return _UNPRINTABLE.sub(" ", text)
