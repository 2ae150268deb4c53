"""`python -m samples <output dir>`: write the replayed sample."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from samples.corpus import SampleError
from samples.sample import write


def main(arguments: list[str] | None = None) -> int:
    """Write the sample and say what it is; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m samples", description="Write the replayed sample.")
    parser.add_argument("directory", type=Path, help="where to: logs/, catalogue.json and truth.json")
    directory = parser.parse_args(arguments).directory
    try:
        info = write(directory)
    except SampleError as error:
        print(f"samples: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(
            f"samples: cannot write to {directory} ({error.strerror}). Choose another directory.",
            file=sys.stderr,
        )
        return 2
    print(info.description)
    print(f"Logs: {info.logs}. Catalogue: {info.catalogue}. What was replayed: {info.truth}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
