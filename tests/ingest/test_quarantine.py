from __future__ import annotations

import hashlib
import hmac

import pytest

from ingest.errors import RejectedLine
from ingest.quarantine import rejected_row, shape
from ingest.rawlines import RawLine


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'{"msec":"17954.3","a":"Bearer abc123"}', '{"a":"0.0","a":"a a0"}'),
        (b"203.0.113.5 - - [x]", "0.0.0.0 - - [a]"),
        (b"2001:db8::1f", "0:a0::0a"),
        ("naïve Ünïcode ٣".encode(), "a a 0"),
        (b"a\x00\x1b[31m\xff\tb", "a [0a a"),
        (b"", ""),
        (b"..." * 1000, "..." * 66 + ".."),
    ],
)
def test_the_shape_tells_form_and_no_content(content: bytes, expected: str) -> None:
    assert shape(content) == expected


def test_the_shape_of_a_long_line_is_short() -> None:
    assert len(shape(b"a1" * 40_000)) <= 200


def test_a_rejected_row_finds_the_line_again_for_who_has_the_key() -> None:
    line = RawLine(number=7, content=b"secret", length=6, is_ended=True)
    digest = hmac.new(b"key", b"secret", hashlib.sha256).hexdigest()[:32]
    rejection = RejectedLine("missing_field", "status")
    assert rejected_row(line, rejection, b"key") == (7, "missing_field", "status", 6, digest, "a", None, None)
    assert rejected_row(line, rejection, b"other")[4] != digest
