"""The sources that the settings name, opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingest.errors import SourceError
from ingest.sources import source_at
from ingest.sources.model import LogSource
from ingest.sources.remote import Access
from pipeline import connections
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
    return source_at(source.location, source.name, landing or settings.landing, access)


def _access(source: Source, connection_id: str) -> Access:
    """Key and secret of the connection; its endpoint and region where the source says none."""
    found = connections.find(connection_id)
    if found is None:
        raise SourceError(
            source.location,
            f"there is no Airflow connection {connection_id}",
            f"Make it, or set AIRFLOW_CONN_{connection_id.upper()} (docs/sources.md).",
        )
    extra: dict[str, Any] = found.extra_dejson
    session = {name: str(extra[name]) for name in _SESSION_ARGUMENTS if extra.get(name)}
    if found.login and found.password:
        session |= {"aws_access_key_id": found.login, "aws_secret_access_key": found.password}
    return Access(
        endpoint=source.endpoint or extra.get("endpoint_url"),
        region=source.region or extra.get("region_name"),
        credentials=tuple(sorted(session.items())),
    )
