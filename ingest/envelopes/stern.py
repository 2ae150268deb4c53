"""stern: the pod and the container in front, perhaps in colours."""

from ingest.envelopes.compose import COLOURS
from ingest.envelopes.model import TextEnvelope
from ingest.formats.model import ADDRESS

ENVELOPE = TextEnvelope(
    name="stern",
    title="stern",
    source="https://github.com/stern/stern#output",
    # With -A the namespace stands before the pod.
    pattern=rf"(?:{COLOURS}[a-z][a-z0-9-]*{COLOURS} )?{COLOURS}[a-z][a-z0-9.-]*-[a-z0-9]+{COLOURS} {COLOURS}[a-z][a-z0-9-]*{COLOURS} {COLOURS}<line>",
    # Two words stand in front of much else.
    begins=rf"(?:{ADDRESS}[ ,|]|\{{|\[|20[0-9]{{2}}-)",
    samples=(
        ("registry-7d9c5b6f4-x2x9q nginx 192.0.2.7 - - [x]", "192.0.2.7 - - [x]", None, None),
        ("prod registry-7d9c5b6f4-x2x9q nginx 192.0.2.7 - - [x]", "192.0.2.7 - - [x]", None, None),
        ('\x1b[32mgw-0\x1b[0m \x1b[32mnginx\x1b[0m {"a":1}', '{"a":1}', None, None),
    ),
)
