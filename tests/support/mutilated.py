"""One-object logs from random traffic, and what crashes, disks, transfers and people make of them."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import zstandard

from ingest.formats import FORMATS
from tests.support.layouts import as_combined
from tests.support.random_traffic import Line, Traffic

MUTILATED_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class RandomObject:
    """`content` as it lies on disk, `lines` as a program without our code counts them (None: it cannot).

    `expected`: what becomes of the lines of an object that is not mutilated.
    """

    name: str
    content: bytes
    lines: int | None
    expected: Counter[str] | None


def random_object(seed: int) -> RandomObject:
    """The same seed makes the same object: of one line as often as of some dozens, one in five mutilated."""
    choice = random.Random(seed)
    lines = Traffic(seed).lines(1)[: choice.choice([1, 1, 2, 5, 40])]
    if choice.random() >= MUTILATED_SHARE:
        return _packed(f"{seed}.log", text_of(lines), choice, _outcomes(lines))
    content = choice.choice([text_of(lines), _text_of_others(lines, choice)])
    for _ in range(choice.choice([1, 1, 2, 4])):
        content = choice.choice(MUTILATIONS)(content, choice)
    if choice.random() < 0.2:
        return _damaged(f"{seed}.log.gz", content, choice)
    return _packed(f"{seed}.log", content, choice, None)


def text_of(lines: list[Line]) -> bytes:
    """Lines of contract A."""
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def _outcomes(lines: list[Line]) -> Counter[str]:
    """Contract A: without an address there is no request; who opted out is not staged."""
    return Counter(
        "quarantined"
        if line["remote_addr"] in ("", "-")
        else ("opted_out" if line.get("dnt") == "1" else "staged")
        for line in lines
    )


def _text_of_others(lines: list[Line], choice: random.Random) -> bytes:
    """The same traffic as `combined` text, or lines of any format there is."""
    if choice.random() < 0.5:
        fields = {"protocol": "HTTP/1.1", "body_bytes_sent": "0"}
        return "".join(as_combined(fields | line) + "\n" for line in lines).encode()
    samples = [sample for item in FORMATS for sample, _ in item.samples]
    return "".join(choice.choice(samples) + "\n" for _ in lines).encode()


def _packed(name: str, content: bytes, choice: random.Random, expected: Counter[str] | None) -> RandomObject:
    """Plain as a rule; compressed well, or under a name that promises nothing, now and then."""
    suffix, pack = choice.choices(
        [
            ("", bytes),
            (".gz", gzip.compress),
            (".zst", zstandard.ZstdCompressor().compress),
            ("", gzip.compress),
        ],
        [8, 1, 1, 0.3],
    )[0]
    return RandomObject(name + suffix, pack(content), _count(content), expected)


def _damaged(name: str, content: bytes, choice: random.Random) -> RandomObject:
    """A .gz that is cut, spoilt, or followed by something else."""
    packed = gzip.compress(content)
    mutilate = choice.choice([_cut, _flip, lambda data, _: data + b"\0garbage"])
    return RandomObject(name, mutilate(packed, choice), None, None)


def _count(content: bytes) -> int | None:
    """The lines of a text; None for what is unpacked first: UTF-16, and objects of JSON on one line."""
    is_one_line = b"\n" not in content.strip()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or (is_one_line and content.count(b'{"msec"') > 1):
        return None
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


def _at(content: bytes, choice: random.Random) -> int:
    return choice.randint(0, len(content))


def _cut(content: bytes, choice: random.Random) -> bytes:
    return content[: _at(content, choice)]


def _behead(content: bytes, choice: random.Random) -> bytes:
    return content[_at(content, choice) :]


def _flip(content: bytes, choice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(choice.choice([1, 3, 30])):
        if changed:
            changed[choice.randrange(len(changed))] ^= 1 << choice.randrange(8)
    return bytes(changed)


def _insert(content: bytes, choice: random.Random) -> bytes:
    at = _at(content, choice)
    return content[:at] + choice.choice(INSERTED) + content[at:]


def _join(content: bytes, choice: random.Random) -> bytes:
    """A line that lost its end runs into the next."""
    lines = content.split(b"\n")
    at = choice.randrange(len(lines))
    return b"\n".join([*lines[:at], b"".join(lines[at : at + 2]), *lines[at + 2 :]])


def _double(content: bytes, choice: random.Random) -> bytes:
    begin, end = sorted((_at(content, choice), _at(content, choice)))
    return content[:end] + content[begin:]


def _shuffle(content: bytes, choice: random.Random) -> bytes:
    """Torn lines: pieces that several writers wrote across one another."""
    cuts = sorted(_at(content, choice) for _ in range(4))
    pieces = [content[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    choice.shuffle(pieces)
    return b"".join(pieces)


def _encode(content: bytes, choice: random.Random) -> bytes:
    encoding = choice.choice(["utf-16", "utf-8-sig", "utf-32-le", "cp037"])
    return content.decode("utf-8", "replace").encode(encoding, "replace")


def _crlf(content: bytes, choice: random.Random) -> bytes:
    return content.replace(b"\n", choice.choice([b"\r\n", b"\r", b"\n\n"]))


INSERTED = (
    *(
        b"\0",
        b"\0" * 5000,
        b"\n",
        b"\n\n\n",
        b"\r",
        b"\xff\xfe",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf",
        b"\\",
        b'"',
    ),
    *(b"{", b"[" * 100, b"}", b",", b"NaN", b"1e999", b"\\ud800", b"\\x22", b"\\u0000", b"\x1b[31m", b"-"),
    *(b"x" * 70_000, b"9" * 400, b" stdout P ", b"<999>1 ", b"#Fields: a b\n", b"%00", b"%25" * 50, b"\x85"),
    *(b'"msec":"nan",', "٣".encode(), "\u2028".encode(), b'{"log":"', b'{"message":{}}\n', b"null\n"),
)
MUTILATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_cut, _behead, _flip, _insert, _insert, _join, _double, _shuffle, _encode, _crlf),
)
