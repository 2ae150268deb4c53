"""The sources that the settings name, opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.errors import SourceError
from ingest.sources import scheme_of, source_at
from ingest.sources.model import Loaded, LogSource
from ingest.sources.remote import Access
from pipeline import connections
from pipeline.lake.ledger import Ledger
from pipeline.settings import Settings, Source

# Of the extra fields of an Airflow connection of type aws: what boto3.Session takes as an argument.
_SESSION_ARGUMENTS = ("aws_session_token", "profile_name")


def open_source(settings: Settings, source: Source, landing: Path | None = None) -> LogSource:
    """One source; what is fetched goes below `landing`, which is the data directory's where none is given.

    Raises SourceError where its Airflow connection is missing.
    """
    access = Access(source.endpoint, source.region)
    if source.connection:
        access = _access(source, source.connection)

    def loaded() -> list[Loaded]:
        return [listed[1:] for listed in Ledger(settings.loads).objects if listed[0] == source.name]

    return source_at(source.location, source.name, landing or settings.landing, access, loaded)


def _access(source: Source, connection_id: str) -> Access:
    """What the connection says, and for AWS its endpoint and region where the source says none."""
    found = connections.find(connection_id)
    if found is None:
        raise SourceError(
            source.location,
            f"there is no Airflow connection {connection_id}",
            f"Make it, or set AIRFLOW_CONN_{connection_id.upper()} (docs/sources.md).",
        )
    extra: dict[str, Any] = found.extra_dejson
    if scheme_of(source.location) == "kafka":
        # Airflow's connections of type kafka hold librdkafka's settings there.
        return Access(credentials=tuple((name, str(value)) for name, value in sorted(extra.items())))
    session = {name: str(extra[name]) for name in _SESSION_ARGUMENTS if extra.get(name)}
    if found.login and found.password:
        session |= {"aws_access_key_id": found.login, "aws_secret_access_key": found.password}
    return Access(
        endpoint=source.endpoint or extra.get("endpoint_url"),
        region=source.region or extra.get("region_name"),
        credentials=tuple(sorted(session.items())),
    )
