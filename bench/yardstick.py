"""The cheapest honest reading of a log: one typed scan by DuckDB that touches ten columns.

Usage: python -m bench.yardstick <folder> <times>. It reads the log several times over: once is too little to
measure.
"""

import sys
from pathlib import Path

import duckdb

COLUMNS = {
    "msec": "double", "request_id": "varchar", "remote_addr": "varchar", "method": "varchar",
    "request_uri": "varchar", "status": "smallint", "body_bytes_sent": "bigint", "user_agent": "varchar",
    "resp_digest": "varchar", "host": "varchar",
}  # fmt: skip


def scan(files: list[str]) -> None:
    """Read ten columns of every line, and use each of them."""
    touched = ", ".join(f"max({name})" for name in COLUMNS)
    reading = "read_json(?, format = 'newline_delimited', columns = ?)"
    with duckdb.connect() as con:
        con.execute(f"select {touched} from {reading}", [files, COLUMNS]).fetchall()


if __name__ == "__main__":
    scan([str(path) for path in sorted(Path(sys.argv[1]).glob("*.jsonl"))] * int(sys.argv[2]))
