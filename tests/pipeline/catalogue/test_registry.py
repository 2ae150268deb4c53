"""Look-ups against a stub registry: what is asked, learned and recorded, and that the run goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.__main__ import main
from pipeline.catalogue import registry, store
from pipeline.catalogue.registry import look_up
from pipeline.settings import Settings
from tests.pipeline.loads import load_requests
from tests.pipeline.stub_registry import OCI_INDEX, Answer, StubRegistry, digest_of, index, serve

APP = "acme/app"
OTHER = "sha256:" + "e" * 64


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubRegistry]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serve() as served:
        yield served


@pytest.fixture
def settings(stub: StubRegistry, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", registry=stub.url)


def get(digest: str, **more: Any) -> dict[str, Any]:
    """A manifest asked for by its digest."""
    return {
        "day": "2026-03-02",
        "request_kind": "manifest",
        "repository": APP,
        "reference": digest,
        "reference_type": "digest",
    } | more


def run(settings: Settings) -> dict[str, Any]:
    return look_up(settings, sleep=lambda seconds: None)


def learned(settings: Settings) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(
            "select digest, max(kind), max(platform), flatten(list(parents order by parents))"
            f" from read_parquet('{settings.manifests}/*.parquet') group by digest order by digest"
        ).fetchall()


def failures(settings: Settings) -> list[tuple[Any, ...]]:
    with duckdb.connect() as con:
        return con.execute(
            f"select digest, reason, attempts from read_parquet('{settings.failures}/*.parquet') order by all"
        ).fetchall()


def manifests_asked(stub: StubRegistry) -> list[str]:
    return [path for path in stub.asked if "/manifests/" in path]


def test_an_index_its_children_and_a_single_image(stub: StubRegistry, settings: Settings) -> None:
    """Five manifests, and one configuration: only the single image has no index to tell its platform."""
    arm, amd = stub.holds_image(APP, "arm", "arm64"), stub.holds_image(APP, "amd", "amd64")
    attestation = "sha256:" + "d" * 64
    body = index(
        {
            arm: {"platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
            amd: {"platform": {"os": "linux", "architecture": "amd64"}},
            attestation: {"platform": {"os": "unknown", "architecture": "unknown"}},
        }
    )
    top = stub.holds(APP, body)
    single = stub.holds_image("acme/tool", "single", "riscv64")
    load_requests(
        settings,
        "a",
        [get(single, repository="acme/tool"), get(arm), get(top, response_media_type=OCI_INDEX)],
    )
    assert run(settings) == {"wanted": 3, "learned": 4, "failed": 0, "left": 0, "reasons": {}}
    assert learned(settings) == sorted(
        [
            (top, "index", None, []),
            (arm, "image", "linux/arm64", [top]),
            (amd, "image", "linux/amd64", [top]),
            (attestation, "attestation", None, [top]),
            (single, "image", "linux/riscv64", []),
        ]
    )
    assert len(stub.asked) == 5
    assert sum("/blobs/" in path for path in stub.asked) == 1
    # The index first: it tells the platforms of its children.
    assert stub.asked[0] == f"/v2/{APP}/manifests/{top}"
    assert run(settings) == {"wanted": 0, "learned": 0, "failed": 0, "left": 0, "reasons": {}}
    assert len(stub.asked) == 5


def test_what_the_catalogue_knows_is_not_asked_for(stub: StubRegistry, settings: Settings) -> None:
    known, new = "sha256:" + "1" * 64, stub.holds_image(APP, "new")
    row = dict.fromkeys(store.COLUMNS) | {"repository": APP, "digest": known, "kind": "image"}
    store.append(settings.manifests, store.COLUMNS, [row])
    load_requests(settings, "a", [get(known), get(new)])
    assert run(settings)["wanted"] == 1
    assert manifests_asked(stub) == [f"/v2/{APP}/manifests/{new}"]


def test_only_this_registrys_manifests_are_asked_for(stub: StubRegistry, settings: Settings) -> None:
    """One is; a tag's digest too. Not: what failed, a blob, a mirror's, what names no manifest."""
    wanted, by_tag = stub.holds_image(APP, "wanted"), stub.holds_image(APP, "by tag")
    requests = [
        get(wanted),
        get("latest", reference_type="tag", response_digest=by_tag),
        get("latest", reference_type="tag"),
        get(OTHER, status=404),
        get(OTHER, status=401),
        get(OTHER, request_kind="blob"),
        get(OTHER, mirror_of="docker.io"),
        get(OTHER, repository="../../etc"),
        get(OTHER, repository="cache/[address]/app"),
        get("md5:" + "0" * 32),
    ]
    load_requests(settings, "a", requests)
    assert run(settings)["wanted"] == 2
    assert sorted(manifests_asked(stub)) == sorted(
        [f"/v2/{APP}/manifests/{wanted}", f"/v2/{APP}/manifests/{by_tag}"]
    )


def test_a_registry_that_lies_answers_html_or_has_nothing(stub: StubRegistry, settings: Settings) -> None:
    good = stub.holds_image(APP, "good")
    bad = {
        "not found": Answer(404, b"{}"),
        "not JSON": Answer(body=b"<html>Sign in</html>"),
        "another digest": Answer(body=index({})),
        "broken answer": Answer(body=b"{", length=10),
    }
    digests = {reason: digest_of(reason.encode()) for reason in bad}
    for reason, answer in bad.items():
        stub.says(f"/v2/{APP}/manifests/{digests[reason]}", answer)
    load_requests(settings, "a", [get(digest) for digest in [*digests.values(), good]])
    found = run(settings)
    assert found == {"wanted": 5, "learned": 1, "failed": 4, "left": 0, "reasons": dict.fromkeys(bad, 1)}
    assert [digest for digest, *_ in learned(settings)] == [good]
    assert failures(settings) == sorted((digest, reason, 1) for reason, digest in digests.items())


def test_it_is_patient_but_not_for_ever(stub: StubRegistry, settings: Settings) -> None:
    """A digest that the registry does not have: five runs, one question each; the sixth does not ask."""
    load_requests(settings, "a", [get(OTHER)])
    assert [run(settings)["wanted"] for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    assert len(stub.asked) == 5
    assert failures(settings) == [(OTHER, "not found", attempt) for attempt in range(1, 6)]


def test_without_patience_it_would_ask_for_ever(
    stub: StubRegistry, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted defect of the test above."""
    monkeypatch.setattr(registry, "PATIENCE", 10**9)
    load_requests(settings, "a", [get(OTHER)])
    assert [run(settings)["wanted"] for _ in range(6)] == [1, 1, 1, 1, 1, 1]


def test_a_registry_that_is_down_is_left_alone(stub: StubRegistry, settings: Settings) -> None:
    """After three in a row (three attempts each) the rest waits; a later run learns all ten."""
    digests = [stub.holds_image(APP, f"image {number}") for number in range(10)]
    load_requests(settings, "a", [get(digest) for digest in digests])
    answers = dict(stub.answers)
    for path in stub.answers:
        stub.says(path, Answer(503))
    assert run(settings) == {
        "wanted": 10, "learned": 0, "failed": 3, "left": 7, "reasons": {"server error": 3},
    }  # fmt: skip
    assert len(stub.asked) == 9
    stub.answers = answers
    assert run(settings) == {"wanted": 10, "learned": 10, "failed": 0, "left": 0, "reasons": {}}
    # What has failed before comes last.
    assert {digest for digest, *_ in failures(settings)} == {
        path.rpartition("/")[2] for path in manifests_asked(stub)[-3:]
    }


def test_a_run_is_bounded(stub: StubRegistry, settings: Settings) -> None:
    """Four questions a run: two manifests and the configuration of each; so three runs for five."""
    load_requests(settings, "a", [get(stub.holds_image(APP, f"image {number}")) for number in range(5)])
    settings.registry_requests_per_run = 4
    assert [(run(settings)["learned"], len(stub.asked)) for _ in range(4)] == [
        (2, 4),
        (2, 8),
        (1, 10),
        (0, 10),
    ]


def test_a_run_is_bounded_in_time(stub: StubRegistry, settings: Settings) -> None:
    """The clock stands at 0 when the run begins, and moves by 400 s with every look at it: one question."""
    load_requests(settings, "a", [get(stub.holds_image(APP, f"image {number}")) for number in range(3)])
    ticks = iter(range(0, 100_000, 400))
    look_up(settings, sleep=lambda seconds: None, clock=lambda: float(next(ticks)))
    assert len(manifests_asked(stub)) == 1


def test_a_platform_that_cannot_be_asked_for_now(stub: StubRegistry, settings: Settings) -> None:
    """Its configuration answers 503: asked for again. It is gone: the platform stays unknown."""
    digest = stub.holds_image(APP, "image")
    (blob,) = [path for path in stub.answers if "/blobs/" in path]
    load_requests(settings, "a", [get(digest)])
    stub.says(blob, Answer(503))
    assert run(settings)["reasons"] == {"server error": 1}
    assert learned(settings) == []
    stub.says(blob, Answer(404))
    assert run(settings)["learned"] == 1
    assert learned(settings) == [(digest, "image", None, [])]


def test_a_child_that_is_gone_keeps_what_its_index_says(stub: StubRegistry, settings: Settings) -> None:
    top = stub.holds(APP, index({OTHER: {"platform": {"os": "linux", "architecture": "s390x"}}}))
    load_requests(settings, "a", [get(top)])
    assert run(settings)["reasons"] == {"not found": 1}
    assert learned(settings) == sorted([(top, "index", None, []), (OTHER, None, "linux/s390x", [top])])
    # The child is wanted by the next run, though no log names it.
    assert run(settings)["wanted"] == 1


def test_a_nested_index(stub: StubRegistry, settings: Settings) -> None:
    inner = stub.holds(
        APP, index({stub.holds_image(APP, "i"): {"platform": {"os": "linux", "architecture": "arm64"}}})
    )
    outer = stub.holds(APP, index({inner: {}}))
    load_requests(settings, "a", [get(outer)])
    assert run(settings)["learned"] == 3
    kinds = {digest: (kind, parents) for digest, kind, _, parents in learned(settings)}
    assert (kinds[outer], kinds[inner]) == (("index", []), ("index", [outer]))


def test_without_a_registry_nothing_happens(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data")
    assert run(settings)["wanted"] == 0
    assert not settings.data.exists()


def test_a_user_of_the_settings(stub: StubRegistry, settings: Settings) -> None:
    settings = Settings(
        data=settings.data, registry=stub.url, registry_username="reader", registry_password="s3cret"
    )
    digest = stub.holds_image(APP, "image")
    path = f"/v2/{APP}/manifests/{digest}"
    stub.says(path, Answer(401, headers={"WWW-Authenticate": 'Basic realm="r"'}), *stub.answers[path])
    load_requests(settings, "a", [get(digest)])
    assert run(settings)["learned"] == 1
    assert "s3cret" not in repr(settings)


def test_the_command(
    stub: StubRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    assert main(["catalogue"]) == 2
    assert "No registry is configured" in capsys.readouterr().err
    monkeypatch.setenv("PULLHOUSE_REGISTRY", stub.url)
    load_requests(Settings(data=tmp_path / "data"), "a", [get(stub.holds_image(APP, "image"))])
    assert main(["catalogue"]) == 0
    assert '"learned": 1' in capsys.readouterr().out
