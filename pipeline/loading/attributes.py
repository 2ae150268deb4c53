"""Attach to each typed line what its distinct address, user agent and path stand for.

The enrichers see distinct values only (law 6); one join brings the attributes back to the lines.
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Callable, Collection
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
    ADDRESSES,
    CI_KEYS,
    COUNT_WITHOUT_ADDRESS,
    DIGEST_OF_ID,
    HOST,
    IDENTITY_KEYS,
    LINE_ADDRESSES,
    MEDIA_TYPE,
    NUMBERED_LINES,
    OPTED_OUT,
    ORIGIN_KEYS,
    ORIGINS,
    REQUEST_ID,
    REQUESTS,
    STARTED_AT,
    TIME_RESOLUTION,
)
from pipeline.loading.reverse_dns import ReverseDns

Network = IPv4Network | IPv6Network

# Distinct keys that are looked at together: some 100 MB in frames.
CHUNK_ROWS = 100_000

# Requests of an epoch's first days carry the ids under the previous key too (contract B).
BORDER_DAYS = 35


def resolve_addresses(con: duckdb.DuckDBPyConnection, trusted: list[Network]) -> None:
    """Create `line_addresses` (remote_addr, x_forwarded_for, address, address_number), one row per distinct
    pair, and `addresses` (address_number, address): several pairs may name one address.
    """
    pairs = "select distinct remote_addr, x_forwarded_for from lines"
    _attach_by_chunks(con, "resolved", pairs, lambda frame: resolve(frame, trusted))
    con.execute(LINE_ADDRESSES)


def drop_opted_out(con: duckdb.DuckDBPyConnection, honour: bool, networks: list[Network]) -> dict[str, int]:
    """Remove the lines of those who opted out, before anything of theirs is hashed.

    DNT or Sec-GPC set to 1 (when `honour`), or an opted-out network. Returns lines by UTC date.
    """
    # Most opt no network out: then no address is parsed for it.
    addresses = con.execute(ADDRESSES + ("" if networks else " limit 0")).df()
    listed = addresses[_where(addresses["address"], lambda text: _is_listed(text, networks))]
    con.register("listed_addresses", listed)
    con.execute(OPTED_OUT, {"honour": honour})
    con.unregister("listed_addresses")
    con.execute("delete from lines where line_number in (select line_number from opted_out)")
    rows = con.execute("select day, count(*) from opted_out group by day order by day").fetchall()
    return {str(day): count for day, count in rows}


def count_without_address(con: duckdb.DuckDBPyConnection) -> int:
    """Lines of which nobody can tell the client: a Unix socket, or what is no address."""
    return int(con.execute(COUNT_WITHOUT_ADDRESS).fetchall()[0][0])


def attach(
    con: duckdb.DuckDBPyConnection,
    ring: KeyRing,
    reference: ReferenceSet,
    names: ReverseDns | None = None,
    file_paths: Collection[str] = (),
) -> None:
    """Create the view `requests` (contract B without load_id, reference_set and schema_version) from `lines`.

    `lines` is dropped: the view reads `numbered_lines`, in the order of time, `paths` and `origins`.
    `names`: where reverse DNS is switched on; `file_paths`: see ingest/paths.py.
    """
    paths = functools.partial(_paths, file_paths=file_paths)
    con.execute(TIME_RESOLUTION)
    _digest_odd_ids(con, ring.secret("quarantine"))
    _attach_by_chunks(con, "paths", "select distinct request_uri, args from lines", paths)
    _materialise(con, "hosts", _scrubbed(con, "host", "host", HOST))
    _materialise(con, "nodes", _scrubbed(con, "node", "node"))
    _materialise(con, "media_types", _scrubbed(con, "resp_content_type", "response_media_type", MEDIA_TYPE))
    _attach_by_chunks(con, "clients", "select distinct user_agent from lines", _clients)
    _materialise(con, "epochs", _numbered_epochs(con, ring))
    con.execute(NUMBERED_LINES)
    # The addresses, agents and paths of an object need not be held twice.
    con.execute("drop table lines")
    con.execute(ORIGIN_KEYS)
    _attach_by_chunks(con, "networks", ADDRESSES, lambda frame: _networks(frame, reference, names))
    _attach_by_chunks(con, "ci_verdicts", CI_KEYS, lambda frame: _ci_verdicts(frame, reference))
    throwaway = secrets.token_bytes(32)
    _attach_by_chunks(con, "identities", IDENTITY_KEYS, lambda frame: _identities(frame, ring, throwaway))
    con.execute(ORIGINS)
    con.execute(REQUESTS)
    # What is read through the view stays in the order of the lines, as long as they are the probing side of
    # each join: with few lines, DuckDB would exchange the sides.
    con.execute("set disabled_optimizers = 'build_side_probe_side'")


def epoch_table(days: list[date], kind: str) -> pd.DataFrame:
    """One row per day: date, identity_epoch, previous_identity_epoch (null outside the border days)."""
    rows = []
    for day in days:
        epoch = epoch_of(day, kind)
        first, _ = epoch_bounds(epoch)
        near_border = day < first + timedelta(days=BORDER_DAYS)
        rows.append((day, epoch, previous_epoch(epoch) if near_border else None))
    return pd.DataFrame(rows, columns=["date", "identity_epoch", "previous_identity_epoch"])


def _attach_by_chunks(
    con: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    attributes: Callable[[pd.DataFrame], pd.DataFrame],
) -> None:
    """A temporary table of what is said of each row of a query, which are distinct keys.

    In chunks, because text takes several times more memory in a frame than in DuckDB.
    """
    keys = con.sql(query).to_arrow_table()
    for start in range(0, max(1, keys.num_rows), CHUNK_ROWS):
        frame = keys.slice(start, CHUNK_ROWS).to_pandas()
        found = attributes(frame.set_axis(range(start, start + len(frame))))
        _materialise(con, name, found.reset_index(drop=True), is_more=start > 0)


def _materialise(
    con: duckdb.DuckDBPyConnection, name: str, frame: pd.DataFrame, is_more: bool = False
) -> None:
    """A temporary table from a frame, or more rows of it: text stays text even where a column is all null."""
    con.register("frame", frame)
    text = [column for column in frame.columns if frame[column].dtype == object]
    replace = ", ".join(f"cast({column} as varchar) as {column}" for column in text)
    star = f"* replace ({replace})" if replace else "*"
    create = f"insert into {name} by name" if is_more else f"create or replace temp table {name} as"
    con.execute(f"{create} select {star} from frame")
    con.unregister("frame")


def _where(column: pd.Series, is_wanted: Callable[[Any], bool]) -> pd.Series[bool]:
    """The rows to take, as a Series: an empty list of truth values selects no columns instead of no rows."""
    return pd.Series([is_wanted(value) for value in column], index=column.index, dtype=bool)


def _is_listed(text: str, networks: list[Network]) -> bool:
    address = ip_address(text)
    return any(address in net for net in networks if net.version == address.version)


def _numbered_epochs(con: duckdb.DuckDBPyConnection, ring: KeyRing) -> pd.DataFrame:
    """`epoch_table` of the days of the lines, with a number for each epoch and border of one."""
    rows = con.execute(f"select distinct cast({STARTED_AT} as date) from lines l").fetchall()
    frame = epoch_table([row[0] for row in rows], ring.kind)
    kinds = frame.groupby(["identity_epoch", "previous_identity_epoch"], dropna=False)
    return frame.assign(epoch_number=kinds.ngroup().astype("int64"))


def _digest_odd_ids(con: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Some proxies build an id from the client's address, and some take the client's own header for it."""
    con.execute(
        f"update lines set request_id = {DIGEST_OF_ID}"
        f" where request_id is not null and not regexp_full_match(request_id, '{REQUEST_ID}')",
        {"key": key},
    )


def _paths(pairs: pd.DataFrame, file_paths: Collection[str]) -> pd.DataFrame:
    frame = parse(pairs, file_paths)
    for column in ("repository", "reference", "mirror_of"):
        frame[column] = _scrub_column(frame[column])
    return frame.assign(path_number=frame.index)


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


def _clients(agents: pd.DataFrame) -> pd.DataFrame:
    clients = client.classify(agents)
    clients["client_version"] = _scrub_column(clients["client_version"])
    clients["unknown_agent_pattern"] = unknown_agents.patterns(agents)
    described = pd.concat([agents, clients.drop(columns=["user_agent"], errors="ignore")], axis=1)
    return described.assign(agent_number=described.index)


def _scrub_column(column: pd.Series) -> pd.Series:
    return column.map(lambda text: scrub(text) if isinstance(text, str) else None).astype(object)


def _networks(frame: pd.DataFrame, reference: ReferenceSet, names: ReverseDns | None) -> pd.DataFrame:
    operators = network.describe(frame, reference)
    places = geo.locate(frame, reference, operators["network_type"])
    if names:
        asked = frame["address"][reverse_names.wanted(operators)]
        reverse_names.refine(operators, frame["address"], names.hosts(asked))
    clouds = cloud.place(frame.assign(asn=operators["asn"]), reference)
    return pd.concat([frame, places, operators, clouds], axis=1)


def _ci_verdicts(keys: pd.DataFrame, reference: ReferenceSet) -> pd.DataFrame:
    return pd.concat([keys[["agent_number", "address_number"]], ci.judge(keys, reference)], axis=1)


def _identities(keys: pd.DataFrame, ring: KeyRing, throwaway: bytes) -> pd.DataFrame:
    """Ids of each client at an address, and under the previous key near a border."""
    result = pd.concat([keys[["origin_number"]], pseudonymise(keys, ring, throwaway)], axis=1)
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
