"""What Docker's `local` driver keeps: each line as a message of protocol buffers between its lengths.

https://github.com/moby/moby/blob/master/api/types/plugins/logdriver/entry.proto
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from ingest.unpacking.model import UnpackingError

_LENGTH = 4
_MOST_BYTES = 1024 * 1024
_SOURCES = (b"\x0a\x06stdout\x10", b"\x0a\x06stderr\x10")
_TIME, _LINE, _IS_PART = 2, 3, 4
_NUMBER, _TEXT = 0, 2


def is_local(head: bytes) -> bool:
    """A length, then the name of the stream as the first field, and the time as the second."""
    return head.startswith(_SOURCES, _LENGTH)


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """One JSON object a line of the container, as `json-file` writes it. Raises UnpackingError.

    The last message of a running container may be half written: its line is not handed on before it is whole.
    """
    begun: dict[object, bytes] = {}
    for message in _messages(blocks):
        fields = dict(_fields(message))
        stream, line = fields.get(1), fields.get(_LINE, b"")
        if not isinstance(line, bytes):
            raise UnpackingError("its messages are not those of Docker's local driver")
        line = begun.pop(stream, b"") + line
        if fields.get(_IS_PART):
            # A line longer than 16 KiB comes in parts.
            begun[stream] = line
            continue
        text = line.decode("utf-8", "replace").rstrip("\n")
        yield json.dumps({"time": str(fields.get(_TIME, "")), "log": text}, ensure_ascii=False)


def _messages(blocks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for block in blocks:
        rest += block
        place = 0
        while len(rest) - place >= _LENGTH:
            size = int.from_bytes(rest[place : place + _LENGTH], "big")
            if size > _MOST_BYTES:
                raise UnpackingError("a message in it is longer than 1 MiB")
            end = place + _LENGTH + size
            if len(rest) < end + _LENGTH:
                break
            if rest[end : end + _LENGTH] != rest[place : place + _LENGTH]:
                raise UnpackingError("its messages are damaged")
            yield rest[place + _LENGTH : end]
            place = end + _LENGTH
        rest = rest[place:]


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The number of each field, and its value: a number or bytes."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind not in (_NUMBER, _TEXT):
            raise UnpackingError("its messages are not those of Docker's local driver")
        value, place = _varint(message, place)
        if kind == _NUMBER:
            yield key >> 3, value
        else:
            yield key >> 3, message[place : place + value]
            place += value


def _varint(message: bytes, place: int) -> tuple[int, int]:
    """A number in groups of seven bits, the lowest first, and the place behind it."""
    value = shift = 0
    while place < len(message):
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
    raise UnpackingError("its messages are damaged")
