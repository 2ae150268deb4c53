"""grep: the name of the file (of several), the number of the line (`-n`), or both, in front."""

from ingest.envelopes.model import TextEnvelope
from ingest.formats.model import ADDRESS

ENVELOPE = TextEnvelope(
    name="grep",
    title="grep",
    source="https://www.gnu.org/software/grep/manual/grep.html#Output-Line-Prefix-Control",
    pattern=r"(?:[^ :\"{\[A-Za-z_/]*[A-Za-z_/][^ :\"{\[]*:(?:[0-9]+:)?|[0-9]+:)<line>",
    begins=rf"(?:{ADDRESS}[ ,|]|\{{)",
    samples=(
        ("/var/log/nginx/access.log.1:192.0.2.7 - - [x]", "192.0.2.7 - - [x]", None, None),
        ('access.log:17:{"a":1}', '{"a":1}', None, None),
        ("17:192.0.2.7 - - [x]", "192.0.2.7 - - [x]", None, None),
    ),
)
