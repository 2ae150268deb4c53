"""Which clients may be redirected: clients.csv, one row a client, each with the recording that shows it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

CLIENTS = Path(__file__).with_name("clients.csv")


@dataclass(frozen=True)
class Client:
    """A client by its user agent (a regular expression), and whether a redirect is safe for it.

    `with_token`: also where the registry demands a bearer token.
    """

    name: str
    user_agent: str
    redirected: bool
    with_token: bool


def read_clients(path: Path = CLIENTS) -> tuple[Client, ...]:
    """The rows of clients.csv, in the order in which they are tried."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        return tuple(
            Client(
                row["client"],
                row["user_agent"],
                *(row[name] == "yes" for name in ("redirected", "with_token")),
            )
            for row in rows
        )
