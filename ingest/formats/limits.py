"""What a format cannot know, in words."""

from __future__ import annotations

from ingest.formats.model import AnyFormat

# Fields of contract A → what is not known without them, the weightier first.
_WITHOUT = (
    (("time",), "the time"),
    (("user_agent",), "the client (no user agent)"),
    (("request_id",), "whether a line is a second copy (no request id)"),
    (("resp_digest",), "what a tag meant (no digest)"),
    (("body_bytes_sent", "bytes_sent"), "sizes"),
    (("request_time",), "how long requests took"),
    (("request_completion",), "whether a layer arrived whole"),
    (("range",), "whether a layer was resumed"),
)


def unknowable(item: AnyFormat) -> str:
    """What nobody can know from lines of this format ("sizes, how long requests took"); empty for nothing."""
    missing = [words for fields, words in _WITHOUT if not item.has & set(fields)]
    return ", ".join([item.without] * bool(item.without) + missing)


def sentence(item: AnyFormat) -> str:
    """Said once per format: its title, what it cannot know, and what to set to know more."""
    text = f"{item.title} cannot tell: {unknowable(item)}."
    return text + (f" To know more: {item.advice}." if item.advice else "")
