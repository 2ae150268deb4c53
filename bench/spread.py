"""What a made-up published file holds besides sums of sessions: marts of the model, for more days and images.

A made-up day has what the model has for the same weekday, a made-up repository what one of the model's has.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb


@dataclass(frozen=True, slots=True)
class _Mart:
    """How the rows of a mart are repeated: for each day (`day` is a column of days, or none), for each
    repository where it has that column, and `copies` times; `changed`: expressions over `number`, the copy.
    """

    name: str
    day: str | None = None
    of_repository: bool = True
    copies: int = 1
    changed: dict[str, str] = field(default_factory=dict)
    where: str = "true"
    schema: str = "marts"


# A large publisher has more tags, references and clients than the sample: a copy is another one of them.
_MARTS = (
    _Mart("pull_definitions_daily", "period_start"),
    _Mart("excluded_traffic_daily", "excluded_on"),
    _Mart("anomalies_daily", "pull_date"),
    _Mart("active_installs_daily_base", "install_date", schema="base"),
    _Mart("origin_cohorts_weekly", "week_start"),
    _Mart(
        "unmet_demand_daily", "demand_date", copies=10, changed={"reference": "reference || '-' || number"}
    ),
    _Mart(
        "client_inflation_daily", "pull_date", of_repository=False, copies=10,
        changed={"client_version": "client_version || '.' || number"},
    ),
    _Mart(
        "load_ledger", "cast(first_requested_at as date)", of_repository=False, copies=24,
        changed={
            "load_id": "md5(load_id || day || number)",
            "first_requested_at": "first_requested_at + to_days(cast(shift as integer))",
            "last_logged_at": "last_logged_at + to_days(cast(shift as integer))",
        },
    ),
    _Mart(
        "version_adoption_daily", "adoption_date", copies=10,
        changed={"version": "version || '.' || number", "install_share": "install_share / 10"},
    ),
    _Mart("versions", copies=20, changed={"version": "version || '.' || number"}),
    _Mart("tag_usage", copies=25, changed={"tag": "tag || '-' || number"}),
    _Mart(
        "upgrade_lag_curves", copies=20 * 90,
        changed={
            "version": "version || '.' || number % 20",
            "lag_days": "number // 20",
            "survival": "1 - (number // 20) / 90",
        },
    ),
    # The model has eight weeks of curves, and one point of each is repeated every eight weeks.
    _Mart(
        "origin_cohort_curves", "cohort_week", copies=7,
        changed={"weeks_since": "weeks_since + 8 * number"},
        where="day + to_days(cast(7 * (weeks_since + 8 * number) as integer))"
        " <= (select max(day) from made_days)",
    ),
)  # fmt: skip
# The sample has no event; a publisher of so many images has a release of each every week.
_EVENTS = """
insert into marts.event_lift by name
select
    day as event_date, repository, 'release' as kind, strftime(day, '%Y.%m') as label,
    'tag_history' as source,
    100 as download_count, 90.0 as usual_download_count, 4 as week_count,
    0.111 as lift, -0.1 as lift_lower, 0.3 as lift_upper, 'ordinary' as assessment
from made_days cross join made_repositories where isodow(day) = 2 and repository <> '*'
"""


def spread(con: duckdb.DuckDBPyConnection, repositories: list[str]) -> None:
    """Repeat every such mart of the attached file in use for the days of `data_quality_daily` and for these
    repositories. To be called before the sessions of the model are replaced."""
    _days(con)
    _repositories(con, repositories)
    for mart in _MARTS:
        _repeat(con, mart)
    con.execute("delete from marts.event_lift")
    con.execute(_EVENTS)


def _days(con: duckdb.DuckDBPyConnection) -> None:
    """made_days: every day of the file, the model's day of the same weekday, and how far apart they are."""
    con.execute(
        """
        create temp table made_days as
        with span as (
            select
                min(pull_date) as first,
                greatest((max(pull_date) - min(pull_date) + 1) // 7, 1) * 7 as length
            from model
        )
        select
            quality_date as day,
            first + cast((((quality_date - first) % length) + length) % length as integer) as model_day,
            quality_date - model_day as shift
        from marts.data_quality_daily cross join span
        """
    )


def _repositories(con: duckdb.DuckDBPyConnection, repositories: list[str]) -> None:
    """made_repositories: each with one of the model's, and "all images" with itself."""
    con.execute(
        """
        create temp table made_repositories as
        with models as (select list(distinct repository order by repository) as names from model)
        select made.repository, names[1 + (made.place - 1) % len(names)] as model_repository
        from models, (select unnest($names) as repository, generate_subscripts($names, 1) as place) as made
        union all select '*', '*'
        union all select null, null
        """,
        {"names": repositories},
    )


def _repeat(con: duckdb.DuckDBPyConnection, mart: _Mart) -> None:
    changed = dict(mart.changed)
    source = "before"
    if mart.day is not None:
        source += f" inner join made_days on {mart.day} = made_days.model_day"
        if mart.day.isidentifier():
            changed[mart.day] = "day"
    if mart.of_repository:
        source += " inner join made_repositories on before.repository is not distinct from model_repository"
        changed["repository"] = "made_repositories.repository"
    replaced = ", ".join(f"{sql} as {name}" for name, sql in changed.items())
    name = f"{mart.schema}.{mart.name}"
    con.execute(f"create or replace temp table before as from {name}")
    con.execute(f"delete from {name}")
    con.execute(
        f"insert into {name} select before.* replace ({replaced})"
        f" from {source} cross join range({mart.copies}) as copy(number) where {mart.where}"
        + (" order by day" if mart.day else "")
    )
