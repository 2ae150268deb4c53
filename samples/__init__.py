"""The replayed sample: eight weeks of traffic made from the recorded corpus.

Nothing here was measured in production: real clients were recorded once, and are replayed from made-up
hosts in real networks. `write` makes the files, `SampleInfo` says what is in them.
"""

from __future__ import annotations

from samples.corpus import CORPUS, SampleError
from samples.sample import CATALOGUE, EVENTS, LOGS, TRUTH, SampleInfo, client_addresses, write
from samples.span import FIRST_DAY, LAST_DAY, SEED

__all__ = [
    "CATALOGUE",
    "CORPUS",
    "EVENTS",
    "FIRST_DAY",
    "LAST_DAY",
    "LOGS",
    "SEED",
    "TRUTH",
    "SampleError",
    "SampleInfo",
    "client_addresses",
    "write",
]
