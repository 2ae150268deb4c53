"""Clients of AWS's services, and of those that speak their language."""

from __future__ import annotations

import logging
from typing import Any

import boto3
from botocore.config import Config

from ingest.sources.remote import Access

# It says of each client where it found its settings, on the terminal of whoever asked another question.
logging.getLogger("botocore").setLevel(logging.WARNING)
# Asking again, with pauses that grow, is botocore's.
_CONFIG = Config(retries={"mode": "standard", "max_attempts": 5}, connect_timeout=10, read_timeout=60)


def client(service: str, access: Access) -> Any:  # noqa: ANN401 - boto3 makes its classes when it runs
    """A client of a service (`s3`, `logs`). Raises BotoCoreError where region or profile are missing."""
    session = boto3.Session(**dict(access.credentials), region_name=access.region)
    return session.client(service, endpoint_url=access.endpoint, config=_CONFIG)
