"""What remote sources share: how they are reached, and how a fetched object gets into `landing/`."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ingest.decompress import PROMISES

FETCHED = "fetched"


@dataclass(frozen=True, slots=True)
class Access:
    """How a source of AWS, or one that speaks its language, is reached; None: what AWS's own settings say.

    `credentials`: arguments of boto3.Session (aws_access_key_id, aws_secret_access_key, profile_name …).
    """

    endpoint: str | None = None
    region: str | None = None
    credentials: tuple[tuple[str, str], ...] = ()


def landing_path(landing: Path, source: str, name: str, size: int, modified_ns: int) -> Path:
    """Where that object lies once it is fetched; another state of it lies elsewhere.

    The name on disk is a digest: a remote name may hold anything. What it promises (.gz, .zst) is kept.
    """
    key = "\0".join([source, name, str(size), str(modified_ns)])
    suffix = PurePosixPath(name).suffix
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return landing / FETCHED / f"{digest}{suffix if suffix in PROMISES else ''}"


@contextmanager
def landed(path: Path) -> Iterator[BinaryIO]:
    """Open a file to write, which becomes `path` when the block ends well; only its owner may read it.

    What a killed fetch leaves is deleted with the other objects in `landing/`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        temporary = Path(file.name)
        try:
            yield file  # type: ignore[misc]
            file.flush()
            os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
