from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from ingest import documents, proposal
from ingest.errors import ObjectError
from ingest.formats.own import from_table

FLAT = (
    '{"t":"1792485240.000","cip":"203.0.113.7","verb":"GET","p":"/v2/acme/app/manifests/1.0","sc":200,"n":100,'
    '"x":"docker/27.3.1 go/go1.22"}',
    '{"t":"1792485241.000","cip":"2001:db8::1","verb":"HEAD","p":"/v2/acme/app/manifests/1.1","sc":404,"n":19,'
    '"x":"containerd/v1.7"}',
)
NESTED = (
    '{"ev":{"end_ts":"2026-10-20T08:00:01Z","start_ts":"2026-10-20T08:00:00Z"},"up":{"addr":"10.0.0.1:5000"},'
    '"peer":{"client_addr":"203.0.113.7:50123"},"rq":"GET /v2/acme/app/manifests/1.0 HTTP/1.1",'
    '"up_status":"502","answer_code":"200"}',
)


def propose(lines: tuple[str, ...]) -> dict[str, str]:
    return proposal.propose(documents.load(line) for line in lines)


def test_fields_are_known_by_their_values() -> None:
    table = {
        "time": "/t",
        "remote_addr": "/cip",
        "method": "/verb",
        "request_uri": "/p",
        "status": "/sc",
        "user_agent": "/x",
    }
    assert propose(FLAT) == table
    assert tomllib.loads(proposal.as_toml(table))["log_formats"]["mine"] == table
    assert from_table("mine", table).name == "mine"


def test_of_fields_that_look_alike_the_name_decides() -> None:
    found = propose(NESTED)
    assert found["time"] == "/ev/start_ts"
    assert found["remote_addr"] == "/peer/client_addr"
    assert found["request"] == "/rq"
    assert "method" not in found


@pytest.mark.parametrize("missing", ['"t":', '"cip":', '"verb":', '"p":', '"sc":'])
def test_nothing_is_proposed_where_a_needed_field_is_missing(missing: str) -> None:
    assert propose(tuple(line.replace(missing, '"odd name that a client sent":') for line in FLAT)) == {}


def test_the_refusal_of_unknown_json_has_the_proposal(read: Callable[..., Any]) -> None:
    with pytest.raises(
        ObjectError, match=r'LOG_FORMAT=mine: log_formats\.mine = \{ time = "/t", remote_addr'
    ) as refused:
        read("\n".join(FLAT).encode() + b"\n")
    assert "203.0.113.7" not in str(refused.value)
    table = json.dumps({"name": "mine", "table": propose(FLAT)})
    assert read("\n".join(FLAT).encode() + b"\n", log_format=table).counts.staged == 2
