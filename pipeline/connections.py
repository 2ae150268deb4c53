"""Airflow's connections, where a secret may lie instead of in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.catalogue.registry_client import Credentials

if TYPE_CHECKING:
    from airflow.sdk import Connection


def find(connection_id: str) -> Connection | None:
    """The connection of that id, from the environment, a secrets backend or Airflow's database."""
    # Airflow takes five seconds to import: only runs with a connection wait for it.
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowException

    try:
        found: Connection = Connection.get(connection_id)
    except AirflowException:
        return None
    return found


def of_the_registry() -> Credentials | None:
    """The user of the registry, where there is a connection `pullhouse_registry`."""
    found = find("pullhouse_registry")
    return Credentials(found.login or "", found.password or "") if found else None
