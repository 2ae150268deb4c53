"""Labels that the publisher knows: which of its networks are what. Read for `calibrate`, and kept nowhere."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TYPE_CHECKING

from enrichers.identity import KeyRing, pseudonymise
from ingest.networks import parse_network

if TYPE_CHECKING:
    import pandas as pd

Network = IPv4Network | IPv6Network

COLUMNS = ["network", "environment"]
ENVIRONMENTS = ("ci", "production", "workstation", "own")
# Each address (IPv6: each /64) is hashed under each living key: a million take a few seconds.
MOST_ENDPOINTS = 1_000_000

_NO_CLIENT = ["client_name", "engine_os", "client_os", "architecture"]


class LabelsError(ValueError):
    """The file of labels cannot be used; the text says where and why, and quotes no address."""


def read(path: Path) -> dict[Network, str]:
    """Network → environment, of a CSV file: `network` (an address or a CIDR) and `environment`.

    Raises LabelsError when the file or a line of it cannot be used, or when it names too many addresses.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            if rows.fieldnames is None or not set(COLUMNS) <= set(rows.fieldnames):
                raise LabelsError(f"{path}: the first line must name the columns {', '.join(COLUMNS)}.")
            labels = _labels(path, rows)
    except OSError as error:
        raise LabelsError(f"{path} cannot be read: {error.strerror}. Give LABELS=<csv>.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsError(f"{path} cannot be read as CSV in UTF-8 ({type(error).__name__}).") from error
    if sum(_size(network) for network in labels) > MOST_ENDPOINTS:
        raise LabelsError(
            f"{path} names more than {MOST_ENDPOINTS:,} addresses (IPv6: networks of 64 bits)."
            " Name smaller networks."
        )
    return labels


def endpoints(labels: dict[Network, str], ring: KeyRing, epochs: Iterable[str]) -> pd.DataFrame:
    """One row per labelled endpoint and epoch whose key lives: endpoint_id, identity_epoch, label.

    Where networks overlap, the smallest decides. The addresses do not leave this function. Raises
    IdentityKeyError.
    """
    # A second to import, and every command knows the errors of this module.
    import pandas as pd

    by_address: dict[str, str] = {}
    for network in sorted(labels, key=lambda network: network.prefixlen):
        by_address.update((address, labels[network]) for address in _addresses(network))
    living = [epoch for epoch in sorted(epochs) if ring.key(epoch) is not None]
    keys = pd.DataFrame(
        [(address, epoch) for epoch in living for address in by_address],
        columns=["address", "identity_epoch"],
        dtype=object,
    )
    for column in _NO_CLIENT:
        keys[column] = pd.Series(None, index=keys.index, dtype=object)
    if keys.empty:
        return pd.DataFrame({"endpoint_id": [], "identity_epoch": [], "label": []})
    # The throw-away key is for dead epochs, of which there is none here.
    found = pseudonymise(keys, ring, bytes(32))
    return pd.DataFrame(
        {
            "endpoint_id": found["endpoint_id"],
            "identity_epoch": keys["identity_epoch"],
            "label": [by_address[address] for address in keys["address"]],
        }
    )


def _labels(path: Path, rows: csv.DictReader[str]) -> dict[Network, str]:
    labels: dict[Network, str] = {}
    for row in rows:
        where = f"{path}, line {rows.line_num}"
        environment = (row["environment"] or "").strip()
        if environment not in ENVIRONMENTS:
            raise LabelsError(f"{where}: the environment must be one of {', '.join(ENVIRONMENTS)}.")
        try:
            network = parse_network(row["network"] or "")
        except ValueError:
            raise LabelsError(f"{where}: the network is no address and no CIDR.") from None
        if labels.setdefault(_endpoint_network(network), environment) != environment:
            raise LabelsError(f"{where}: another line gives the same network another environment.")
    return labels


def _endpoint_network(network: Network) -> Network:
    """No IPv6 network is smaller than what one endpoint stands for."""
    if network.version == 6 and network.prefixlen > 64:
        return network.supernet(new_prefix=64)
    return network


def _size(network: Network) -> int:
    return int(2 ** ((64 if network.version == 6 else 32) - network.prefixlen))


def _addresses(network: Network) -> Iterator[str]:
    step = 1 << 64 if network.version == 6 else 1
    first = network.network_address
    return (str(first + step * number) for number in range(_size(network)))
