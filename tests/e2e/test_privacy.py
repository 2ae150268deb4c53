"""No address of a client may lie anywhere outside landing/, in any form."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from itertools import product
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingest import fields, quarantine
from pipeline.loading import attributes, load
from pipeline.settings import Settings
from tests.support.everything_written import find
from tests.support.factories import Traffic
from tests.support.layouts import write
from tests.support.warehouse import load_logs, make

ADDRESSES = ["88.198.31.7", "17.57.144.9", "2a01:4f8:10a:2b::7", "2001:4860:4860::8844"]
ELSEWHERE = ["203.0.113.77", "2001:db8:aa::77"]


def canaries() -> list[dict[str, str]]:
    """Addresses where a client, a proxy or an attacker can put them."""
    lines = []
    for number, address in enumerate(ADDRESSES):
        traffic = Traffic(f"canary/{number}", address)
        traffic.manifest(f"2026-05-0{number + 1} 10:00:00", "HEAD", "latest")
        lines += traffic.lines
    for number, address in enumerate(ELSEWHERE):
        traffic = Traffic(
            f"canary/{address.replace(':', '-')}/x", ADDRESSES[0], f"docker/{address} go/go1 ({address})"
        )
        traffic.manifest(f"2026-05-0{number + 1} 11:00:00", "GET", f"build-{address}")
        lines += [
            line | {"host": address, "node": f"gw-{address}", "args": f"ns={address}"}
            for line in traffic.lines
        ]
        lines.append(
            traffic.lines[0]
            | {
                "request_id": f"{address}-{number}",
                "method": f"GET-{address}",
                "has_authorization": f"Basic {address}",
                "session_token_hash": f"token-of-{address}",
            }
        )
        lines.append(lines[-2] | {"request_id": f"{number:032x}", "x_forwarded_for": f"{address}, 1.2.3.4"})
        lines.append(lines[-1] | {"request_id": f"{number + 9:032x}", "msec": f"broken {address}"})
        lines.append(
            lines[-1]
            | {"request_id": f"{number + 18:032x}", "request_uri": f"/v2/a/tags/list?last={address}"}
        )
    return lines


def test_no_address_is_written_outside_landing(tmp_path: Path) -> None:
    write(canaries(), tmp_path / "logs" / "access.jsonl")
    made = make(tmp_path / "data", tmp_path / "logs")
    assert (
        made.loaded["quarantined"] == 4
    )  # per canary: msec that is no number, twice (the last line copies it)
    assert find(tmp_path / "data", [*ADDRESSES, *ELSEWHERE]) == []


def test_a_header_or_token_is_not_kept_where_a_kind_or_hash_should_stand(tmp_path: Path) -> None:
    traffic = Traffic("acme/app", ADDRESSES[0])
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    told = {
        "1": "present", "0": "none", "true": "present", "bearer": "bearer", "basic": "basic",
        "other": "other", "Basic dXNlcjpzZWNyZXQ=": "other", "-": None,
    }  # fmt: skip
    hashes = {"0123456789abcdef": "0123456789abcdef", "ghp_s3cr3t": None, "short": None, "": None}
    lines = [
        traffic.lines[0] | {"request_id": f"{number:032x}", "has_authorization": kind}
        for number, kind in enumerate(told)
    ] + [
        traffic.lines[0] | {"request_id": f"{number + 50:032x}", "session_token_hash": text}
        for number, text in enumerate(hashes)
    ]
    found = kept(lines, tmp_path)
    assert [kind for kind, _ in found[: len(told)]] == list(told.values())
    assert [text for _, text in found[len(told) :]] == list(hashes.values())


def kept(lines: list[dict[str, str]], folder: Path) -> list[tuple[str | None, str | None]]:
    """auth_kind and session_token_hash of each line, as they stand in the lake."""
    write(lines, folder / "kept.jsonl")
    settings = Settings(data=folder / "data", logs=str(folder / "kept.jsonl"))
    load_logs(settings)
    files = str(settings.requests / "*" / "*.parquet")
    query = f"select auth_kind, session_token_hash from read_parquet('{files}') order by line_number"
    return duckdb.sql(query).fetchall()


def test_the_search_finds_addresses_when_hashing_is_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: pseudonyms that are the addresses themselves."""
    monkeypatch.setattr(attributes, "pseudonymise", not_pseudonymised)
    write(canaries(), tmp_path / "logs" / "access.jsonl")
    made = make(tmp_path / "data", tmp_path / "logs", only=("fct_pulls",))
    found = "\n".join(find(made.settings.data, ADDRESSES))
    for address in ADDRESSES:
        assert address in found
    for place in ("lake/requests", "pullhouse.duckdb", "warehouse.duckdb"):
        assert place in found


def test_no_line_is_known_by_a_plain_digest(tmp_path: Path) -> None:
    """All that is unknown of a line may be one address: whoever tries them all would find it."""
    assert plain_digests(loaded(tmp_path)) == []


def test_a_digest_without_a_key_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted defect."""
    for module in (load, quarantine):
        monkeypatch.setattr(
            module, "line_digest", lambda content, key: hashlib.sha256(content).hexdigest()[:32]
        )
    # Of the first line in the ledger, and of two lines a canary in the quarantine.
    assert len(plain_digests(loaded(tmp_path))) == 5


def loaded(folder: Path) -> Settings:
    """The canaries' lines in one object, loaded."""
    settings = Settings(data=folder / "data", logs=str(folder / "access.jsonl"))
    write(canaries(), folder / "access.jsonl")
    load_logs(settings)
    return settings


def plain_digests(settings: Settings) -> list[str]:
    """Digests that anybody can make of a line and that stand in the ledger or the quarantine."""
    written = "".join(path.read_text("utf-8") for path in settings.loads.rglob("*.json"))
    for path in settings.quarantine.glob("*.parquet"):
        written += str(duckdb.sql(f"select * from read_parquet('{path}')").fetchall())
    lines = Path(str(settings.logs)).read_bytes().splitlines()
    digests = {
        hashlib.new(name, line).hexdigest()[:32] for name in ("md5", "sha1", "sha256") for line in lines
    }
    return sorted(digest for digest in digests if digest in written)


def not_pseudonymised(keys: pd.DataFrame, ring: object, throwaway: bytes) -> pd.DataFrame:
    """What a forgotten hash would write: IPv4 as its number, IPv6 as the number of its /64."""
    numbers = [ip_address(text) for text in keys["address"]]
    ids = [int(number) if number.version == 4 else int(number) >> 64 for number in numbers]
    column = pd.Series(ids, index=keys.index, dtype="int64")
    return pd.DataFrame(
        {"endpoint_id": column, "origin_id": column, "origin_unlinkable": False}, index=keys.index
    )


FIELDS = [field.name for field in fields.FIELDS]
# What people have found in their logs. A repository or tag of that form is what was asked for; so paths have
# the address only.
TOKEN = "ghp_s3cr3tS3cr3tS3cr3tS3cr3tS3cr3tS3cr3"
MARKER = "Zaphod Beeblebrox"
PLANTED = [
    *("{}", "x {} y", "198.51.100.7, {}", "a-{}-b", "%25{}", "2026-10-20T00:00:00 {}", "Bearer {}", "OK {}"),
    *("sha256:{}", "{}:" + "a" * 64, "bytes={}", "text/html; charset={}", "application/{}"),
    *("application/x.{}+json", "docker/{} go/go1", "docker/27.1 ({}) kernel/{} os/{} arch/{}"),
    *("containerd/1.7.{}", "{}/1.2.3", "curl/{} ({}; {})"),
]


def lines_with(secret: str, names: list[str]) -> list[dict[str, str]]:
    """One good line, with each of these fields changed to each form."""
    traffic = Traffic("acme/app", ADDRESSES[0])
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    made = []
    for number, (name, form) in enumerate(product(names, PLANTED)):
        line = traffic.lines[0] | {"request_id": f"{number:032x}"}
        made.append(line | {name: form.replace("{}", secret)})
    return made


def everywhere(folder: Path, made: list[dict[str, str]]) -> bytes:
    """Every byte of lake, ledger and quarantine, and every cell of their Parquet files, as text."""
    write(made, folder / "access.jsonl")
    settings = Settings(data=folder / "data", logs=str(folder / "access.jsonl"))
    loaded = load_logs(settings)
    assert loaded["staged"] > len(made) / 2
    found = [path.read_bytes() for path in settings.lake.rglob("*") if path.is_file()]
    for path in settings.lake.rglob("*.parquet"):
        rows = duckdb.sql(f"select * from read_parquet('{path}', hive_partitioning = false)").fetchall()
        found.append(repr(rows).encode())
    return b"\n".join(found)


@pytest.mark.parametrize(
    "secret", ["203.0.113.77", "2001:db8:aa::77", "203-0-113-77", "CB00714D", TOKEN, MARKER]
)
def test_what_is_planted_in_any_field_is_not_kept(tmp_path: Path, secret: str) -> None:
    """Whatever a client, a proxy or a registry may write where a name, a number or a digest should stand."""
    names = [name for name in FIELDS if name not in NAMES_OF[secret]]
    assert secret.lower().encode() not in everywhere(tmp_path, lines_with(secret, names)).lower()


# A word of a path is a repository or a tag, one of `host` and `node` a machine's name, whatever it looks
# like. Dashed numbers alone are more often a date, and hexadecimal digits alone part of a digest.
NAMES_OF: dict[str, set[str]] = {
    "203.0.113.77": set(),
    "2001:db8:aa::77": set(),
    "203-0-113-77": {"request_uri", "args", "host", "node", "resp_content_type", "user_agent"},
    "CB00714D": {"request_uri", "args", "host", "node", "resp_content_type", "user_agent"},
    TOKEN: {"request_uri", "args", "host", "node", "resp_content_type"},
    MARKER: {"node"},
}


def test_a_field_that_is_kept_as_it_is_would_be_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect: media types as the registry wrote them."""
    monkeypatch.setattr(attributes, "MEDIA_TYPE", "(?s).+")
    assert MARKER.encode() in everywhere(tmp_path, lines_with(MARKER, ["resp_content_type"]))


def test_of_a_header_of_the_registry_only_what_it_should_say_is_kept(tmp_path: Path) -> None:
    wanted = {
        "sha256:" + "a" * 64: "sha256:" + "a" * 64,
        "sha512:" + "B" * 128: "sha512:" + "B" * 128,
        "sha256:" + "a" * 63: None,
        "203.0.113.77:" + "a" * 64: None,
        "md5:" + "a" * 32: None,
    }
    types = {
        "application/vnd.oci.image.index.v1+json": "application/vnd.oci.image.index.v1+json",
        "text/html; charset=utf-8": "text/html",
        "application/vnd.203.0.113.77": "application/vnd.[address]",
        "application/ip-203-0-113-77": "application/ip-[address]",
        "203.0.113.77": None,
        "x" * 4_000: None,
    }
    traffic = Traffic("acme/app", ADDRESSES[0])
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    made = [
        traffic.lines[0] | {"request_id": f"{n:032x}", "resp_digest": text} for n, text in enumerate(wanted)
    ] + [
        traffic.lines[0] | {"request_id": f"{n + 50:032x}", "resp_content_type": text}
        for n, text in enumerate(types)
    ]
    write(made, tmp_path / "kept.jsonl")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "kept.jsonl"))
    load_logs(settings)
    files = str(settings.requests / "*" / "*.parquet")
    query = f"select response_digest, response_media_type from read_parquet('{files}') order by line_number"
    found = duckdb.sql(query).fetchall()
    assert [digest for digest, _ in found[: len(wanted)]] == list(wanted.values())
    assert [kind for _, kind in found[len(wanted) :]] == list(types.values())


def test_an_odd_request_id_still_names_its_line(tmp_path: Path) -> None:
    """Kept is a digest of it: the same id twice is one request, and which one it was nobody can tell."""
    traffic = Traffic("acme/app", ADDRESSES[0])
    traffic.manifest("2026-05-01 10:00:00", "GET", "latest")
    ids = ["req 1", "req 1", "203.0.113.77-9", "886248b9ee09d738e79ce03e68b6bff6", "", "-"]
    write([traffic.lines[0] | {"request_id": text} for text in ids], tmp_path / "kept.jsonl")
    settings = Settings(data=tmp_path / "data", logs=str(tmp_path / "kept.jsonl"))
    load_logs(settings)
    files = str(settings.requests / "*" / "*.parquet")
    found = [
        text
        for (text,) in duckdb.sql(
            f"select request_id from read_parquet('{files}') order by line_number"
        ).fetchall()
    ]
    assert found[0] == found[1] != found[2]
    assert found[3:] == [ids[3], None, None]
    guesses = {
        hashlib.new(name, text.encode()).hexdigest()[:32] for name in ("md5", "sha256") for text in ids
    }
    assert not guesses & set(found)
