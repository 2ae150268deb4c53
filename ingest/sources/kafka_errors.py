"""What Kafka answers instead of messages; said by name, with what to do."""

from __future__ import annotations

from typing import Any

_LATER = "Nothing is lost while the topic keeps its messages: the next run asks again."
_CREDENTIALS = "Name an Airflow connection as `connection` of the source (docs/sources.md)."

# Name of the error → what it means, and what to do.
_NAMES = {
    **dict.fromkeys(
        ("UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION", "UNKNOWN_TOPIC_ID"),
        ("there is no such topic", "Mend the location, or let the topic be made."),
    ),
    **dict.fromkeys(
        ("_TRANSPORT", "_ALL_BROKERS_DOWN", "_RESOLVE", "_TIMED_OUT"),
        ("no broker answers", f"Are addresses and connection right? {_LATER}"),
    ),
    "_SSL": (
        "a broker's certificate is refused",
        f"Has it run out? The connection names an authority of your own as ssl.ca.location. {_LATER}",
    ),
    **dict.fromkeys(
        ("_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED"), ("the credentials are refused", _CREDENTIALS)
    ),
    **dict.fromkeys(
        ("TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"),
        ("access is denied", "Let these credentials read the topic, as the group that the connection names."),
    ),
    "_INVALID_ARG": ("its connection holds a setting that librdkafka does not know", _CREDENTIALS),
    "THROTTLING_QUOTA_EXCEEDED": ("the cluster throttles", _LATER),
}


def is_refusal(error: Any) -> bool:  # noqa: ANN401 - confluent-kafka has no types
    """Whether a broker was reached, and its certificate, or our credentials, were refused."""
    return error.name() in ("_SSL", "_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED")


def explain(error: Any) -> tuple[str, str]:  # noqa: ANN401 - confluent-kafka has no types
    """The reason and what to do; the error's name stands in brackets, its text may quote anything."""
    name = error.name()
    reason, advice = _NAMES.get(name, ("cannot be read", _LATER))
    return f"{reason} ({name})", advice
