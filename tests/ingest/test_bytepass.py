from __future__ import annotations

import gzip
import hashlib
import os
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest import decompress
from ingest.bytepass import ObjectBytes, _Tally, first_line, read_bytes
from ingest.errors import ObjectError
from ingest.fields import MAX_DEPTH
from ingest.sources.model import LogObject

CONTENT = b"first line\nsecond\n\n \t\nfifth, the longest of them all\nlast"

# The name of a member, its zeros, and where tar says that it is tar.
TAR = b"access.log".ljust(257, b"\0") + b"ustar\x0000" + bytes(248) + b"x\n"

Pass = Callable[..., AbstractContextManager[ObjectBytes]]


@pytest.fixture
def write(tmp_path: Path, describe_file: Callable[[Path], LogObject]) -> Callable[..., LogObject]:
    def write_object(content: bytes, name: str = "a.log") -> LogObject:
        path = tmp_path / name
        path.write_bytes(content)
        return describe_file(path)

    return write_object


@pytest.fixture
def byte_pass(write: Callable[..., LogObject], tmp_path: Path) -> Pass:
    def run(
        content: bytes, name: str = "a.log", checkpoints: tuple[int, ...] = ()
    ) -> AbstractContextManager[ObjectBytes]:
        return read_bytes(write(content, name), tmp_path / "landing", checkpoints)

    return run


def refusal(byte_pass: Pass, content: bytes, name: str) -> str:
    with pytest.raises(ObjectError) as caught, byte_pass(content, name):
        pass
    return str(caught.value)


def test_the_byte_pass_counts_by_hand_countable_things(byte_pass: Pass) -> None:
    with byte_pass(CONTENT) as data:
        assert data.load_id == hashlib.sha256(CONTENT).hexdigest()[:32]
        assert data.byte_count == len(CONTENT)
        # Five \n, and a last line without one.
        assert (data.line_count, data.is_ended) == (6, False)
        assert data.longest_line == len("fifth, the longest of them all")
        assert data.blank_lines == 2
        assert data.first_line == b"first line"
        assert "first line" not in repr(data)


@pytest.mark.parametrize(
    ("content", "lines", "is_ended"),
    [
        (b"", 0, True),
        (b"\n", 1, True),
        (b"a", 1, False),
        (b"a\n", 1, True),
        (b"a\nb", 2, False),
        (b"\n\n", 2, True),
    ],
)
def test_a_last_line_without_its_end_is_a_line(
    byte_pass: Pass, content: bytes, lines: int, is_ended: bool
) -> None:
    with byte_pass(content) as data:
        assert (data.line_count, data.is_ended) == (lines, is_ended)
        with data.open_raw_lines() as raw:
            assert len(list(raw)) == lines


@pytest.mark.parametrize("block_bytes", [1, 2, 7, 1000])
def test_blocks_do_not_show(byte_pass: Pass, monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    checkpoints = (0, 11, 18, len(CONTENT))
    with byte_pass(CONTENT, checkpoints=checkpoints) as whole:
        pass
    monkeypatch.setattr(decompress, "BLOCK_BYTES", block_bytes)
    with byte_pass(CONTENT, checkpoints=checkpoints) as split:
        with split.open_raw_lines() as raw:
            assert b"\n".join(line.content for line in raw) == CONTENT
        for name in (
            "load_id",
            "line_count",
            "longest_line",
            "blank_lines",
            "first_line",
            "prefix_sha256",
        ):
            assert getattr(split, name) == getattr(whole, name)


def test_prefixes_are_told_at_the_checkpoints_that_are_reached(byte_pass: Pass) -> None:
    with byte_pass(CONTENT, checkpoints=(18, 11, 11, len(CONTENT) + 1)) as data:
        assert data.prefix_sha256 == {
            11: hashlib.sha256(CONTENT[:11]).hexdigest(),
            18: hashlib.sha256(CONTENT[:18]).hexdigest(),
        }


def zst_frames(content: bytes) -> bytes:
    half = len(content) // 2
    compressor = zstandard.ZstdCompressor(write_content_size=False, write_checksum=True)
    return compressor.compress(content[:half]) + compressor.compress(content[half:])


@pytest.mark.parametrize(
    ("name", "compress"),
    [
        ("a.log.gz", gzip.compress),
        ("two-members.log.gz", lambda content: gzip.compress(content[:20]) + gzip.compress(content[20:])),
        ("padded.log.gz", lambda content: gzip.compress(content) + bytes(512)),
        ("not-named-so.log", gzip.compress),
        ("a.log.zst", zstandard.ZstdCompressor(write_checksum=True).compress),
        ("two-frames.log.zst", zst_frames),
    ],
)
def test_compression_does_not_change_what_an_object_is(
    byte_pass: Pass, name: str, compress: Callable[[bytes], bytes]
) -> None:
    with byte_pass(CONTENT) as plain, byte_pass(compress(CONTENT), name) as data:
        assert data.load_id == plain.load_id
        assert data.first_line == plain.first_line
        assert (data.line_count, data.byte_count) == (6, len(CONTENT))


LONG = b"".join(b"line %d\n" % number for number in range(20_000))
GZ = gzip.compress(LONG, mtime=0)
ZST = zstandard.ZstdCompressor(write_checksum=True).compress(LONG)


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        pytest.param(GZ[:-1], "a.log.gz", "the gzip data is cut off", id="gzip without its last byte"),
        pytest.param(GZ[:2000], "a.log.gz", "the gzip data is cut off", id="gzip cut in its data"),
        pytest.param(GZ[:5], "a.log.gz", "the gzip data is cut off", id="gzip cut in its head"),
        pytest.param(
            GZ[:-8] + zlib.crc32(b"x").to_bytes(4, "little") + GZ[-4:],
            "a.log.gz",
            "the gzip data is damaged",
            id="gzip with a wrong checksum",
        ),
        pytest.param(
            GZ + b"garbage", "a.log.gz", "the gzip data is damaged", id="gzip with garbage behind it"
        ),
        pytest.param(
            GZ[:3000] + b"\xff" * 40 + GZ[3040:],
            "a.log.gz",
            "the gzip data is damaged",
            id="gzip with overwritten data",
        ),
        pytest.param(ZST[:-1], "a.log.zst", "the zstd data is cut off", id="zstd without its last byte"),
        pytest.param(ZST[:3000], "a.log.zst", "the zstd data is cut off", id="zstd cut in its data"),
        pytest.param(
            ZST[:3],
            "a.log.zst",
            "is named as a zstd file and does not begin like one",
            id="zstd cut in its head",
        ),
        pytest.param(
            ZST[:-4] + b"\0\0\0\0", "a.log.zst", "the zstd data is damaged", id="zstd with a wrong checksum"
        ),
        pytest.param(
            ZST + b"garbage", "a.log.zst", "the zstd data is damaged", id="zstd with garbage behind it"
        ),
        pytest.param(b"", "a.log.gz", "is named as a gzip file and is empty", id="empty gzip"),
        pytest.param(
            b"\0\1\2",
            "a.log.gz",
            "is named as a gzip file and does not begin like one",
            id="bytes named gzip",
        ),
        pytest.param(b"PK\x03\x04...", "logs.zip", "the archive is damaged or cut off", id="zip"),
        pytest.param(
            gzip.compress(TAR), "logs.tar.gz", "the archive is damaged or cut off", id="tar in gzip"
        ),
        pytest.param(TAR, "logs.log", "the archive is damaged or cut off", id="tar not named so"),
        pytest.param(b"7z\xbc\xaf..", "logs.7z", "is a 7z archive. Unpack it: 7z x", id="7z"),
        pytest.param(b"\x04\x22\x4d\x18..", "a.lz4", "is compressed by lz4. Decompress it: lz4 -d", id="lz4"),
    ],
)
def test_a_damaged_object_is_refused_as_a_whole(
    byte_pass: Pass, content: bytes, name: str, reason: str
) -> None:
    text = refusal(byte_pass, content, name)
    assert reason in text
    assert name in text
    assert "\n" not in text


def test_text_may_be_named_gzip(byte_pass: Pass) -> None:
    """What decompresses on its way (curl, GCS) keeps the name."""
    with byte_pass(b"plain\n", "a.log.gz") as data:
        assert (data.line_count, data.first_line) == (1, b"plain")


MEBIBYTE = 1024 * 1024
BOMBS = {
    "gzip": gzip.compress(bytes(120 * MEBIBYTE), compresslevel=1),
    "zstd": zstandard.ZstdCompressor().compress(bytes(120 * MEBIBYTE)),
}


def bomb_peak(byte_pass: Pass, monkeypatch: pytest.MonkeyPatch, kind: str) -> int:
    """The most memory that refusing a bomb of 120 MiB takes, where 100 MiB are allowed."""
    monkeypatch.setattr(decompress, "MAX_DECOMPRESSED_BYTES", 100 * MEBIBYTE)
    tracemalloc.start()
    try:
        assert "is larger than" in refusal(byte_pass, BOMBS[kind], "bomb.log")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_refused_in_little_memory(
    byte_pass: Pass, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    assert bomb_peak(byte_pass, monkeypatch, kind) < 40 * MEBIBYTE


def test_large_bites_of_a_bomb_would_be_noticed(byte_pass: Pass, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "_ZSTD_BITE", MEBIBYTE)
    assert bomb_peak(byte_pass, monkeypatch, "zstd") > 100 * MEBIBYTE


def test_a_plain_file_may_be_large(byte_pass: Pass, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decompress, "MAX_DECOMPRESSED_BYTES", 10)
    with byte_pass(CONTENT) as data:
        assert data.line_count == 6


def test_a_line_without_end_needs_little_memory(byte_pass: Pass, write: Callable[..., LogObject]) -> None:
    item = write(gzip.compress(b"x" * 60_000_000))
    tracemalloc.start()
    try:
        with byte_pass(item.path.read_bytes(), "b.log") as data:
            assert data.longest_line == 60_000_000
            assert first_line(item) == data.first_line
            with data.open_raw_lines() as raw:
                assert [(line.length, len(line.content)) for line in raw] == [(60_000_000, 65_537)]
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_the_first_line_is_read_without_the_rest(write: Callable[..., LogObject]) -> None:
    assert first_line(write(b"first\nsecond\n")) == b"first"
    assert first_line(write(b"first")) == b"first"
    assert first_line(write(b"")) == b""
    # Damage behind it is found by the byte pass, not here.
    assert first_line(write(gzip.compress(b"first\n" + os.urandom(3_000_000))[:-8], "a.log.gz")) == b"first"


def test_the_first_line_of_nothing_readable_is_an_error(write: Callable[..., LogObject]) -> None:
    with pytest.raises(ObjectError, match="is named as a gzip file"):
        first_line(write(b"\0plain", "a.log.gz"))


def test_landing_holds_a_link_only_while_the_object_is_read(byte_pass: Pass, tmp_path: Path) -> None:
    with byte_pass(CONTENT, "odd [name]*.log") as data:
        assert data.path.is_symlink()
        assert data.path.parent == tmp_path / "landing"
        assert not set(data.path.name) & set("[]*?")
    for name in ("a." + "b" * 250, os.fsdecode(b"a.\xff\xfe"), "a.log*"):
        with byte_pass(CONTENT, name) as data:
            assert data.path.suffix == ""
            assert data.path.read_bytes() == CONTENT
    assert list((tmp_path / "landing").iterdir()) == []
    refusal(byte_pass, GZ[:-1], "a.log.gz")
    assert list((tmp_path / "landing").iterdir()) == []


def test_a_pipe_and_a_folder_are_refused_and_not_waited_for(
    tmp_path: Path, describe_file: Callable[[Path], LogObject]
) -> None:
    os.mkfifo(tmp_path / "pipe.log")
    for name, reason in (("pipe.log", "is not a file"), (".", "is a folder")):
        item = describe_file(tmp_path / name)
        with pytest.raises(ObjectError, match=reason), read_bytes(item, tmp_path / "landing"):
            pass


def _grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b" and more\nnew\n")


def _replace(path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_bytes(CONTENT)


def _truncate(path: Path) -> None:
    os.truncate(path, 4)


def _remove(path: Path) -> None:
    path.unlink()


def test_a_plain_log_may_grow_while_it_is_read(byte_pass: Pass, tmp_path: Path) -> None:
    with byte_pass(CONTENT) as data:
        _grow(tmp_path / "a.log")
        with data.open_raw_lines() as raw:
            assert b"\n".join(line.content for line in raw) == CONTENT
        data.check_unchanged()


def _truncate_and_grow(path: Path) -> None:
    """As copytruncate does, and then the gateway: the same file, longer than before, with other lines."""
    os.truncate(path, 0)
    path.write_bytes(b"new " + CONTENT + CONTENT)


@pytest.mark.parametrize(
    ("name", "content", "change"),
    [
        ("a.log", CONTENT, _truncate_and_grow),
        ("a.log", CONTENT, _replace),
        ("a.log", CONTENT, _truncate),
        ("a.log", CONTENT, _remove),
        ("a.log.gz", GZ, _grow),
    ],
)
def test_an_object_that_changes_while_it_is_read_is_refused(
    byte_pass: Pass, tmp_path: Path, name: str, content: bytes, change: Callable[[Path], None]
) -> None:
    with byte_pass(content, name) as data:
        data.check_unchanged()
        change(tmp_path / name)
        with pytest.raises(ObjectError, match=r"changed while it was being read|cannot be read"):
            data.check_unchanged()


@pytest.mark.parametrize("line", [b"\n", b" \r\n", b"{}\n", b"a b c\n"])
def test_millions_of_lines_without_a_request_are_refused(byte_pass: Pass, line: bytes) -> None:
    """A kilobyte of gzip holds a million of them; line by line they would take hours."""
    bomb = gzip.compress(line * 3_000_000, compresslevel=1)
    text = refusal(byte_pass, bomb, "a.log.gz")
    assert "is no access log" in text
    assert "bytes on average" in text


def test_a_comment_is_no_first_line(byte_pass: Pass, write: Callable[..., LogObject]) -> None:
    """Each log of CloudFront begins with the same two lines: they say nothing of which log it is."""
    content = b"#Version: 1.0\n#Fields: date time\n2026-10-20\t08:00:00\nmore\n"
    with byte_pass(content) as data:
        assert data.first_line == b"2026-10-20\t08:00:00"
    assert first_line(write(content)) == b"2026-10-20\t08:00:00"


# What a counter of blank lines, of brackets and of lengths may get wrong: at the edges of blocks most of all.
PIECES = st.sampled_from(
    [b"\n", b" ", b"\t", b"\r", b"\x00", b"{", b"[", b"#", b"{" * 70, b"a", "é".encode()]
)


@given(st.lists(PIECES, max_size=60).map(b"".join), st.integers(1, 90))
def test_lines_are_counted_as_one_by_one(content: bytes, block_bytes: int) -> None:
    lines = content.split(b"\n")[: None if content[-1:] not in (b"\n", b"") else -1]
    tally = _Tally()
    for begin in range(0, len(content), block_bytes):
        tally.add(content[begin : begin + block_bytes])
    tally.end()
    assert tally.lines == len(lines)
    assert tally.longest == max(map(len, lines), default=0)
    assert tally.blank == sum(not line.strip() for line in lines)
    most = max((line.count(b"{") + line.count(b"[") for line in lines), default=0)
    assert tally.brackets == max(most, MAX_DEPTH)
    assert tally.first_line == next((line for line in lines if not line.startswith(b"#")), b"")
