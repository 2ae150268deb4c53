"""Where `ingest.sources.model` used to be; goes with its last user (a test)."""

from ingest.sources.model import LogObject as LogObject
