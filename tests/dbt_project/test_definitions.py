"""The files of the published definitions: what is made from them is current, their queries count as quoted.

A query has no templating, so that it runs here as it stands, on requests made by hand or at random.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pydantic import ValidationError

from scripts.definitions import FOLDER, MACROS, PAGE, Definition, macros, page, read

DEFINITIONS = {definition.id: definition for definition in read()}
# A query that changes without a new version is another definition under an old name.
PUBLISHED = {
    "docker_2022": (1, "045672c4ef22"),
    "docker_per_architecture": (1, "f3329724b812"),
    "dvp_action": (1, "e8ee4e35456c"),
    "dvp_trends": (1, "0f069e7831ef"),
    "each_get": (1, "0190bce0417d"),
    "kubernetes_complete": (1, "b99bf0a421b7"),
    "odl_day": (1, "7fdcbe104cfe"),
    "pullhouse_downloads": (2, "76c4a6f9fd43"),
    "pullhouse_pulls": (2, "9a42aafc2beb"),
    "scarf": (1, "a9e2011f2845"),
}
COLUMNS = pa.schema(
    [
        ("pull_id", pa.string()),
        ("pull_date", pa.date32()),
        ("repository", pa.string()),
        ("request_number", pa.int64()),
        ("method", pa.string()),
        ("request_kind", pa.string()),
        ("reference", pa.string()),
        ("reference_type", pa.string()),
        ("object_digest", pa.string()),
        ("object_kind", pa.string()),
        ("endpoint_id", pa.int64()),
        ("origin_id", pa.int64()),
        ("client_version", pa.string()),
    ]
)
INDEX, IMAGE, OTHER = "sha256:index", "sha256:image", "sha256:other"
KINDS = {INDEX: "index", IMAGE: "image", OTHER: "image", "sha256:attestation": "attestation"}


def request(method: str, reference: str, meant: str | None = INDEX, **others: Any) -> dict[str, Any]:
    """A manifest request; of a tag it is said what the tag means, None where the gateway does not know."""
    by_digest = reference.startswith("sha256:")
    digest = reference if by_digest else meant
    return {
        "method": method,
        "request_kind": "manifest",
        "reference": reference,
        "reference_type": "digest" if by_digest else "tag",
        "object_digest": digest,
        "object_kind": KINDS.get(digest or ""),
        "endpoint_id": 1,
        "origin_id": 1,
        **others,
    }


def session(number: int, requests: list[dict[str, Any]], repository: str = "r") -> list[dict[str, Any]]:
    """The requests as one session."""
    common = {"pull_id": f"{repository} {number}", "pull_date": date(2026, 3, 1), "repository": repository}
    return [common | {"request_number": place} | entry for place, entry in enumerate(requests, start=1)]


def counted_by_repository(
    rows: list[dict[str, Any]], definitions: dict[str, Definition]
) -> dict[str, Counter[str]]:
    """Pulls by repository and definition; without sessions, so that ours are left out."""
    wanted = {id: entry for id, entry in definitions.items() if not id.startswith("pullhouse_")}
    queries = ", ".join(f"{id} as ({entry.sql})" for id, entry in wanted.items())
    sums = " union all ".join(
        f"select repository, '{id}', cast(sum(pull_count) as bigint) from {id} group by repository"
        for id in wanted
    )
    found: dict[str, Counter[str]] = {row["repository"]: Counter() for row in rows}
    with duckdb.connect() as con:
        con.register("requests", pa.Table.from_pylist(rows, COLUMNS))
        for repository, id, count in con.execute(f"with {queries} {sums}").fetchall():
            found[repository][id] = count
    return found


def counted(rows: list[dict[str, Any]]) -> Counter[str]:
    """Pulls by definition on one repository."""
    return counted_by_repository(rows, DEFINITIONS)["r"]


def test_what_dbt_compiles_is_made_from_the_files() -> None:
    assert MACROS.read_text("utf-8") == macros(list(DEFINITIONS.values())), "run `make definitions`"


def test_the_page_is_made_from_the_files() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page(list(DEFINITIONS.values()), text), "run `make definitions`"


def test_an_edited_macro_is_noticed() -> None:
    """The planted defect: one definition with another query."""
    edited = DEFINITIONS | {"scarf": DEFINITIONS["scarf"].model_copy(update={"sql": "select 1"})}
    assert MACROS.read_text("utf-8") != macros(list(edited.values()))


def test_a_changed_query_has_a_new_version() -> None:
    found = {
        id: (entry.version, hashlib.sha256(entry.sql.encode()).hexdigest()[:12])
        for id, entry in DEFINITIONS.items()
    }
    assert found == PUBLISHED


def test_a_file_is_named_as_its_id(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text((FOLDER / "scarf.yml").read_text("utf-8"), "utf-8")
    with pytest.raises(ValueError, match=r"other\.yml defines scarf"):
        read(tmp_path)


@pytest.mark.parametrize("missing", ["version", "source", "wording", "formalisation", "sql"])
def test_a_file_says_everything(tmp_path: Path, missing: str) -> None:
    lines = (FOLDER / "scarf.yml").read_text("utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(missing))
    end = next((number for number, line in enumerate(lines) if number > start and line[0] != " "), len(lines))
    (tmp_path / "scarf.yml").write_text("\n".join(lines[:start] + lines[end:]), "utf-8")
    with pytest.raises(ValidationError, match=missing):
        read(tmp_path)


# Docker's table, row by row: what happened, how many pulls, how many version checks.
TABLE = {
    "HEAD tag": ([request("HEAD", "latest")], 0, 1),
    "GET tag": ([request("GET", "latest", IMAGE)], 1, 0),
    "GET tag, different digest": ([request("GET", "latest"), request("GET", IMAGE)], 1, 0),
    "HEAD tag, same digest": ([request("HEAD", "latest"), request("GET", INDEX)], 1, 0),
    "HEAD tag, same, different": (
        [request("HEAD", "latest"), request("GET", INDEX), request("GET", IMAGE)], 1, 0,
    ),
    "GET digest": ([request("GET", IMAGE)], 1, 0),
    "HEAD digest": ([request("HEAD", INDEX)], 1, 0),
    "GET digest, different": ([request("GET", INDEX), request("GET", IMAGE)], 1, 0),
    "HEAD digest, same": ([request("HEAD", INDEX), request("GET", INDEX)], 1, 0),
    "HEAD digest, same, different": (
        [request("HEAD", INDEX), request("GET", INDEX), request("GET", IMAGE)], 1, 0,
    ),
    # What the table leaves out, read literally.
    "HEAD tag, another digest": ([request("HEAD", "latest"), request("GET", OTHER)], 1, 1),
    "HEAD tag, GET of the tag": ([request("HEAD", "latest"), request("GET", "latest")], 1, 0),
    "HEAD tag, GET of another tag": ([request("HEAD", "latest"), request("GET", "1.0")], 1, 1),
    "HEAD tag twice, same digest": ([request("HEAD", "latest")] * 2 + [request("GET", INDEX)], 1, 1),
    "GET digest twice": ([request("GET", INDEX)] * 2, 2, 0),
    "HEAD of an unknown digest, GET": (
        [request("HEAD", "latest", None), request("GET", INDEX), request("GET", IMAGE)], 1, 0,
    ),
    # Two pairs: a fourth GET goes with the third.
    "four different digests": (
        [request("GET", "latest"), *[request("GET", f"sha256:{name}") for name in "abc"]], 2, 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", TABLE)
def test_action_is_that_of_the_table(row: str) -> None:
    requests, pulls, checks = TABLE[row]
    found = counted(session(1, requests))
    assert (found["dvp_action"], found["dvp_trends"]) == (pulls, pulls + checks)


def _unknown(method: str, reference: str) -> dict[str, Any]:
    """Through a gateway that redirects and without a catalogue: neither digest nor kind is known."""
    return request(method, reference, None) | {"object_kind": None}


ARCHITECTURES = {
    "an index and its image": ([request("GET", INDEX), request("GET", IMAGE)], 1),
    "an index alone": ([request("GET", "latest")], 0),
    "one image by tag": ([request("GET", "latest", IMAGE)], 1),
    "the same image by tag and by digest": ([request("GET", "latest", IMAGE), request("GET", IMAGE)], 1),
    "two images": ([request("GET", INDEX), request("GET", IMAGE), request("GET", OTHER)], 2),
    "an image and its attestation": ([request("GET", IMAGE), request("GET", "sha256:attestation")], 2),
    "a HEAD": ([request("HEAD", IMAGE)], 0),
    "redirected docker: HEAD, index, image": (
        [_unknown("HEAD", "latest"), _unknown("GET", INDEX), _unknown("GET", IMAGE)], 1,
    ),
    "redirected podman: tag, image": ([_unknown("GET", "latest"), _unknown("GET", IMAGE)], 1),
    "redirected, one manifest by tag": ([_unknown("GET", "latest")], 1),
    "redirected, one manifest by digest": ([_unknown("GET", IMAGE)], 1),
}  # fmt: skip


@pytest.mark.parametrize("case", ARCHITECTURES)
def test_architectures_are_counted_by_their_manifests(case: str) -> None:
    requests, pulls = ARCHITECTURES[case]
    assert counted(session(1, requests))["docker_per_architecture"] == pulls


def test_address_and_client_count_once_a_day() -> None:
    """Two versions behind one address and two addresses: three; a second session of one adds nothing."""
    origins = [(1, 1, "27.1"), (1, 1, "27.1"), (1, 1, "28.0"), (2, 2, "27.1")]
    rows = [
        row
        for number, (endpoint, origin, version) in enumerate(origins)
        for row in session(
            number,
            [request("GET", IMAGE, endpoint_id=endpoint, origin_id=origin, client_version=version)],
        )
    ]
    found = counted(rows)
    assert (found["odl_day"], found["scarf"], found["each_get"]) == (3, 4, 4)


def random_log(seed: int) -> list[dict[str, Any]]:
    """One to four sessions of up to nine requests, more disorderly than any client's, on a repository."""
    chance = random.Random(seed)
    rows = []
    for number in range(chance.randint(1, 4)):
        origin = {"endpoint_id": chance.randint(1, 2), "origin_id": chance.randint(1, 2)}
        requests = []
        for _ in range(chance.randint(1, 9)):
            if chance.random() < 0.2:
                blob = {"method": "GET", "request_kind": "blob", "reference": "sha256:layer"}
                requests.append(blob | origin)
                continue
            reference = chance.choice(["latest", "1.0", *KINDS, "sha256:unknown"])
            meant = chance.choice([None, *KINDS])
            requests.append(request(chance.choice(["GET", "HEAD"]), reference, meant, **origin))
        rows += session(number, requests, f"log {seed}")
    return rows


def broken_invariants(definitions: dict[str, Definition]) -> set[str]:
    """Which of the field notes' invariants do not hold on 500 random logs."""
    logs = {f"log {seed}": random_log(seed) for seed in range(500)}
    broken = set()
    counts = counted_by_repository([row for log in logs.values() for row in log], definitions)
    for name, found in counts.items():
        holds = {
            "odl_day <= scarf": found["odl_day"] <= found["scarf"],
            "scarf <= docker_2022": found["scarf"] <= found["docker_2022"],
            "docker_2022 <= each_get": found["docker_2022"] <= found["each_get"],
            "each_get <= requests": found["each_get"] <= len(logs[name]),
            "docker_2022 <= dvp_action": found["docker_2022"] <= found["dvp_action"],
            "scarf <= dvp_action": found["scarf"] <= found["dvp_action"],
            "docker_per_architecture <= each_get": found["docker_per_architecture"] <= found["each_get"],
            "dvp_action <= dvp_trends": found["dvp_action"] <= found["dvp_trends"],
        }
        broken |= {invariant for invariant, is_held in holds.items() if not is_held}
    return broken


def test_invariants_hold_on_random_logs() -> None:
    assert broken_invariants(DEFINITIONS) == set()


@pytest.mark.parametrize(
    ("id", "old", "new", "breaks"),
    [
        ("docker_2022", "ceil(count(*) / 2)", "floor(count(*) / 2)", "scarf <= docker_2022"),
        ("dvp_action", "number_in_run % 2 = 1", "number_in_run = 1", "docker_2022 <= dvp_action"),
        ("scarf", "distinct ", "", "scarf <= docker_2022"),
        ("each_get", "method = 'GET'", "method = 'HEAD'", "docker_2022 <= each_get"),
    ],
)
def test_a_changed_definition_breaks_an_invariant(id: str, old: str, new: str, breaks: str) -> None:
    """The planted defects."""
    assert old in DEFINITIONS[id].sql
    changed = DEFINITIONS[id].model_copy(update={"sql": DEFINITIONS[id].sql.replace(old, new)})
    assert breaks in broken_invariants(DEFINITIONS | {id: changed})
