"""What all kinds of packing share."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator


class UnpackingError(Exception):
    """What an object is packed in breaks off, or is not what its beginning promised; `reason` in words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def texts(blocks: Iterable[bytes]) -> Iterator[str]:
    """The blocks as text; a character may lie across two of them. What is no UTF-8 becomes U+FFFD."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    for block in blocks:
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)
