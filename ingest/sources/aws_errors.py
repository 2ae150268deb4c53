"""What AWS, and what speaks its language, answers instead of logs; said by name, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSLError,
)

from ingest.errors import PassingObjectError, SourceError

_SET_CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or name an Airflow connection"
    " as `connection` of the source (docs/sources.md)."
)
_LATER = "Nothing is lost: the next run asks again."
_CERTIFICATE = "Has it run out? An authority of your own is named"

# Code of the answer → what it means, and what to do.
_CODES = {
    "NoSuchBucket": ("there is no such bucket", "Mend the location, or the endpoint."),
    "PermanentRedirect": ("the bucket lies in another region", "Set the `region` of the source."),
    "ResourceNotFoundException": ("there is no such log group", "Mend the location, or the region."),
    "SlowDown": ("the store throttles", _LATER),
    "Throttling": ("the service throttles", _LATER),
    "ThrottlingException": ("the service throttles", _LATER),
    "RequestTimeTooSkewed": ("this machine's clock is wrong", "Set it."),
    "InvalidObjectState": ("lies in an archive (Glacier)", "Restore it first."),
    **dict.fromkeys(
        ("AccessDenied", "AccessDeniedException", "403", "AllAccessDisabled"),
        ("access is denied", "Let these credentials list and read it (docs/sources.md)."),
    ),
    **dict.fromkeys(
        (
            *("InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "ExpiredTokenException"),
            *("InvalidToken", "InvalidClientTokenId", "UnrecognizedClientException"),
        ),
        ("the credentials are refused", _SET_CREDENTIALS),
    ),
}
_GONE = {"NoSuchKey", "404", "NoSuchVersion"}


def explain(error: Exception) -> tuple[str, str]:
    """The reason and what to do; the service's code stands in brackets, its text may quote anything."""
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", "?"))
        reason, advice = _CODES.get(code, ("the service refuses", _LATER))
        return f"{reason} ({code})", advice
    if isinstance(error, NoCredentialsError | PartialCredentialsError | ProfileNotFound):
        return "no credentials are found", _SET_CREDENTIALS
    if isinstance(error, NoRegionError):
        return "no region is set", "Set AWS_DEFAULT_REGION, or the `region` of the source."
    if isinstance(error, SSLError):
        return "its certificate is refused (SSLError)", f"{_CERTIFICATE} by AWS_CA_BUNDLE. {_LATER}"
    if isinstance(error, ConnectionError | HTTPClientError):
        return f"cannot be reached ({type(error).__name__})", f"Is the endpoint right? {_LATER}"
    return f"cannot be read ({type(error).__name__})", _LATER


@contextmanager
def source_errors(location: str) -> Iterator[None]:
    """Let what goes wrong while a source is listed be a SourceError of it."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise SourceError(location, *explain(error)) from None


@contextmanager
def fetch_errors(name: str) -> Iterator[None]:
    """Let what goes wrong while an object is fetched be an ObjectError of it, which the next run forgives."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _GONE:
            raise PassingObjectError(name, "is gone: it was listed, and is no longer there") from None
        raise PassingObjectError(name, *explain(error)) from None
    except BotoCoreError as error:
        raise PassingObjectError(name, *explain(error)) from None
