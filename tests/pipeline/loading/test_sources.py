"""How a configured source is reached: by its own settings, or by an Airflow connection."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.loading.sources import open_source
from pipeline.local_airflow.runner import environment_of
from pipeline.settings import Settings, Source
from tests.support.stores import Store

# Airflow makes a home where it is imported: a process of its own.
PROGRAM = """
import sys
from pipeline.loading.sources import open_source
from pipeline.settings import Settings, Source
from ingest.errors import SourceError
for location, connection in (line.split() for line in sys.stdin):
    source = Source(name="a", location=location, connection=connection)
    try:
        access = open_source(Settings(data=sys.argv[1]), source).access
        print(access.endpoint, access.region, access.credentials)
    except SourceError as error:
        print(error)
"""


def test_connections_of_airflow(tmp_path: Path, repo_root: Path) -> None:
    """Of type aws: key, secret, token, endpoint and region. Of type kafka: librdkafka's settings."""
    aws = {
        "region_name": "eu-west-1",
        "endpoint_url": "https://s3.example.com",
        "aws_session_token": "t",
        "x": 1,
    }
    kafka = {"security.protocol": "SASL_SSL", "sasl.username": "reader", "session.timeout.ms": 6000}
    connections = {
        "AIRFLOW_CONN_STORE": {"conn_type": "aws", "login": "key", "password": "secret", "extra": aws},
        "AIRFLOW_CONN_BUS": {"conn_type": "kafka", "extra": kafka},
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    environment |= environment_of(tmp_path / "airflow")
    environment |= {name: json.dumps(value) for name, value in connections.items()}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "data")],
        input="s3://logs/ store\ncloudwatch://logs store\nkafka://a:9092/logs bus\ns3://logs/ nowhere\n",
        cwd=repo_root, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    store = (
        "https://s3.example.com eu-west-1 (('aws_access_key_id', 'key'), ('aws_secret_access_key', 'secret'),"
        " ('aws_session_token', 't'))"
    )
    assert done.stdout.splitlines()[-4:] == [
        store,
        store,
        "None None (('sasl.username', 'reader'), ('security.protocol', 'SASL_SSL'),"
        " ('session.timeout.ms', '6000'))",
        "s3://logs/: there is no Airflow connection nowhere. Make it, or set AIRFLOW_CONN_NOWHERE"
        " (docs/sources.md).",
    ]


def test_an_endpoint_of_its_own(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for the S3 interface of Google Cloud Storage, MinIO, Ceph: no variable leads there."""
    store.put("logs", {"a.log": b"x\n"})
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    source = Source(location="s3://logs/", endpoint=store.endpoint, region="europe-west1")
    opened = open_source(Settings(data=tmp_path), source)
    [item] = opened.list()
    opened.fetch(item)
    assert item.path.read_bytes() == b"x\n"


@pytest.mark.parametrize(
    ("location", "settings", "reason"),
    [
        ("/var/log", {"endpoint": "https://a.example.com"}, "are for remote sources, not for files"),
        ("/var/log", {"connection": "a"}, "are for remote sources, not for files"),
        ("kafka://a:9092/b", {"region": "eu-west-1"}, "a topic has no endpoint and no region"),
        ("kafka://a:9092", {}, "names no topic"),
        ("cloudwatch://a b", {}, "names no log group"),
    ],
)
def test_what_does_not_fit_is_an_error(location: str, settings: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Source(location=location, **settings)  # type: ignore[arg-type]
