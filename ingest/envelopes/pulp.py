"""Pulp: its name and the id by which its lines belong together, in front of each."""

from ingest.envelopes.model import TextEnvelope

ENVELOPE = TextEnvelope(
    name="pulp",
    title="Pulp",
    source="https://pulpproject.org/pulpcore/docs/admin/reference/settings/#logging",
    pattern=r"pulp \[[^\]]*\]: <line>",
    samples=(("pulp [0a1b2c3d4e5f]: a line", "a line", None, None),),
)
