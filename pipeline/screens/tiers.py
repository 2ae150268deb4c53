"""Two logs of the same requests: an edge and what lies behind it, or two `access_log` of one nginx."""

from __future__ import annotations

import duckdb

# Both tiers log a request within this time.
APART_MS = 50
# More than this share of the smaller log lies in the larger one too. Clients that ask at once come to less.
MOST = 0.5
# Fewer lines tell nothing.
FEWEST_LINES = 5

# A log is what one gateway wrote: an object, or its lines of one node. A request is `doubled` where another
# log has it too: same method, path and agent, another id, at most 50 ms apart (in the same 50 ms or in those
# beside), and the same client, or one that the other tier cannot tell since it knows one peer only: the edge.
# Without ids one of the same moment counts where it stands on another line: copies have their lines in step.
_SHARES = f"""
with logs as (
    select
        dense_rank() over (order by object_number, coalesce(node, '')) as log_number,
        object_number, line_number, logged_at, request_id,
        concat_ws(' ', method, request_uri, args, user_agent) as what,
        coalesce(x_forwarded_for, remote_addr) as client,
        epoch_ms(logged_at) // {APART_MS} as slot
    from sampled
), sizes as (
    select log_number, count(*) as line_count, count(distinct client) = 1 as knows_one_client
    from logs group by log_number
), requests as (
    select * from logs join sizes using (log_number)
), nearby as (
    select *, unnest([slot - 1, slot, slot + 1]) as near_slot from requests
), doubled as (
    select one.log_number, other.log_number, one.line_count, count(distinct one.line_number) as doubled_count
    from requests one
    join nearby other on
        one.what = other.what
        and one.slot = other.near_slot
        and one.log_number <> other.log_number
        and one.line_count <= other.line_count
        and abs(epoch_ms(one.logged_at) - epoch_ms(other.logged_at)) <= {APART_MS}
        and (
            one.request_id <> other.request_id
            or one.request_id is null and other.request_id is null
            and (one.logged_at <> other.logged_at or one.line_number <> other.line_number)
        )
        and (
            contains(one.client, other.client) or contains(other.client, one.client)
            or one.knows_one_client or other.knows_one_client
        )
    where one.line_count >= {FEWEST_LINES}
    group by all
)
select coalesce(max(doubled_count / line_count), 0) from doubled
"""


def double_share(con: duckdb.DuckDBPyConnection) -> float:
    """The largest share of the lines of a sampled log that another sampled log holds too, 0 to 1.

    Reads `sampled` (`object_number`, and the columns of `ingest.fields.COLUMNS`). Objects of different times
    share no line: where there are many, those that are sampled may show nothing.
    """
    return float(con.execute(_SHARES).fetchall()[0][0])


def is_double(share: float) -> bool:
    """Whether two tiers log the same requests."""
    return share > MOST
