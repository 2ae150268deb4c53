"""S3 and CloudWatch Logs on 127.0.0.1: moto, behind a gate that can answer wrongly on purpose."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "a-key",
    "AWS_SECRET_ACCESS_KEY": "a-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    # No configuration of the developer's own, and no question to a machine of the cloud.
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}
Environ = dict[str, Any]
Answer = tuple[str, bytes]
# What AWS says, word for word, where moto never says it.
SLOW_DOWN: Answer = (
    "503 Slow Down",
    b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
)
WRONG_CLOCK: Answer = (
    "403 Forbidden",
    b"<Error><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the"
    b" current time is too large.</Message></Error>",
)
BAD_KEY: Answer = (
    "403 Forbidden",
    b"<Error><Code>InvalidAccessKeyId</Code><Message>The AWS Access Key Id you provided does not exist in our"
    b" records.</Message><AWSAccessKeyId>AKIASECRET</AWSAccessKeyId></Error>",
)


@dataclass
class Gate:
    """In front of moto. `refuse`: what to answer instead, or None. `cut`: how many bodies to break off."""

    moto: Callable[..., Iterable[bytes]]
    refuse: Callable[[Environ], Answer | None] = lambda environ: None
    cut: int = 0
    asked: list[str] = field(default_factory=list)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """One request."""
        self.asked.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        answer = self.refuse(environ)
        if answer:
            start_response(answer[0], [("Content-Type", "application/xml")])
            return [answer[1]]
        body = b"".join(self.moto(environ, start_response))
        if self.cut and environ["REQUEST_METHOD"] == "GET" and not environ["QUERY_STRING"]:
            self.cut -= 1
            return [body[: len(body) // 2]]
        return [body]


@dataclass(frozen=True)
class Store:
    """A running store and its gate."""

    endpoint: str
    gate: Gate

    def client(self, service: str = "s3") -> Any:
        """boto3's own client, for what the tests put there."""
        return boto3.client(
            service, endpoint_url=self.endpoint, region_name="us-east-1",
            aws_access_key_id="a-key", aws_secret_access_key="a-secret",
        )  # fmt: skip

    def put(self, bucket: str, objects: dict[str, bytes]) -> None:
        """Make the bucket unless it is there, and write the objects."""
        client = self.client()
        client.create_bucket(Bucket=bucket)
        for key, body in objects.items():
            client.put_object(Bucket=bucket, Key=key, Body=body)

    def forget(self) -> None:
        """Nothing in it, and no faults."""
        self.gate.refuse, self.gate.cut = (lambda environ: None), 0
        boto3.session.botocore.httpsession.URLLib3Session().send(
            boto3.session.botocore.awsrequest.AWSRequest("POST", f"{self.endpoint}/moto-api/reset").prepare()
        )
        self.gate.asked.clear()


@contextmanager
def running() -> Iterator[Store]:
    """A store for as long as the block lasts."""
    gate = Gate(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, gate, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Store(f"http://127.0.0.1:{server.server_port}", gate)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
