"""Where `ingest.sources.model` used to be; goes with its last user."""

from ingest.sources.local import list_objects as list_objects
from ingest.sources.model import LogObject as LogObject
