"""Attach to each typed line what its distinct address, user agent and path stand for.

The enrichers see distinct values only (law 6); one join brings the attributes back to the lines.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import date, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

import duckdb
import pandas as pd

from enrichers import ci
from enrichers.clients import client, unknown_agents
from enrichers.identity import KeyRing, epoch_bounds, epoch_of, previous_epoch, pseudonymise
from enrichers.networks import cloud, geo, network, reverse_names
from enrichers.reference.reference_set import ReferenceSet
from ingest.addresses import resolve
from ingest.paths import parse
from ingest.scrub import scrub
from pipeline.loading.attributes_sql import (
    ADDRESS_JOIN,
    CI_KEYS,
    DIGEST_OF_ID,
    HOST,
    IDENTITIES,
    MEDIA_TYPE,
    REQUEST_ID,
    REQUESTS,
    STARTED_AT,
    TIME_RESOLUTION,
)
from pipeline.loading.reverse_dns import ReverseDns

Network = IPv4Network | IPv6Network

# Requests of an epoch's first days carry the ids under the previous key too (contract B).
BORDER_DAYS = 35


def resolve_addresses(con: duckdb.DuckDBPyConnection, trusted: list[Network]) -> None:
    """Create `line_addresses(remote_addr, x_forwarded_for, address)`, one row per distinct pair."""
    pairs = con.execute("select distinct remote_addr, x_forwarded_for from lines").df()
    _materialise(con, "line_addresses", resolve(pairs, trusted))


def drop_opted_out(con: duckdb.DuckDBPyConnection, honour: bool, networks: list[Network]) -> dict[str, int]:
    """Remove the lines of those who opted out, before anything of theirs is hashed.

    DNT or Sec-GPC set to 1 (when `honour`), or an opted-out network. Returns lines by UTC date.
    """
    addresses = con.execute("select distinct address from line_addresses where address is not null").df()
    listed = addresses[_where(addresses["address"], lambda text: _is_listed(text, networks))]
    con.register("listed_addresses", listed)
    con.execute(
        "create temp table opted_out as select line_number, cast(logged_at as date) as day"
        " from lines left join line_addresses a on lines.remote_addr is not distinct from a.remote_addr"
        " and lines.x_forwarded_for is not distinct from a.x_forwarded_for"
        " where ($honour and (dnt = '1' or gpc = '1'))"
        " or a.address in (select address from listed_addresses)",
        {"honour": honour},
    )
    con.unregister("listed_addresses")
    con.execute("delete from lines where line_number in (select line_number from opted_out)")
    rows = con.execute("select day, count(*) from opted_out group by day order by day").fetchall()
    return {str(day): count for day, count in rows}


def count_without_address(con: duckdb.DuckDBPyConnection) -> int:
    """Lines of which nobody can tell the client: a Unix socket, or what is no address."""
    query = f"select count(*) from lines l {ADDRESS_JOIN} where a.address is null"
    return int(con.execute(query).fetchall()[0][0])


def attach(
    con: duckdb.DuckDBPyConnection, ring: KeyRing, reference: ReferenceSet, names: ReverseDns | None = None
) -> None:
    """Create `requests` (contract B without load_id, reference_set and schema_version) from `lines`.

    `names`: where reverse DNS is switched on.
    """
    con.execute(TIME_RESOLUTION)
    _digest_odd_ids(con, ring.secret("quarantine"))
    _materialise(con, "paths", _paths(con))
    _materialise(con, "hosts", _scrubbed(con, "host", "host", HOST))
    _materialise(con, "nodes", _scrubbed(con, "node", "node"))
    _materialise(con, "media_types", _scrubbed(con, "resp_content_type", "response_media_type", MEDIA_TYPE))
    _materialise(con, "clients", _clients(con))
    _materialise(con, "networks", _networks(con, reference, names))
    _materialise(con, "ci_verdicts", _ci_verdicts(con, reference))
    _materialise(con, "epochs", epoch_table(_days(con), ring.kind))
    _materialise(con, "identities", _identities(con, ring))
    con.execute(REQUESTS)


def epoch_table(days: list[date], kind: str) -> pd.DataFrame:
    """One row per day: date, identity_epoch, previous_identity_epoch (null outside the border days)."""
    rows = []
    for day in days:
        epoch = epoch_of(day, kind)
        first, _ = epoch_bounds(epoch)
        near_border = day < first + timedelta(days=BORDER_DAYS)
        rows.append((day, epoch, previous_epoch(epoch) if near_border else None))
    return pd.DataFrame(rows, columns=["date", "identity_epoch", "previous_identity_epoch"])


def _materialise(con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame) -> None:
    """A temporary table from a frame: text stays text even where a column is all null."""
    con.register("frame", frame)
    text = [column for column in frame.columns if frame[column].dtype == object]
    replace = ", ".join(f"cast({column} as varchar) as {column}" for column in text)
    star = f"* replace ({replace})" if replace else "*"
    con.execute(f"create or replace temp table {name} as select {star} from frame")
    con.unregister("frame")


def _where(column: pd.Series, is_wanted: Callable[[Any], bool]) -> pd.Series[bool]:
    """The rows to take, as a Series: an empty list of truth values selects no columns instead of no rows."""
    return pd.Series([is_wanted(value) for value in column], index=column.index, dtype=bool)


def _is_listed(text: str, networks: list[Network]) -> bool:
    address = ip_address(text)
    return any(address in net for net in networks if net.version == address.version)


def _days(con: duckdb.DuckDBPyConnection) -> list[date]:
    rows = con.execute(f"select distinct cast({STARTED_AT} as date) from lines l").fetchall()
    return [row[0] for row in rows]


def _digest_odd_ids(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Some proxies build an id from the client's address, and some take the client's own header for it."""
    con.execute(
        f"update lines set request_id = {DIGEST_OF_ID}"
        f" where request_id is not null and not regexp_full_match(request_id, '{REQUEST_ID}')",
        {"key": key},
    )


def _paths(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    frame = parse(con.execute("select distinct request_uri, args from lines").df())
    for column in ("repository", "reference", "mirror_of"):
        frame[column] = _scrub_column(frame[column])
    return frame


def _scrubbed(
    con: duckdb.DuckDBPyConnection, column: str, name: str, pattern: str = "(?s).+"
) -> pd.DataFrame:
    """`raw` and `name`: each distinct text of a column, and what of it may be kept; null where it is none.

    `pattern`: what it must look like; its first group, where it has one, is what is kept.
    """
    frame = con.execute(f"select distinct {column} as raw from lines where {column} is not null").df()
    found = [re.fullmatch(pattern, text, re.ASCII) for text in frame["raw"]]
    kept = [match[match.re.groups] if match else None for match in found]
    return frame.assign(**{name: _scrub_column(pd.Series(kept, index=frame.index, dtype=object))})


def _clients(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    agents = con.execute("select distinct user_agent from lines").df()
    clients = client.classify(agents)
    clients["client_version"] = _scrub_column(clients["client_version"])
    clients["unknown_agent_pattern"] = unknown_agents.patterns(agents)
    return pd.concat([agents, clients.drop(columns=["user_agent"], errors="ignore")], axis=1)


def _scrub_column(column: pd.Series) -> pd.Series:
    return column.map(lambda text: scrub(text) if isinstance(text, str) else None).astype(object)


def _networks(
    con: duckdb.DuckDBPyConnection, reference: ReferenceSet, names: ReverseDns | None
) -> pd.DataFrame:
    frame = con.execute("select distinct address from line_addresses where address is not null").df()
    operators = network.describe(frame, reference)
    places = geo.locate(frame, reference, operators["network_type"])
    if names:
        asked = frame["address"][reverse_names.wanted(operators)]
        reverse_names.refine(operators, frame["address"], names.hosts(asked))
    clouds = cloud.place(frame.assign(asn=operators["asn"]), reference)
    return pd.concat([frame, places, operators, clouds], axis=1)


def _ci_verdicts(con: duckdb.DuckDBPyConnection, reference: ReferenceSet) -> pd.DataFrame:
    keys = con.execute(CI_KEYS).df()
    return pd.concat([keys[["user_agent", "address"]], ci.judge(keys, reference)], axis=1)


def _identities(con: duckdb.DuckDBPyConnection, ring: KeyRing) -> pd.DataFrame:
    """Ids of each distinct address, client and epoch, and under the previous key near a border."""
    keys = con.execute(IDENTITIES).df()
    throwaway = secrets.token_bytes(32)
    current = pseudonymise(keys, ring, throwaway)
    result = pd.concat([keys, current], axis=1)
    result["previous_endpoint_id"] = pd.Series(pd.NA, index=keys.index, dtype="Int64")
    result["previous_origin_id"] = pd.Series(pd.NA, index=keys.index, dtype="Int64")
    has_key = _where(
        keys["previous_identity_epoch"], lambda epoch: isinstance(epoch, str) and ring.key(epoch) is not None
    )
    border = keys[has_key].assign(identity_epoch=lambda frame: frame["previous_identity_epoch"])
    if not border.empty:
        before = pseudonymise(border, ring, throwaway)
        result.loc[border.index, "previous_endpoint_id"] = before["endpoint_id"].astype("Int64")
        result.loc[border.index, "previous_origin_id"] = before["origin_id"].astype("Int64")
    return result
