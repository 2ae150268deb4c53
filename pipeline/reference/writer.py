"""Write data sets of address ranges (`enrichers.reference.dataset` says what lies in one)."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from enrichers.reference.ranges import Boundaries, RangeTable


def write(folder: Path, manifest: dict[str, Any], ranges: RangeTable, values: dict[str, pa.Array]) -> None:
    """Write a data set into a folder (see `staged`).

    `manifest` without `files`; `values` has an array a column, a row a code.
    """
    tables = {
        "ipv4.parquet": _v4(ranges.v4),
        "ipv6.parquet": _v6(ranges.v6),
        "values.parquet": pa.table(values),
    }
    files = {name: _write(folder / name, table) for name, table in tables.items()}
    text = json.dumps(manifest | {"files": files}, indent=2, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """A temporary folder beside `target` that takes its place when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    try:
        yield folder
        folder.chmod(0o755)
        if target.exists():  # a folder cannot be renamed onto one that is not empty
            target.rename(folder / ".old")
            shutil.rmtree(folder / ".old")
        folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _v4(family: Boundaries) -> pa.Table:
    return pa.table({"start": pa.array(family.starts), "code": pa.array(family.codes)})


def _v6(family: Boundaries) -> pa.Table:
    # "S16" drops trailing zero bytes when it hands out values; the buffer itself is whole.
    halves = np.frombuffer(family.starts.tobytes(), dtype=">u8").astype(np.uint64).reshape(-1, 2)
    return pa.table(
        {
            "start_hi": pa.array(halves[:, 0]),
            "start_lo": pa.array(halves[:, 1]),
            "code": pa.array(family.codes),
        }
    )


def _write(path: Path, table: pa.Table) -> dict[str, Any]:
    """Ascending integers as deltas, the rest as dictionaries: what keeps the bundled data small."""
    ascending = [name for name in table.column_names if name.startswith("start")]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in table.column_names if name not in ascending],
        column_encoding={name: "DELTA_BINARY_PACKED" for name in ascending} or None,
        write_statistics=False,
        row_group_size=1 << 20,
    )
    content = path.read_bytes()
    return {"rows": table.num_rows, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
