"""Which clients may be redirected: clients.csv, one row a client, each with the recording that shows it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

CLIENTS = Path(__file__).with_name("clients.csv")


@dataclass(frozen=True)
class Client:
    """A client by its user agent (a regular expression), and whether a redirect is safe for it.

    `redirected`: `no`; `yes`, where the registry demands no token; `ping`, also where it demands one, if the
    client is sent there from its first request on; `token`, where it demands one too.
    """

    name: str
    user_agent: str
    redirected: str


def read_clients(path: Path = CLIENTS) -> tuple[Client, ...]:
    """The rows of clients.csv, in the order in which they are tried."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            Client(row["client"], row["user_agent"], row["redirected"]) for row in csv.DictReader(file)
        )
