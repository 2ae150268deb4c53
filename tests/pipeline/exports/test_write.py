"""`make export`: files for other programs, compared with a small world worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pandas as pd
import pytest

from pipeline.__main__ import main
from pipeline.exports.badges import as_svg, short
from pipeline.exports.in_use import in_use
from pipeline.exports.write import write as export
from tests.support.factories import Traffic, digest
from tests.support.layouts import write
from tests.support.warehouse import Warehouse, make

SCHEMA = json.loads((Path(__file__).parent / "in_use.schema.json").read_text("utf-8"))
BADGE = {
    "type": "object",
    "required": ["schemaVersion", "label", "message"],
    "properties": {"schemaVersion": {"const": 1}, "label": {"type": "string"}, "message": {"type": "string"}},
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two machines pull 1.0, one of them looks again; somebody asks for names that are none."""
    folder = tmp_path_factory.mktemp("exports")
    first, second = Traffic("acme/app", "198.51.100.1"), Traffic("acme/app", "198.51.100.2")
    first.cold_pull(datetime(2026, 3, 2, 12, tzinfo=UTC), "1.0")
    second.cold_pull(datetime(2026, 3, 3, 12, tzinfo=UTC), "1.0")
    second.manifest(datetime(2026, 3, 4, 12, tzinfo=UTC), "HEAD", "1.0")
    odd = [Traffic(name, "198.51.100.3") for name in ("acme/<b>", "../../acme", "=cmd()")]
    for traffic in odd:
        traffic.manifest(datetime(2026, 3, 4, 13, tzinfo=UTC), "GET", "1.0")
    write(
        [*first.lines, *second.lines, *(line for traffic in odd for line in traffic.lines)],
        folder / "logs" / "access.jsonl",
    )
    made = make(folder / "data", folder / "logs")
    export(made.settings)
    return made


def read(warehouse: Warehouse, name: str) -> Any:
    return json.loads((warehouse.settings.exports / name).read_text("utf-8"))


def test_the_keep_list_has_its_form_and_the_marts_figures(exported: Warehouse) -> None:
    document = read(exported, "in_use.json")
    jsonschema.validate(document, SCHEMA)
    assert document["as_of"] == "2026-03-04"
    (app,) = [entry for entry in document["repositories"] if entry["repository"] == "acme/app"]
    (tag,) = app["tags"]
    # Two downloads and one look-up, by two machines.
    assert (tag["tag"], tag["pull_count"], tag["active_install_count"]) == ("1.0", 3, 2)
    assert tag["digest"] == digest("acme/app:1.0")
    assert (tag["verdict"], tag["safe"]) == ("in use", False)
    (total,) = exported.query("select sum(pull_count) from tag_usage")
    assert sum(tag["pull_count"] for entry in document["repositories"] for tag in entry["tags"]) == total[0]


@pytest.mark.parametrize(
    ("verdict", "is_safe"), [("in use", False), ("warn", False), ("unknown", False), ("safe to retire", True)]
)
def test_only_what_is_safe_is_said_to_be(verdict: str, is_safe: bool) -> None:
    row = {
        "repository": "r", "tag": "t", "digest": None, "as_of_date": date(2026, 3, 4), "last_pulled_at": None,
        "pull_count": 0, "tool_look_up_count": 0, "active_install_count": 0, "pinned_pull_count": 0,
        "pinned_look_up_count": 0, "unmet_demand_count": 0, "shared_with_tags": None, "covered_share": 0.5,
        "verdict": verdict, "verdict_reason": "because",
    }  # fmt: skip
    document = in_use(pd.DataFrame([row]))
    jsonschema.validate(document, SCHEMA)
    assert document["repositories"][0]["tags"][0]["safe"] is is_safe


def test_a_keep_list_of_another_form_is_noticed(exported: Warehouse) -> None:
    """The planted defect: a verdict that is no longer there."""
    document = read(exported, "in_use.json")
    del document["repositories"][0]["tags"][0]["safe"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, SCHEMA)


def test_badges(exported: Warehouse) -> None:
    badges = {
        name: read(exported, f"badges/acme/app/_{name}.json") for name in ("downloads", "origins", "installs")
    }
    for badge in badges.values():
        jsonschema.validate(badge, BADGE)
    assert {name: badge["message"] for name, badge in badges.items()} == {
        "downloads": "2", "origins": "2", "installs": "2"
    }  # fmt: skip


def test_a_badge_is_a_picture_too(exported: Warehouse) -> None:
    text = (exported.settings.exports / "badges/acme/app/_downloads.svg").read_text("utf-8")
    root = ElementTree.fromstring(text)  # noqa: S314
    assert [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")] == ["downloads (30 days)", "2"]
    assert root.get("aria-label") == "downloads (30 days): 2"
    odd = as_svg({"label": "<script>alert(1)</script>", "message": '" onload="x'})
    assert "<script" not in odd
    assert next(one.tag for one in ElementTree.fromstring(odd)).endswith("title")  # noqa: S314


def test_no_name_leads_out_of_the_folder(exported: Warehouse) -> None:
    """What is no repository's name is no repository, and has no badge."""
    files = sorted(exported.settings.exports.rglob("*.json"))
    assert {str(path.parent.relative_to(exported.settings.exports)) for path in files} == {
        ".", "badges/acme/app"
    }  # fmt: skip


def test_metrics(exported: Warehouse) -> None:
    lines = (exported.settings.exports / "metrics.prom").read_text("utf-8").splitlines()
    values = dict(line.split(" ") for line in lines if not line.startswith("#"))
    newest = datetime(2026, 3, 4, tzinfo=UTC)
    assert values["pullhouse_newest_day_timestamp_seconds"] == f"{newest.timestamp():.0f}"
    assert values["pullhouse_lines"] == "16"
    assert values["pullhouse_quarantined_lines"] == "0"


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (1_299, "1.2k"), (10_999, "10k"), (3_456_789, "3.4M")],
)
def test_numbers_are_rounded_down(count: int, text: str) -> None:
    assert short(count) == text


def test_the_command_says_what_it_wrote(
    exported: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_DATA", str(exported.settings.data))
    assert main(["export"]) == 0
    assert "in_use.json (1 tags), badges of 1 repositories, metrics.prom" in capsys.readouterr().out


def test_nothing_published_yet_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PULLHOUSE_DATA", str(tmp_path))
    assert main(["export"]) == 2
    assert "Nothing has been published" in capsys.readouterr().err


def test_every_mart_is_parquet_too_where_the_setting_says_so(exported: Warehouse) -> None:
    folder = exported.settings.parquet
    assert not (folder / "manifest.json").exists()
    export(exported.settings.model_copy(update={"marts_as_parquet": True}))
    marts = json.loads((folder / "manifest.json").read_text("utf-8"))["marts"]
    tables = exported.query("select table_name from duckdb_columns() where schema_name = 'marts' group by 1")
    assert {(name,) for name in marts} == set(tables)
    for name, entry in marts.items():
        read_back = f"read_parquet('{folder / name}/**/*.parquet', hive_partitioning = false)"
        for one, other in ((name, read_back), (read_back, name)):
            if entry["files"]:
                assert exported.query(f"from {one} except all from {other}") == [], name
    export(exported.settings)
    assert not (folder / "manifest.json").exists()
