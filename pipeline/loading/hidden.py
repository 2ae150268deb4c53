"""Lines that are in no figure: when they were logged, and of which repository's use they may have told.

Whether a tag may be deleted depends on it: somebody who opted out, whose lines cannot be read, or who gets no
token, may use it daily. What such a line names is not kept; a digest of the repository is, which says
something only to a reader who knows the repository already.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass

import duckdb

from ingest.paths import parse, scope

# Repositories and days of one object. A log of nothing but made-up names must not fill the ledger: the rest
# of its lines count as those that name nothing.
MOST_NAMED = 1_000

# A rejected line may say when it was written. If not, or if that is no day of its object, it takes the day of
# the line before it, or of the next one.
_DAYS = """
create temp table rejected_days as
with timed as (
    select line_number, cast(logged_at as date) as day from lines
    union all
    select line_number, day from opted_out
),
bounds as (
    select min(day) as first_day, max(day) as last_day, min_by(day, line_number) as day_of_first_line
    from timed
),
written as (
    select rejected_lines.line_number, try_cast(rejected_lines.written_on as date) as day
    from rejected_lines
)
select
    written.line_number,
    case
        when written.day between bounds.first_day and bounds.last_day then written.day
        else coalesce(timed.day, bounds.day_of_first_line)
    end as day
from written
asof left join timed on written.line_number >= timed.line_number
cross join bounds
"""
_NAMED = """
select rejected_days.day, rejected_lines.request_path as request_uri, count(*) as line_count
from rejected_lines inner join rejected_days using (line_number)
where rejected_lines.request_path is not null and rejected_days.day is not null
group by all
union all
select day, request_uri, count(*) as line_count from opted_out where request_uri is not null group by all
"""

# A client that is refused a token never asks for a manifest. The token's scope names the repository.
_TURNED_AWAY = """
select
    cast(logged_at as date) as day,
    regexp_replace(request_uri, '^[^?]*[?]?', '') || '&' || coalesce(args, '') as query,
    count(*) as line_count
from lines
where
    (status in (403, 429) or status >= 500)
    and (contains(request_uri, 'scope=repository') or contains(args, 'scope=repository'))
group by all
"""

# A log that cuts long paths off may cut within the repository, or within the word behind it. Who asked for
# what the registry does not serve (400, 404) did not get it: that tells of no use.
_CUT_OFF = """
select cast(logged_at as date) as day, request_uri, args, count(*) as line_count
from lines
where
    contains(request_uri, '/v2/')
    -- Nearly all lines; to look for a word costs a tenth of a regular expression.
    and not contains(request_uri, '/manifests/')
    and not contains(request_uri, '/blobs/')
    and not regexp_matches(request_uri, '/v2/([?]|$)|/(manifests|blobs|tags|referrers)(/|[?]|$)')
    and not regexp_matches(request_uri, '/(_catalog|_trust)(/|[?]|$)')
    and status not in (400, 404)
group by all
"""
# Stands for the repository where a line names none.
NO_REPOSITORY = ""


@dataclass(frozen=True, slots=True)
class HiddenLines:
    """Lines of one object: quarantined, by UTC day (YYYY-MM-DD); and quarantined, opted out or refused a
    token, by the digest of the repository that they name and by day. Paths that were cut off have none ('').
    """

    quarantined_by_date: dict[str, int]
    hidden_by_repository: dict[str, dict[str, int]]


def hidden_lines(con: duckdb.DuckDBPyConnection) -> HiddenLines:
    """What `lines`, `opted_out` and `rejected_lines` tell; call it while `lines` is there."""
    refused = con.execute(_TURNED_AWAY).df()
    cut_off = _cut_off(con)
    is_whole = not con.execute("select 1 from rejected_lines union all select 1 from opted_out").fetchone()
    if is_whole and refused.empty and not cut_off:
        return HiddenLines({}, {})
    con.execute(_DAYS)
    days = con.execute(
        "select day, count(*) from rejected_days where day is not null group by day order by day"
    ).fetchall()
    unread = con.execute(_NAMED).df()
    counts: Counter[tuple[str, str]] = Counter()
    for frame, repositories in (
        (unread, parse(unread.assign(args=None))["repository"]),
        (refused, refused["query"].map(scope)),
    ):
        for repository, day, lines in zip(repositories, frame["day"], frame["line_count"], strict=True):
            if isinstance(repository, str):
                counts[repository_digest(repository), f"{day:%Y-%m-%d}"] += int(lines)
    for day, lines in cut_off.items():
        counts[NO_REPOSITORY, day] += lines
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_NAMED]
    by_repository: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (digest, day), lines in sorted(most):
        by_repository[digest][day] = lines
    return HiddenLines({str(day): lines for day, lines in days}, dict(by_repository))


def _cut_off(con: duckdb.DuckDBPyConnection) -> Counter[str]:
    """Lines by day whose path begins like the registry's and breaks off before it says for what it asks."""
    frame = con.execute(_CUT_OFF).df()
    counts: Counter[str] = Counter()
    for kind, day, lines in zip(parse(frame)["request_kind"], frame["day"], frame["line_count"], strict=True):
        if kind == "other":
            counts[f"{day:%Y-%m-%d}"] += int(lines)
    return counts


def repository_digest(repository: str) -> str:
    """As `md5(repository)` in the models: 32 hex digits."""
    return hashlib.md5(repository.encode(), usedforsecurity=False).hexdigest()
