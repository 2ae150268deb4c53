"""A word in front: the virtual host (nginx-proxy, Apache's vhost_combined), or the name of a log stream."""

from ingest.envelopes.model import TextEnvelope
from ingest.formats.model import ADDRESS

ENVELOPE = TextEnvelope(
    name="word",
    title="a virtual host or the name of a stream in front",
    source="https://httpd.apache.org/docs/2.4/logs.html#virtualhost",
    pattern=r"<host>[ \t]+<line>",
    host=r"[A-Za-z0-9_*\[-][^ \t]*",
    # Only in front of an address or of JSON: the first word of many formats is no envelope.
    begins=rf"(?:{ADDRESS}[ ,|]|\{{)",
    samples=(
        (
            "registry.example.com 192.0.2.7 - - [x]",
            "192.0.2.7 - - [x]",
            None,
            "registry.example.com",
        ),
        ("registry.example.com:443 192.0.2.7 - -", "192.0.2.7 - -", None, "registry.example.com:443"),
        ("10.0.0.5:5000 2001:db8::7 - - [x]", "2001:db8::7 - - [x]", None, "10.0.0.5:5000"),
        ('nginx/app/0123 {"a":1}', '{"a":1}', None, None),
        ("_ 192.0.2.7 - - [x]", "192.0.2.7 - - [x]", None, None),
        # Apache's `%{X-Forwarded-For}i %h …` where nothing was forwarded
        ("- 192.0.2.7 - - [x]", "192.0.2.7 - - [x]", None, None),
    ),
)
