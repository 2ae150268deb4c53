from __future__ import annotations

import pickle

import pytest

from ingest.errors import ObjectError, SourceError


@pytest.mark.parametrize("kind", [ObjectError, SourceError])
def test_the_text_is_one_line_of_name_reason_and_advice(kind: type[Exception]) -> None:
    assert str(kind("a.log", "is gone", "Look elsewhere.")) == "a.log: is gone. Look elsewhere."
    assert str(kind("a.log", "is gone")) == "a.log: is gone"


def test_a_hostile_name_cannot_forge_a_line_of_a_log() -> None:
    assert str(ObjectError("a\nERROR b\x1b[31m\u2028.log", "is gone")) == "a ERROR b [31m .log: is gone"


def test_errors_travel_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ObjectError("a.log", "is gone", "Look.")))  # noqa: S301  our own bytes
    assert (str(error), error.reason) == ("a.log: is gone. Look.", "is gone")
