"""Kubernetes' container runtime interface: time, stream, and F for a whole line or the end of one, or P for a part."""

import re

from ingest.envelopes.model import TextEnvelope
from ingest.times import STAMP

ENVELOPE = TextEnvelope(
    name="cri",
    title="Kubernetes container log (CRI)",
    source="https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md",
    pattern=r"<time> (?:stdout|stderr) F(?::[^ ]*)? <line>",
    time=STAMP,
    samples=(
        ("2026-10-20T08:15:00.000000001Z stdout F a line", "a line", "2026-10-20T08:15:00.000000001Z", None),
        ("2026-10-20T08:15:00.1+02:00 stderr F a line", "a line", "2026-10-20T08:15:00.1+02:00", None),
    ),
)

# A line longer than 16 KiB is written in parts, the last of which has F.
PART = rf"{STAMP} (?:stdout|stderr) [FP](?::[^ ]*)? .*"
_PARTS = re.compile(rf"({STAMP}) (stdout|stderr) ([FP])(?::[^ ]*)? (.*)", re.ASCII | re.DOTALL)
UNFINISHED = rf"{STAMP} (?:stdout|stderr) P(?::[^ ]*)? .*"


def part_of(text: str) -> tuple[str, str, bool, str] | None:
    """Time, stream, whether it ends a line, and the part itself; None for what is no CRI line."""
    found = _PARTS.fullmatch(text)
    return (found[1], found[2], found[3] == "F", found[4]) if found else None
