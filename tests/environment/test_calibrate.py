"""Precision and points measured on labels that the publisher supplies."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from rich.console import Console

from enrichers.identity import KeyRing
from pipeline.screens import calibrate, labels
from pipeline.screens.labels import LabelsError
from pipeline.settings import Settings
from tests.environment.cast import TRUTH, lines, member_of
from tests.support.everything_written import find
from tests.support.layouts import Corpus
from tests.support.warehouse import NOW, Warehouse


@pytest.fixture(scope="module")
def known(corpus: Path) -> dict[str, str]:
    """Address → environment of the cast, without the addresses that two environments share."""
    found = defaultdict(set)
    for line in lines(Corpus(corpus)):
        found[line["remote_addr"]].add(TRUTH[member_of(line["host"])])
    return {address: next(iter(truths)) for address, truths in found.items() if len(truths) == 1}


@pytest.fixture(scope="module")
def labelled(spliced: Warehouse, known: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the spliced warehouse, with the truth as a file of labels."""
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("network", "environment"), *known.items()])
    return spliced.settings.model_copy(update={"labels": path})


def test_precision_is_that_of_the_truth(
    labelled: Settings, spliced: Warehouse, known: dict[str, str]
) -> None:
    """The same counts by host names, which the labels know nothing of."""
    found = calibrate.read(labelled)
    assert found.pulls > 1000
    rights: Counter[tuple[str, str]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    for host, confidence, environment in spliced.query(
        "select host, environment_confidence, environment from fct_pulls"
        " where outcome in ('download', 'version_check')"
    ):
        totals[confidence, environment] += 1
        rights[confidence, environment] += TRUTH[member_of(host)] == environment
    for group in found.groups:
        key = group.confidence, group.environment
        missing = totals[key] - group.pulls
        assert 0 <= missing <= found.unlabelled
        assert abs(group.precision * group.pulls - rights[key]) <= missing + 1e-6
    assert found.pulls + found.unlabelled == sum(totals.values())


def test_planted_wrong_labels_lower_the_precision(labelled: Settings, tmp_path: Path) -> None:
    """The planted defect: every label says production."""
    assert labelled.labels is not None
    text = labelled.labels.read_text("utf-8")
    wrong = tmp_path / "labels.csv"
    wrong.write_text(
        "network,environment\n"
        + "".join(f"{line.split(',')[0]},production\n" for line in text.splitlines()[1:]),
        "utf-8",
    )
    found = calibrate.read(labelled.model_copy(update={"labels": wrong}))
    likely = {group.environment: group.precision for group in found.groups if group.confidence == "likely"}
    assert likely == {"ci": 0.0, "production": 1.0, "workstation": 0.0}


def test_the_screen_has_decimals_only_where_enough_was_measured(labelled: Settings) -> None:
    said = io.StringIO()
    calibrate.show(calibrate.read(labelled), Console(file=said, width=140))
    screen = said.getvalue()
    print(screen)
    assert "Expected calibration error: 0." in screen
    rows = {tuple(row.split()[:2]): row.split() for row in screen.splitlines() if row.strip()}
    # Two machines of the publisher: too few for a decimal. Eleven desktops: enough.
    assert rows["proven", "own"][4:6] == ["too", "few"]
    assert float(rows["likely", "workstation"][4]) == 1.0


def test_no_address_of_the_labels_is_kept(labelled: Settings, known: dict[str, str]) -> None:
    """Labels are hashed in memory: after it, none of their addresses lies in the data directory."""
    calibrate.read(labelled)
    assert find(labelled.data, sorted(known)) == []


def test_points_are_ten_times_the_logarithm_of_the_likelihood_ratio() -> None:
    """9 of 10 against 1 of 10, half added: (9.5 / 11) / (1.5 / 11) = 6.333, 10 · log10 = 8.016."""
    assert calibrate.points_measured(9, 1, 10, 10) == pytest.approx(8.016, abs=0.001)
    assert calibrate.points_measured(5, 5, 10, 10) == 0
    assert calibrate.points_measured(1, 9, 10, 10) == pytest.approx(-8.016, abs=0.001)


def test_without_labels_it_says_what_to_do(spliced: Warehouse) -> None:
    with pytest.raises(LabelsError, match="network,environment"):
        calibrate.read(spliced.settings)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("network;environment\n", "must name the columns network, environment"),
        ("", "must name the columns"),
        ("network,environment\n192.0.2.1,laptop\n", "line 2: the environment must be one of ci, production"),
        ("network,environment\n192.0.2.1,ci\n192.0.2.300,ci\n", "line 3: the network is no address"),
        ("network,environment\n192.0.2.1,ci\n192.0.2.1,own\n", "line 3: another line gives the same network"),
        ("network,environment\n10.0.0.0/8,ci\n", "more than 1,000,000 addresses"),
    ],
)
def test_a_wrong_file_is_refused_without_a_word_of_its_content(
    tmp_path: Path, text: str, complaint: str
) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(LabelsError, match=complaint) as caught:
        labels.read(path)
    assert "192.0.2" not in str(caught.value)


def test_networks_as_spreadsheets_and_gateways_write_them(tmp_path: Path) -> None:
    """With a byte order mark, and IPv4 inside IPv6."""
    path = tmp_path / "labels.csv"
    path.write_text("\ufeffnetwork,environment\n::ffff:192.0.2.1,ci\n64:ff9b::c000:200/120,own\n", "utf-8")
    assert {str(network): label for network, label in labels.read(path).items()} == {
        "192.0.2.1/32": "ci",
        "192.0.2.0/24": "own",
    }


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="cannot be read: No such file"):
        labels.read(tmp_path / "none.csv")


def test_the_smallest_network_decides_and_an_address_of_ipv6_stands_for_its_64(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text(
        "network,environment\n192.0.2.0/30,production\n192.0.2.1,ci\n2001:db8::7,own\n2001:db8:1::/63,ci\n",
        "utf-8",
    )
    ring = KeyRing(tmp_path / "keys", "year")
    ring.ensure(["2026"], NOW)
    found = labels.endpoints(labels.read(path), ring, ["2025", "2026"])
    # Four addresses; one and two networks of 64 bits. 2025 has no key.
    assert sorted(found["label"]) == ["ci", "ci", "ci", "own", "production", "production", "production"]
    assert set(found["identity_epoch"]) == {"2026"}
    assert found["endpoint_id"].is_unique
    assert ring.key("2025") is None
