"""`make explain`: what was asked in one session, and why it was judged so."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from pipeline.__main__ import main
from pipeline.screens.explain import Explanation, UnknownPullError, read, sentences, show
from tests.support.warehouse import Warehouse


def explained(warehouse: Warehouse, repository: str) -> Explanation:
    """The first session of a repository."""
    found = warehouse.query(
        "select pull_id from fct_pulls where repository = ? order by started_at limit 1", [repository]
    )
    return read(warehouse.settings, found[0][0])


def printed(explanation: Explanation) -> str:
    """What a person sees where the output is no terminal."""
    said = io.StringIO()
    show(explanation, Console(file=said, width=80, highlight=False, soft_wrap=True))
    return said.getvalue()


def test_requests_come_in_order_with_what_they_are(defined: Warehouse) -> None:
    """containerd: HEAD and two GETs of manifests, a configuration, four and three parts of layers: eleven.

    Without a catalogue the media type of OCI says manifest, and size tells layers.
    """
    explanation = explained(defined, "details/ranges")
    whats = [(entry["method"], entry["request_kind"], entry["object_kind"]) for entry in explanation.requests]
    assert whats[:4] == [
        ("HEAD", "manifest", "index"),
        ("GET", "manifest", "index"),
        ("GET", "manifest", "manifest"),
        ("GET", "blob", None),
    ]
    assert whats[4:] == [("GET", "blob", "layer")] * 7
    assert [entry["session_start"] for entry in explanation.requests] == ["idle"] + [None] * 10


def test_sentences_say_why(defined: Warehouse) -> None:
    start, *others = sentences(explained(defined, "details/ranges"))
    assert start.startswith("The session begins with the first request: nothing was asked before it")
    assert others == [
        "Download: 2 layers asked for with success, and none was left broken off.",
        "Tag latest: a HEAD asked for it, and the digest that it answered was fetched.",
        "Platform unknown: the catalogue knows none of the manifests.",
        "Environment: Unknown: containerd 2.1.4 from an unknown network, and too little else tells"
        " (for production: a cluster's runtime).",
    ]


def test_nothing_is_cut_off_on_a_narrow_page(defined: Warehouse) -> None:
    text = printed(explained(defined, "details/ranges"))
    assert text.startswith("details/ranges, 2026-07-08 09:59:59 UTC, containerd 2.1.4: download, complete\n")
    assert "09:59:59.998" in text  # the line at 10:00:00 ends a request of 2 ms
    assert "1,000,000" in text
    assert text.count("a part of it") == 7
    assert "…" not in text


def test_text_of_a_client_is_not_read_as_markup(defined: Warehouse) -> None:
    """An address in a tag is replaced by [address], which rich would take for a style."""
    explanation = explained(defined, "details/ranges")
    requests = [entry | {"reference": "for-[address]"} for entry in explanation.requests]
    session = explanation.session | {"tag": "for-[address]"}
    text = printed(Explanation(session, requests))
    assert text.count("for-[address]") == 11 + 1


def test_requests_that_are_gone_are_said_to_be(defined: Warehouse) -> None:
    explanation = replace(explained(defined, "details/ranges"), requests=[])
    assert "Its requests are not kept any longer." in printed(explanation)
    assert sentences(explanation)[0].startswith("Download: ")


def test_unknown_pull_is_a_clear_error(
    defined: Warehouse, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnknownPullError, match="has this pull_id"):
        read(defined.settings, "0" * 32)
    monkeypatch.setenv("PULLHOUSE_DATA", str(defined.settings.data))
    assert main(["explain", "0" * 32]) == 2
    assert "Take one from fct_pulls" in capsys.readouterr().err


def test_every_session_is_linked_to_all_its_requests(defined: Warehouse) -> None:
    """fct_pulls counts the requests of a session by itself."""
    rows = defined.query(
        "select pulls.request_count, count(requests.request_key), max(requests.request_number)"
        " from fct_pulls as pulls left join pull_requests as requests using (pull_id)"
        " group by pulls.pull_id, pulls.request_count"
    )
    assert rows
    assert all(counted == linked == last for counted, linked, last in rows)
