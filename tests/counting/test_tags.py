"""What a tag meant, as the log of the recordings tells it; the truth is what the registry held."""

from __future__ import annotations

from tests.support.counted import Counted

Meaning = tuple[str, str, str]


def truth(counted: Counted) -> dict[tuple[str, str], str]:
    """Repository and tag → digest, of both layouts' catalogues."""
    catalogue = counted.separate.catalogue | counted.packed.catalogue
    return {
        (repository, tag): digest
        for repository, entry in catalogue.items()
        for tag, digest in entry["tags"].items()
    }


def wrong(found: list[Meaning], held: dict[tuple[str, str], str]) -> list[Meaning]:
    """Meanings of known tags that are not what the registry held."""
    return [entry for entry in found if held.get(entry[:2], entry[2]) != entry[2]]


def observed(counted: Counted, source: str) -> list[Meaning]:
    return counted.warehouse.query(
        "select repository, tag, digest from tag_observations_daily where source = ?", [source]
    )


def test_a_tag_means_what_the_registry_held(counted: Counted) -> None:
    """Seen at proxying gateways, inferred at redirecting ones: the tags of the recordings never move."""
    held = truth(counted)
    for source in ("header", "session"):
        found = [entry for entry in observed(counted, source) if entry[:2] in held]
        assert found
        assert wrong(found, held) == []


def test_one_interval_a_tag(counted: Counted) -> None:
    held = truth(counted)
    intervals = counted.warehouse.query("select repository, tag, digest, valid_to from tag_history")
    known = [entry for entry in intervals if entry[:2] in held]
    assert sorted(entry[:2] for entry in known) == sorted(held)
    assert all(valid_to is None for *_, valid_to in known)


def test_another_digest_is_noticed(counted: Counted) -> None:
    """The planted defect: a registry that held something else."""
    found = observed(counted, "session")
    other = {key: digest[::-1] for key, digest in truth(counted).items()}
    assert wrong(found, other) == [entry for entry in found if entry[:2] in other] != []
