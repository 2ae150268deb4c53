"""What a run says where memory or disk is too little, and where it may spill."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from pipeline.process import machine
from pipeline.process.machine import machine_memory
from pipeline.process.resources import (
    ResourceError,
    confine,
    full_disk_errors,
    full_disk_in,
    make_landing,
    spill_folder,
)

ADDRESS = "198.51.100.7"
MANY_ROWS = f"select '{ADDRESS}' || range as client, md5(range::varchar) as digest from range(1000000)"


def test_a_full_disk_is_told_by_the_path_alone() -> None:
    """/dev/full answers every write as a full disk does."""
    with pytest.raises(ResourceError) as caught, full_disk_errors(Path("elsewhere")), duckdb.connect() as con:
        con.execute(f"copy ({MANY_ROWS}) to '/dev/full' (format csv)")
    assert str(caught.value).startswith("No space left on device: /dev/full. Nothing was published.")
    assert ADDRESS not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_spill_without_room_is_a_full_disk(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        confine(con, 32 * 1024 * 1024, tmp_path / "spill")
        con.execute("set max_temp_directory_size = '1MB'")
        with pytest.raises(ResourceError) as caught, full_disk_errors(tmp_path):
            con.execute(f"create temp table requests as {MANY_ROWS}")
    assert str(caught.value).startswith(f"No space left on device: {tmp_path}. ")


@pytest.mark.parametrize(
    ("error", "path"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "ledger.json"), "ledger.json"),
        (OSError(errno.ENOSPC, "No space left on device", "old", None, "copy"), "copy"),
        (OSError(errno.ENOSPC, "No space left on device"), "data"),
    ],
)
def test_so_is_what_the_system_says(error: OSError, path: str) -> None:
    with (
        pytest.raises(ResourceError, match=f"^No space left on device: {path}\\. "),
        full_disk_errors(Path("data")),
    ):
        raise error


@pytest.mark.parametrize("error", [PermissionError(errno.EACCES, "no"), duckdb.IOException(f"{ADDRESS}")])
def test_other_errors_pass(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, full_disk_errors(Path("data")):
        raise error
    assert caught.value is error


def test_memory_alone_is_no_full_disk(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        confine(con, 32 * 1024 * 1024, tmp_path)
        with pytest.raises(duckdb.OutOfMemoryException) as caught:
            con.execute(f"select len(list(digest)) from ({MANY_ROWS})")
    assert full_disk_in(str(caught.value), tmp_path) is None


def test_each_connection_spills_into_a_folder_of_its_own(tmp_path: Path) -> None:
    with spill_folder(tmp_path) as one, spill_folder(tmp_path) as other:
        assert one != other
        assert one.is_dir()
        assert other.parent == tmp_path
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_spilled_is_removed(tmp_path: Path) -> None:
    killed = (
        "import os, signal, sys; from pathlib import Path\n"
        "from pipeline.process.resources import spill_folder\n"
        "with spill_folder(Path(sys.argv[1])) as folder:\n"
        "    (folder / 'spilled').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", killed, str(tmp_path)], check=False)
    [left] = tmp_path.iterdir()
    assert (left / "spilled").exists()
    with spill_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_the_memory_of_the_machine_is_what_the_kernel_says() -> None:
    told = int(Path("/proc/meminfo").read_text(encoding="ascii").split()[1]) * 1024
    assert 0 < machine_memory() <= told
    assert machine_memory() % os.sysconf("SC_PAGE_SIZE") == 0


@pytest.mark.parametrize(
    ("limit", "cores"),
    [("max 100000", 8), ("250000 100000", 3), ("50000 100000", 1), ("1600000 100000", 8), (None, 8)],
)
def test_cores_are_those_that_the_container_may_use(
    limit: str | None, cores: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Microseconds of cores in each period; none: a machine without control groups."""
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.setattr(machine, "_CONTAINER_CORES", str(tmp_path / "cpu.max"))
    if limit:
        (tmp_path / "cpu.max").write_text(f"{limit}\n", encoding="ascii")
    assert machine.machine_cores() == cores


def test_nobody_else_looks_into_landing(tmp_path: Path) -> None:
    """Also where it was there before, open to all."""
    landing = tmp_path / "data" / "landing"
    for _ in range(2):
        make_landing(landing)
        assert landing.stat().st_mode & 0o777 == 0o700
        landing.chmod(0o755)
