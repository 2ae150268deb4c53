"""Three cold pulls in more than two hundred ways to log them: three downloads from three addresses each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.counting import format_variants as known
from tests.counting.exported_variants import EXPORTED
from tests.counting.format_variants import Variant, lay_out, repository_of
from tests.counting.further_variants import FURTHER, FURTHER_WITHOUT_AGENT, Content
from tests.counting.seldom_variants import SELDOM, SELDOM_WITHOUT_AGENT
from tests.counting.tried import Session, sessions_of
from tests.counting.unlisted_variants import UNLISTED, UNLISTED_WITHOUT_AGENT
from tests.support.layouts import Layout
from tests.support.warehouse import make

Tried = dict[str, tuple[Layout, list[Session]]]


def as_bytes(variant: Variant) -> Content:
    """Lines of text as the bytes of a file."""
    return lambda lines: "".join(f"{line}\n" for line in variant(lines)).encode()


VARIANTS: dict[str, Content] = {
    **{name: as_bytes(variant) for name, variant in (known.VARIANTS | UNLISTED).items()},
    **FURTHER,
    **SELDOM,
    **EXPORTED,
}
WITHOUT_AGENT = known.WITHOUT_AGENT | UNLISTED_WITHOUT_AGENT | FURTHER_WITHOUT_AGENT | SELDOM_WITHOUT_AGENT
CLIENTS = {"containerd", "docker", "podman"}


@pytest.fixture(scope="module")
def tried(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Tried:
    folder = tmp_path_factory.mktemp("variants")
    layouts = {}
    (folder / "logs").mkdir()
    for name, (layout, content) in lay_out(corpus, VARIANTS).items():
        (folder / "logs" / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.log").write_bytes(content)
        layouts[name] = layout
    sessions = sessions_of(make(folder / "data", folder / "logs", only=("fct_pulls",)))
    return {name: (layout, sessions.get(repository_of(layout), [])) for name, layout in layouts.items()}


@pytest.mark.parametrize("name", VARIANTS)
def test_three_downloads_from_three_addresses(tried: Tried, name: str) -> None:
    _, sessions = tried[name]
    outcomes = [session.outcome for session in sessions]
    assert outcomes == ["download"] * 3
    assert sum(session.download_count for session in sessions) == 3
    assert len({session.endpoint_id for session in sessions} - {None}) == 3


@pytest.mark.parametrize("name", [name for name in VARIANTS if name not in WITHOUT_AGENT])
def test_the_client_is_known_where_the_format_has_it(tried: Tried, name: str) -> None:
    _, sessions = tried[name]
    assert {session.attributes["client_name"] for session in sessions} >= CLIENTS - {"podman"}


@pytest.mark.parametrize("name", sorted(WITHOUT_AGENT))
def test_no_client_is_guessed_where_the_format_has_none(tried: Tried, name: str) -> None:
    _, sessions = tried[name]
    assert {session.attributes["client_name"] for session in sessions} <= {None, "unknown"}
