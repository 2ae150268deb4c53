from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.api.types import is_object_dtype

from ingest.paths import parse

DIGEST = "sha256:" + "5b295423" * 8
FIELDS = ["request_kind", "repository", "reference", "reference_type", "mirror_of"]

# request_uri, args → kind, repository, reference, its type, mirrored registry.
REQUESTS: list[tuple[str | None, str | None, tuple[str | None, ...]]] = [
    ("/v2/", None, ("ping", None, None, None, None)),
    ("/v2", None, ("ping", None, None, None, None)),
    ("/v2/?ns=docker.io", None, ("ping", None, None, None, "docker.io")),
    # For which repository a token is, encoded or not; the first, where it is for several.
    ("/token?service=gw&scope=repository:acme/app:pull", None, ("token", None, "acme/app", None, None)),
    ("/token", "scope=repository%3Aacme%2Fapp%3Apull%2Cpush", ("token", None, "acme/app", None, None)),
    ("/token?scope=repository:a:pull&scope=repository:b:pull", None, ("token", None, "a", None, None)),
    ("/token?scope=repository:host:5000/a:pull", None, ("token", None, None, None, None)),
    ("/token?scope=registry:catalog:*", None, ("token", None, None, None, None)),
    # Cut off by the log.
    ("/v2/acme/app/manifests/", None, ("manifest", "acme/app", None, None, None)),
    ("/v2/a/manifests/b/manifests", None, ("manifest", "a/manifests/b", None, None, None)),
    (f"/v2/acme/app/manifests/{DIGEST[:20]}", None, ("manifest", "acme/app", None, None, None)),
    ("/v2/acme/app/blobs", None, ("blob", "acme/app", None, None, None)),
    ("/v2/acme/app/manif", None, ("other", None, None, None, None)),
    ("/token", None, ("token", None, None, None, None)),
    ("/v2/token?account=x", None, ("token", None, None, None, None)),
    ("/service/token", None, ("token", None, None, None, None)),
    ("/v2/auth", None, ("token", None, None, None, None)),
    ("/jwt/auth?x", None, ("token", None, None, None, None)),
    ("/v2/app/manifests/latest", None, ("manifest", "app", "latest", "tag", None)),
    ("/v2/acme/app/manifests/1.2.3", None, ("manifest", "acme/app", "1.2.3", "tag", None)),
    (f"/v2/a/b/c/manifests/{DIGEST}", None, ("manifest", "a/b/c", DIGEST, "digest", None)),
    (f"/v2/a/manifests/{DIGEST.replace(':', '%3A')}", None, ("manifest", "a", DIGEST, "digest", None)),
    (f"/v2/a/manifests/{DIGEST.replace(':', '%3a')}/", None, ("manifest", "a", DIGEST, "digest", None)),
    ("/v2/acme%2Fapp/manifests/latest", None, ("manifest", "acme/app", "latest", "tag", None)),
    # Names that hold the words of the API: as long as they can be.
    ("/v2/a/manifests/b/manifests/latest", None, ("manifest", "a/manifests/b", "latest", "tag", None)),
    ("/v2/manifests/manifests/manifests", None, ("manifest", "manifests", "manifests", "tag", None)),
    ("/v2/manifests/latest", None, ("other", None, None, None, None)),
    (f"/v2/blobs/blobs/{DIGEST}", None, ("blob", "blobs", DIGEST, "digest", None)),
    ("/v2/tags/list/tags/list", None, ("tags", "tags/list", None, None, None)),
    ("/v2/blobs/uploads/manifests/v1", None, ("manifest", "blobs/uploads", "v1", "tag", None)),
    (f"/v2/acme/app/blobs/{DIGEST}", None, ("blob", "acme/app", DIGEST, "digest", None)),
    ("/v2/acme/app/blobs/not-a-digest", None, ("blob", "acme/app", None, None, None)),
    ("/v2/acme/app/blobs/uploads/", None, ("upload", "acme/app", None, None, None)),
    ("/v2/acme/app/blobs/uploads/?mount=x&from=y", None, ("upload", "acme/app", None, None, None)),
    ("/v2/acme/app/blobs/uploads/0f3a-9c?_state=x", None, ("upload", "acme/app", None, None, None)),
    ("/v2/acme/app/tags/list?n=100", None, ("tags", "acme/app", None, None, None)),
    (f"/v2/acme/app/referrers/{DIGEST}", None, ("referrers", "acme/app", DIGEST, "digest", None)),
    # containerd's mirrors; the query of the URI goes before `args`.
    (
        "/v2/library/nginx/manifests/1?ns=Docker.io",
        None,
        ("manifest", "library/nginx", "1", "tag", "docker.io"),
    ),
    ("/v2/a/manifests/1", "ns=registry.k8s.io", ("manifest", "a", "1", "tag", "registry.k8s.io")),
    ("/v2/a/manifests/1?ns=localhost%3A5000", "ns=other", ("manifest", "a", "1", "tag", "localhost:5000")),
    ("/v2/a/manifests/1?ns=%3Cscript%3E", None, ("manifest", "a", "1", "tag", None)),
    ("/v2/a/manifests/1?dns=x", None, ("manifest", "a", "1", "tag", None)),
    # Absolute form, as a proxy's client writes it.
    ("http://registry.example:80/v2/a/manifests/1", None, ("manifest", "a", "1", "tag", None)),
    ("HTTPS://registry.example/v2/?x", None, ("ping", None, None, None, None)),
    # Below a path of its own: the repository is the name behind /v2/.
    (
        "/artifactory/api/docker/docker-local/v2/acme/app/manifests/1",
        None,
        ("manifest", "acme/app", "1", "tag", None),
    ),
    ("/repository/docker/v2/acme/app/manifests/1", None, ("manifest", "acme/app", "1", "tag", None)),
    ("https://r.example:443/repository/docker/v2/", None, ("ping", None, None, None, None)),
    ("/v2/v2/manifests/1", None, ("manifest", "v2", "1", "tag", None)),
    ("/v2/a/v2/manifests/1", None, ("manifest", "a/v2", "1", "tag", None)),
    ("//v2//acme//app/manifests/1", None, ("manifest", "acme/app", "1", "tag", None)),
    ("/v2/Acme/App/manifests/1", None, ("manifest", "Acme/App", "1", "tag", None)),
    ("/v2/a__b/c--d.e/manifests/1", None, ("manifest", "a__b/c--d.e", "1", "tag", None)),
    ("/v2/a/manifests/not%20a%20tag", None, ("manifest", "a", None, None, None)),
    (f"/v2/a/manifests/{'t' * 128}", None, ("manifest", "a", "t" * 128, "tag", None)),
    (f"/v2/a/manifests/{'t' * 129}", None, ("manifest", "a", None, None, None)),
    ("/v2/../etc/manifests/1", None, ("other", None, None, None, None)),
    ("/v2/a%00%0ab/manifests/1%1b", None, ("manifest", "ab", "1", "tag", None)),
    ("/v2/<b>/manifests/1", None, ("other", None, None, None, None)),
    (f"/v2/{'a/' * 200}b/manifests/1", None, ("other", None, None, None, None)),
    ("/v2/a/manifests/%FF%zz", None, ("manifest", "a", None, None, None)),
    ("/v2/_catalog", None, ("other", None, None, None, None)),
    ("/v1.21/images/create?fromImage=a", None, ("other", None, None, None, None)),
    ("registry.example:443", None, ("other", None, None, None, None)),
    ("*", None, ("other", None, None, None, None)),
    ("/", None, ("other", None, None, None, None)),
    ("", None, ("other", None, None, None, None)),
    (None, None, ("other", None, None, None, None)),
]


def frame(uris: list[str | None], args: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame({"request_uri": pd.Series(uris, dtype=object), "args": pd.Series(args, dtype=object)})


@pytest.mark.parametrize(("uri", "args", "expected"), REQUESTS, ids=lambda value: str(value)[:60])
def test_each_path_asks_for_one_thing(
    uri: str | None, args: str | None, expected: tuple[str | None, ...]
) -> None:
    row = parse(frame([uri], [args])).iloc[0]
    assert (row["request_uri"], row["args"]) == (uri, args)
    assert tuple(row[FIELDS]) == expected


@pytest.mark.parametrize(
    ("uri", "repository", "file"),
    [
        ("/releases/1.0/app.tar.gz?raw=1", "/releases/", "1.0/app.tar.gz"),
        ("https://get.example.com/releases/app%20x.zip", "/releases/", "app x.zip"),
        ("//releases//app.zip", "/releases/", "app.zip"),
        # The longest beginning, whatever its order.
        ("/releases/old/app.zip", "/releases/old/", "app.zip"),
        # A list of files is none of them.
        ("/releases/", "/releases/", None),
        ("/releases/" + "x" * 1025, "/releases/", None),
        ("/releases", None, None),
        ("/else/releases/app.zip", None, None),
    ],
)
def test_a_file_below_a_path_that_was_named(uri: str, repository: str | None, file: str | None) -> None:
    """Never a pull, and nothing of any other path is kept."""
    row = parse(frame([uri], [None]), ["/releases/", "/releases/old/"]).iloc[0]
    assert tuple(row[FIELDS]) == ("other", repository, file, None, None)
    assert tuple(parse(frame([uri], [None])).iloc[0][FIELDS]) == ("other", None, None, None, None)


def test_rows_and_their_index_stay_as_they_are() -> None:
    paths = frame(["/v2/a/manifests/1", None, "/token"], [None, None, "x"])
    paths.index = pd.Index([7, 3, 9])
    parsed = parse(paths)
    assert list(parsed.columns) == ["request_uri", "args", *FIELDS]
    assert parsed["request_kind"].to_dict() == {7: "manifest", 3: "other", 9: "token"}
    assert all(map(is_object_dtype, parsed.dtypes))


def test_columns_of_pandas_strings_are_read_too() -> None:
    paths = pd.DataFrame({"request_uri": ["/v2/a/tags/list", None], "args": [None, None]}, dtype="str")
    assert list(parse(paths)["request_kind"]) == ["tags", "other"]
    assert list(parse(paths)["args"]) == [None, None]


def test_no_rows_give_the_columns() -> None:
    assert list(parse(frame([], [])).columns) == ["request_uri", "args", *FIELDS]


def test_the_recorded_corpus_is_understood(corpus: Path) -> None:
    lines = [
        json.loads(line)
        for path in sorted((corpus / "scenarios").glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]
    parsed = parse(frame([line["request_uri"] for line in lines], [line["args"] for line in lines]))
    catalogue = json.loads((corpus / "catalogue.json").read_text())
    by_word = {
        word: sum(f"/{word}/" in line["request_uri"] for line in lines) for word in ("manifests", "blobs")
    }
    kinds = parsed["request_kind"].value_counts()
    assert (kinds["manifest"], kinds["blob"]) == (by_word["manifests"], by_word["blobs"])
    assert kinds["token"] == sum(line["uri"] == "/token" for line in lines)
    assert kinds["ping"] == sum(line["uri"] == "/v2/" for line in lines)
    succeeded = [line["status"] == 200 for line in lines]
    assert set(parsed["repository"][succeeded].dropna()) <= set(catalogue)
