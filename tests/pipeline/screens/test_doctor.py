"""What doctor says of good, poor and broken logs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ingest.errors import ObjectError, SourceError
from pipeline.screens import doctor, doctor_screen, expected
from pipeline.settings import Settings, Source
from tests.support.factories import Traffic

# As the gateway logs a direct client that sent no Range and did not opt out.
WHOLE = {"node": "gateway", "x_forwarded_for": "", "range": "", "dnt": "", "gpc": "", "bytes_sent": "940"}


def lines(address: str = "8.8.8.8", **changes: str | None) -> list[dict[str, Any]]:
    """A pull; a field that is None is not logged."""
    traffic = Traffic("acme/app", address)
    traffic.cold_pull(datetime(2026, 5, 1, 10, tzinfo=UTC), "latest")
    made = [line | WHOLE | changes for line in traffic.lines]
    return [{name: value for name, value in line.items() if value is not None} for line in made]


def write(path: Path, content: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in content), "utf-8")
    return path


def combined(line: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(float(line["msec"]), tz=UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return (
        f'{line["remote_addr"]} - - [{at}] "{line["method"]} {line["request_uri"]} HTTP/1.1"'
        f' {line["status"]} {line.get("body_bytes_sent", 0)} "-" "{line["user_agent"]}"\n'
    )


def told(settings: Settings) -> str:
    console = Console(width=200, highlight=False, markup=False, soft_wrap=True)
    with console.capture() as capture:
        doctor_screen.show(doctor.diagnose(settings), console)
    return capture.get()


def settings_for(tmp_path: Path, location: Path, **others: Any) -> Settings:
    return Settings(data=tmp_path / "data", logs=str(location), **others)


def row(text: str, name: str) -> str:
    """What the table says of a field."""
    (found,) = [line for line in text.splitlines() if line.split()[:1] == [name]]
    return found


def test_logs_of_our_own_gateway_need_no_change(tmp_path: Path) -> None:
    """A field that is empty on every line is logged all the same."""
    logs = write(tmp_path / "a.log", lines())
    text = told(settings_for(tmp_path, logs, registry="https://registry.example"))
    assert "Nothing needs to change" in text
    assert " empty " in row(text, "range")
    assert "100% of lines" in row(text, "resp_digest")


def test_what_is_missing_is_named_and_only_that(tmp_path: Path) -> None:
    logs = write(tmp_path / "a.log", lines(range=None, dnt=None))
    text = told(settings_for(tmp_path, logs))
    assert "Add to the log_format: range, dnt. gateway/log_format.conf has it ready to copy." in text
    assert "Name your registry" in text


def test_the_gateways_own_format_names_what_doctor_asks_for(repo_root: Path) -> None:
    text = (repo_root / "gateway" / "log_format.conf").read_text("utf-8")
    logged = set(re.findall(r'"(\w+)":"\$', text))
    assert set(doctor.OPTIONAL_FIELDS) <= logged


def test_clients_behind_a_proxy(tmp_path: Path) -> None:
    logs = write(tmp_path / "a.log", lines(address="10.0.0.7", x_forwarded_for="8.8.8.8"))
    assert "name your proxies in TRUSTED_PROXIES" in told(settings_for(tmp_path, logs))
    assert "TRUSTED_PROXIES" not in told(settings_for(tmp_path, logs, trusted_proxies=["10.0.0.0/8"]))


def test_another_servers_log(tmp_path: Path) -> None:
    logs = write(tmp_path / "a.log", lines(request_uri="/index.html"))
    assert "Only 0% of the lines are registry requests" in told(settings_for(tmp_path, logs))


def test_each_source_has_its_own_format(tmp_path: Path) -> None:
    write(tmp_path / "json" / "a.log", lines())
    text = "".join(combined(line) for line in lines())
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "a.log").write_text(text, "utf-8")
    sources = [
        Source(name="json", location=str(tmp_path / "json"), log_format="json"),
        Source(name="text", location=str(tmp_path / "text"), log_format="combined"),
    ]
    found = doctor.diagnose(Settings(data=tmp_path / "data", sources=sources))
    assert (found.log_format, found.losses.quarantined, found.refused) == ("combined and json", 0, [])


def test_a_missing_source_does_not_hide_a_good_one(tmp_path: Path) -> None:
    good = Source(name="good", location=str(write(tmp_path / "a.log", lines())))
    gone = Source(name="gone", location=str(tmp_path / "gone"))
    found = doctor.diagnose(Settings(data=tmp_path / "data", sources=[gone, good]))
    assert found.lines == len(lines())
    assert found.refused == [f"{tmp_path / 'gone'}: no such file or folder. Give a file, a folder or a glob."]
    with pytest.raises(SourceError, match="gone: no such file"):
        doctor.diagnose(Settings(data=tmp_path / "data", sources=[gone]))


def test_broken_logs(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("<html>\n", "utf-8")
    with pytest.raises(ObjectError, match=r"a\.log: none of 1 objects could be read\. .*XML or HTML"):
        doctor.diagnose(settings_for(tmp_path, tmp_path / "a.log"))


def test_the_accuracy_is_what_the_conformance_kit_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "counting.md"
    page.write_text(
        "| gateway | JSON, with a manifest catalogue | JSON, without a manifest catalogue"
        " | combined text, without a manifest catalogue |\n|---|---|---|---|\n"
        "| proxies everything | 3 of 3 | 2 of 3 | 1 of 3 |\n"
        "\n| seconds | separate |\n|---|---|\n| 10 | 9 |\n"
        "\n| log format | scenarios apart, without a catalogue |\n|---|---|\n"
        "| nginx combined | 6 of 9 |\n| Caddy | 8 of 9 |\n",
        "utf-8",
    )
    monkeypatch.setattr(expected, "PAGE", page)
    assert expected.figure("proxies", "json", has_catalogue=True) == "3 of 3"
    assert expected.figure("proxies", "json", has_catalogue=False) == "2 of 3"
    assert expected.figure("proxies", "combined", has_catalogue=True) == "1 of 3"
    assert expected.figure("proxies", "caddy", has_catalogue=True) == "8 of 9"
    assert expected.figure("proxies", "alb", has_catalogue=True) is None
    assert expected.figure("proxies", "zot", has_catalogue=True) is None
    assert expected.figure("redirects", "json", has_catalogue=True) is None
    assert expected.figure("answered no registry request in this sample", "json", has_catalogue=True) is None
    logs = write(tmp_path / "a.log", lines())
    assert "these 2 of 3 are counted exactly" in told(settings_for(tmp_path, logs))
    # Without what the counts stand on, JSON says no more than text.
    poor = write(tmp_path / "b.log", lines(resp_digest=None))
    assert "these 1 of 3 are counted exactly" in told(settings_for(tmp_path, poor))
    page.unlink()
    assert "not measured for logs like these" in told(settings_for(tmp_path, logs))


def test_the_accuracy_says_of_how_many_lines_it_speaks(tmp_path: Path) -> None:
    """A figure of the lines that can be read says nothing of the others."""
    good = lines()
    logs = write(tmp_path / "a.log", good + [{"msec": "soon"}] * (3 * len(good)))
    text = told(settings_for(tmp_path, logs))
    assert f"for the {len(good)} of {4 * len(good)} lines (25.0 %) that can be read" in text
    assert "of 24 lines (75.0 %): missing_field 18" in text
    assert "Warning: Lines were lost" in text
    assert "Warning" not in told(settings_for(tmp_path, logs, quarantine_warning_share=0.8))


def test_lines_without_an_address(tmp_path: Path) -> None:
    logs = write(tmp_path / "a.log", lines() + lines(address="unix:"))
    text = told(settings_for(tmp_path, logs))
    assert "Without an address: 6 of 12 requests (50.0 %)." in text
    assert "Warning: Clients without an address" in text


def test_lines_without_a_user_agent(tmp_path: Path) -> None:
    """Traefik keeps no header unless it is told to: what remains is far from a known client."""
    line = {
        "ClientHost": "8.8.8.8", "DownstreamStatus": 200, "RequestMethod": "GET",
        "RequestPath": "/v2/acme/app/manifests/1.0", "StartUTC": "2026-05-01T10:00:00.5Z",
    }  # fmt: skip
    text = told(settings_for(tmp_path, write(tmp_path / "a.log", [line])))
    assert " missing " in row(text, "user_agent")
    assert "Log the user agent, which most lines lack, before anything else" in text
    figure = expected.figure("proxies", "haproxy", has_catalogue=False)
    assert figure
    assert figure in text
    line["request_User-Agent"] = "containerd/v1.7.21"
    text = told(settings_for(tmp_path, write(tmp_path / "a.log", [line])))
    assert "100% of lines" in row(text, "user_agent")
    assert "Log the user agent" not in text


def test_an_empty_object_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("\n", "utf-8")
    text = told(settings_for(tmp_path, tmp_path / "a.log"))
    assert "Would go to the quarantine: none." in text
    assert "answered no registry request in this sample" in text


def test_an_odd_object_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "logs" / "a.log", lines())
    write(tmp_path / "logs" / "b.log", lines())
    read = doctor.read_lines

    def planted(*arguments: Any, name: str, **others: Any) -> Any:
        if name.endswith("a.log"):
            raise KeyError("8.8.8.8")
        return read(*arguments, name=name, **others)

    monkeypatch.setattr(doctor, "read_lines", planted)
    found = doctor.diagnose(settings_for(tmp_path, tmp_path / "logs"))
    assert (found.objects, len(found.refused)) == (1, 1)
    assert "a.log: could not be loaded: KeyError in pipeline/screens/doctor.py" in found.refused[0]
    assert "8.8.8.8" not in found.refused[0]


def test_json_without_escape_json_is_named(tmp_path: Path) -> None:
    agent = 'docker/27.3.1 UpstreamClient("x")'
    logs = write(tmp_path / "a.log", lines(user_agent=agent))
    assert "escape=json" not in told(settings_for(tmp_path, logs))
    logs.write_text(logs.read_text("utf-8").replace('\\"', "\\x22"), "utf-8")
    text = told(settings_for(tmp_path, logs))
    assert "escape=json" in text
    assert "Would go to the quarantine: none." in text
    # The fields that those lines have are found in spite of it.
    assert "Add to the log_format" not in text


@pytest.mark.parametrize("gateway", sorted(expected.GATEWAYS))
@pytest.mark.parametrize("log_format", ["json", "combined", *expected.FORMATS])
def test_the_page_has_a_figure_for_every_gateway(gateway: str, log_format: str) -> None:
    assert expected.figure(gateway, log_format, has_catalogue=False) is not None


@pytest.mark.parametrize(
    "before", ["https://registry.example.com", "/artifactory/api/docker/local", "registry.example.com"]
)
def test_the_mode_is_told_by_paths_of_other_forms_too(tmp_path: Path, before: str) -> None:
    """Load balancers write whole URLs, Artifactory a path in front, the ingress of HAProxy the host."""
    moved = [line | {"request_uri": f"{before}{line['request_uri']}"} for line in lines()]
    assert "a gateway that proxies" in told(settings_for(tmp_path, write(tmp_path / "a.log", moved)))


def test_files_of_other_names_are_told(tmp_path: Path) -> None:
    write(tmp_path / "logs/a.log", lines())
    (tmp_path / "logs/notes.md").write_text("x")
    assert "Left out: " in (text := told(settings_for(tmp_path, tmp_path / "logs")))
    assert "not read: notes.md." in text


@pytest.mark.parametrize(
    ("zone", "is_said"), [("", True), (" +0000", False), (" +0330", False)], ids=["none", "UTC", "Tehran"]
)
def test_a_time_without_a_zone_is_said(tmp_path: Path, zone: str, is_said: bool) -> None:
    (tmp_path / "a.log").write_text("".join(map(combined, lines())).replace(" +0000]", f"{zone}]"))
    assert ("UTC is taken" in told(settings_for(tmp_path, tmp_path / "a.log"))) == is_said


def test_w3c_times_are_utc_by_their_definition(tmp_path: Path) -> None:
    text = (
        "2026-10-20 08:27:00 10.0.0.5 GET /v2/acme/app/manifests/1.0 - 443 - 8.8.8.8 docker/27 - 200 0 0 12\n"
    )
    (tmp_path / "a.log").write_text(text * 3)
    assert "UTC is taken" not in told(settings_for(tmp_path, tmp_path / "a.log"))
