from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
import zstandard

from ingest.errors import ObjectError, SourceError
from ingest.rawlines import open_lines
from ingest.sources.local import left_out, list_objects

LINES = b'{"a":1}\n{"b":"\x0b\x0c\r\xc2\x85\xe2\x80\xa8"}\r\n\nlast'


def names(location: str) -> list[str]:
    return [item.path.name for item in list_objects(location)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Logs of two edges, rotated and compressed, among other files."""
    for name in (
        "a/access.log",
        "a/access.log.1",
        "a/access.log-20261122.gz",
        "b/edge.jsonl.zst",
        "b/edge.json",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x\n")
    for name in ("README.md", "a/access.log.tmp", "a/.access.log.swp", "b/image.png", "b/catalog"):
        (tmp_path / name).write_bytes(b"x\n")
    return tmp_path


def test_a_folder_gives_what_is_named_like_a_log_at_any_depth(folder: Path) -> None:
    assert names(str(folder)) == [
        *("access.log", "access.log-20261122.gz", "access.log.1"),
        *("edge.json", "edge.jsonl.zst"),
    ]


def test_what_is_compressed_is_a_log_among_logs(tmp_path: Path) -> None:
    """CloudFront and Papertrail name their objects so; a zip is refused by its name, not passed over."""
    wanted = ["E2K2LNL5N3WR51.2026-10-20-08.f9d74a3b.gz", "archive.zip"]
    wanted += ["docker-logs.txt", "reg-2026.csv", "x.tsv.gz"]
    for name in wanted:
        (tmp_path / name).write_bytes(b"x\n")
    assert names(str(tmp_path)) == wanted


def test_logs_of_errors_are_no_access_logs(tmp_path: Path) -> None:
    """nginx, Apache and Nginx Proxy Manager write them into the same folder; a file is taken at its word."""
    errors = [
        "error.log",
        "error.log-20261101",
        "error.log.2.gz",
        "error_log",
        "proxy-host-1_error.log",
        "ssl-errors.log.1",
    ]
    wanted = ["access.log", "error-rates-access.log", "mirrors.log", "proxy-host-1_access.log", "terror.log"]
    for name in [*errors, *wanted]:
        (tmp_path / name).write_bytes(b"x\n")
    assert names(str(tmp_path)) == wanted
    assert left_out(str(tmp_path)) == errors
    assert names(str(tmp_path / "error.log")) == ["error.log"]


def test_what_is_not_named_like_a_log_is_told(folder: Path) -> None:
    assert left_out(str(folder)) == ["README.md", "b/catalog", "b/image.png"]
    assert (
        left_out(str(folder / "b/catalog")) == left_out(str(folder / "missing")) == left_out("s3://x/y") == []
    )


def test_a_file_is_taken_at_its_word(folder: Path) -> None:
    assert names(str(folder / "b/catalog")) == ["catalog"]


def test_a_glob_is_taken_at_its_word_and_may_match_folders(folder: Path) -> None:
    assert names(str(folder / "b/*")) == ["catalog", "edge.json", "edge.jsonl.zst", "image.png"]
    assert names(str(folder / "**/*.log")) == ["access.log"]
    assert names(str(folder / "[b]")) == ["edge.json", "edge.jsonl.zst"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "a[1].log").write_bytes(b"x\n")
    (tmp_path / "a1.log").write_bytes(b"x\n")
    assert names(str(tmp_path / "a[1].log")) == ["a[1].log"]


def test_the_tilde_is_the_home_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    assert names("~/a/access.log") == ["access.log"]
    assert names("~/a/*.1") == ["access.log.1"]


def test_an_object_is_described_as_it_lies_there(folder: Path) -> None:
    path = folder / "a/access.log"
    os.utime(path, ns=(5, 1_795_453_424_385_000_001))
    item = list_objects(str(path), source="edge")[0]
    assert (item.name, item.path, item.source) == (str(path), path, "edge")
    assert (item.size, item.modified_ns) == (2, 1_795_453_424_385_000_001)


def test_one_file_has_one_name_however_it_is_reached(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    locations = ["a/access.log", "./b/../a/access.log", str(folder / "a/*.log")]
    assert {list_objects(location)[0].name for location in locations} == {str(folder / "a/access.log")}


def test_a_hostile_file_name_is_made_printable(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/a\nb\xff.log"
    with open(path, "wb") as file:  # noqa: PTH123  a name that is no UTF-8
        file.write(b"x\n")
    item = list_objects(str(tmp_path))[0]
    assert item.name == f"{tmp_path}/a b .log"
    assert item.path.read_bytes() == b"x\n"


def test_nothing_to_read_is_an_error_that_names_location_and_reason(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "other").mkdir()
    (folder / "other/notes.txt").write_text("x")
    for name, reason in (
        ("missing", "no such file or folder"),
        ("missing/*.log", "no file matches"),
        ("empty", "the folder is empty"),
        ("other", "none of the folder's 1 files is named like a log"),
    ):
        with pytest.raises(SourceError, match=reason) as caught:
            list_objects(str(folder / name))
        assert str(caught.value).startswith(str(folder / name))


def lock(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that cannot be listed, also by root."""
    scan = os.scandir

    def locked(path: str) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", locked)


def test_a_folder_that_cannot_be_listed_is_an_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(folder, monkeypatch)
    with pytest.raises(SourceError, match="cannot be read: Permission denied"):
        list_objects(str(folder))


def test_one_below_is_an_object_that_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(folder / "b", monkeypatch)
    found = list_objects(str(folder))
    assert [item.path.name for item in found] == ["access.log", "access.log-20261122.gz", "access.log.1", "b"]
    with (
        pytest.raises(ObjectError, match=r"/b: is a folder that cannot be listed\. Mend"),
        open_lines(found[-1]),
    ):
        pass


@pytest.mark.parametrize(
    ("kind", "reason"), [("pipe", "is not a file"), ("link to nothing", "cannot be read: No such file")]
)
@pytest.mark.parametrize("location", ["", "*.log"])
def test_what_is_no_file_is_an_object_that_cannot_be_read(
    tmp_path: Path, kind: str, reason: str, location: str
) -> None:
    if kind == "pipe":
        os.mkfifo(tmp_path / "odd.log")
    else:
        (tmp_path / "odd.log").symlink_to(tmp_path / "nowhere")
    (tmp_path / "good.log").write_text("{}\n")
    good, odd = list_objects(str(tmp_path / location))
    assert (good.path.name, odd.path.name) == ("good.log", "odd.log")
    with pytest.raises(ObjectError, match=f"odd.log: {reason}"), open_lines(odd):
        pass


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [("", bytes), (".gz", gzip.compress), (".zst", zstandard.ZstdCompressor().compress)],
)
def test_lines_are_split_on_newlines_only(tmp_path: Path, suffix: str, compress: type[bytes]) -> None:
    path = tmp_path / f"a.log{suffix}"
    path.write_bytes(compress(LINES))
    with open_lines(list_objects(str(path))[0]) as lines:
        assert list(lines) == [b'{"a":1}\n', b'{"b":"\x0b\x0c\r\xc2\x85\xe2\x80\xa8"}\r\n', b"\n", b"last"]


def test_an_endless_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"x" * 3_000_000 + b"\nnext\n")
    with open_lines(list_objects(str(path))[0]) as lines:
        # 64 KiB are allowed; one byte more shows that it is too long.
        assert list(lines) == [b"x" * 65_537 + b"\n", b"next\n"]


def test_an_object_that_went_away_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"x\n")
    item = list_objects(str(path))[0]
    path.unlink()
    with pytest.raises(ObjectError, match="cannot be read: No such file"), open_lines(item):
        pass


def test_an_error_of_who_reads_is_not_taken_for_one_of_the_object(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(b"x\n")
    with pytest.raises(PermissionError), open_lines(list_objects(str(path))[0]):
        raise PermissionError


def test_a_glob_does_not_go_round_links(tmp_path: Path) -> None:
    """Two links to a folder above: by following them, a glob would go on until names are too long."""
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "access.log").write_text("x\n")
    (deep / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "again").symlink_to(tmp_path / "a")
    for pattern in ("**/*.log", "**", "*/*/*.log"):
        assert [item.path.name for item in list_objects(str(tmp_path / pattern))] == ["access.log"], pattern
    assert len(list_objects(str(tmp_path))) == 1


def test_a_glob_leaves_hidden_names_out_unless_it_names_them(tmp_path: Path) -> None:
    for name in (".hidden.log", "access.log"):
        (tmp_path / name).write_text("x\n")
    assert [item.path.name for item in list_objects(str(tmp_path / "*.log"))] == ["access.log"]
    assert [item.path.name for item in list_objects(str(tmp_path / ".*.log"))] == [".hidden.log"]
