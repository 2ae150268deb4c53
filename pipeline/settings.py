"""Settings: one file (`pullhouse.toml`) and the environment (`PULLHOUSE_*`), the environment first."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ByteSize,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableVariableError

from ingest.formats import choice
from ingest.formats.own import FormatError
from ingest.networks import parse_network
from ingest.sources import scheme_of
from pipeline.process.machine import machine_cores, machine_memory

# Less does not hold what one block of a log, and the columns that are made of it, take.
SMALLEST_MEMORY = ByteSize(256 * 1024 * 1024)

EpochKind = Literal["month", "quarter", "year"]

FILE_PATH = re.compile(r"/(?!v2/)(?:[\w.~-]+/)+")

PREFIX = "PULLHOUSE_"
# No settings: where the file of settings lies, and a variable of docker-compose.yml.
OTHER_VARIABLES = {"PULLHOUSE_CONFIG", "PULLHOUSE_SUBNET"}

_ANOTHER_DIRECTORY = "Choose another with DATA=… or PULLHOUSE_DATA, or mend its permissions."


class SettingsError(ValueError):
    """A setting is wrong; the text says which one, why, and what to write instead."""


def _network(text: str, number: int) -> str:
    """A network as text. An opted-out one is somebody's address, which an error must not quote."""
    try:
        return str(parse_network(text))
    except ValueError:
        raise ValueError(f"number {number} is no address and no network") from None


class Source(BaseModel, extra="forbid"):
    """Where log objects come from: a file, a folder, a glob, or a remote place (docs/sources.md).

    `name`: without one that of the kind: `local`, `s3`, `cloudwatch`, `kafka`. `log_format`: auto, the
    name of a format or of a table of `log_formats`, or an nginx log_format. `trusted_proxies`:
    in place of the setting of that name. `connection`, `endpoint`, `region`: how a remote source is reached.
    """

    name: str = ""
    location: str
    log_format: str = "auto"
    trusted_proxies: list[str] | None = None
    connection: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = None
    endpoint: Annotated[str, Field(pattern=r"^https?://[^/\s]+$")] | None = None
    region: str | None = None

    @field_validator("trusted_proxies")
    @classmethod
    def _check_networks(cls, value: list[str] | None) -> list[str] | None:
        return None if value is None else [_network(text, n) for n, text in enumerate(value, start=1)]

    @model_validator(mode="after")
    def _check_location(self) -> Source:
        kind = scheme_of(self.location)
        self.name = self.name or kind
        if kind == "local" and (self.connection or self.endpoint or self.region):
            raise ValueError("connection, endpoint and region are for remote sources, not for files")
        if kind == "kafka" and (self.endpoint or self.region):
            raise ValueError("a topic has no endpoint and no region; its brokers stand in the location")
        return self


class TotalSource(BaseModel, extra="forbid"):
    """Where a registry says how often a repository was pulled (docs/reconciliation.md).

    `url` answers JSON, of which `field` (names, with dots between them) is the total; `definition`: what the
    registry counts, an id of docs/definitions.md.
    """

    registry: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,60}$")]
    repository: str
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    field: str = "pull_count"
    definition: str = "docker_2022"


class ReferenceSource(BaseModel, extra="forbid"):
    """Where a newer data set of address ranges comes from (docs/reference-data.md)."""

    dataset: Literal["country", "asn", "cloud"]
    places: list[Annotated[str, Field(pattern=r"^(https://|file:/|npm:)\S+$")]] = Field(
        min_length=1, max_length=2
    )
    sha256: list[Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{64}$")]] = Field(default_factory=list)
    sha512: list[Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{128}$")]] = Field(default_factory=list)
    licence: str
    attribution: list[str] = Field(default_factory=list)

    @field_validator("sha256", "sha512")
    @classmethod
    def _check_checksums(cls, value: list[str], info: ValidationInfo) -> list[str]:
        """A place without a checksum would be used unverified, and nobody be told."""
        if value and len(value) != len(info.data.get("places", value)):
            raise ValueError("give one for each place, or none")
        return value


def _split(value: object) -> object:
    """Accept "a,b" where a list is wanted: that is what an environment variable can hold."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _check_format(name: str, log_format: str) -> None:
    try:
        choice.parse(log_format)
    except FormatError as error:
        raise ValueError(f"{name}: {error}") from None


def _quarter_of_the_machine() -> ByteSize:
    return ByteSize(machine_memory() // 4)


def _quarter_of_the_cores() -> int:
    return max(1, machine_cores() // 4)


def _absolute(value: Path | None) -> Path | None:
    return value.expanduser().resolve() if value is not None else None


class Settings(BaseSettings):
    """All settings of one warehouse. Every path is absolute after validation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid")

    data: Path = Path("data")
    logs: str | None = None
    log_format: str = "auto"
    log_formats: dict[str, dict[str, str | list[str]]] = Field(default_factory=dict)
    sources: list[Source] = Field(default_factory=list)
    trusted_proxies: Annotated[list[str], NoDecode] = Field(default_factory=list)
    opted_out_networks: Annotated[list[str], NoDecode] = Field(default_factory=list)
    file_paths: Annotated[list[str], NoDecode] = Field(default_factory=list)
    honour_do_not_track: bool = True
    identity_epoch: EpochKind = "year"
    catalogue: Path | None = None
    registry: str | None = None
    registry_username: str | None = None
    registry_password: SecretStr | None = None
    registry_requests_per_run: int = Field(default=500, ge=1)
    registry_seconds_per_run: int = Field(default=600, ge=1)
    maxmind: Path | None = None
    labels: Path | None = None
    events: Path | None = None
    advisories: Path | None = None
    registry_totals: Path | None = None
    registry_totals_urls: list[TotalSource] = Field(default_factory=list)
    remove_old_geolite: bool = True
    reference_sources: list[ReferenceSource] = Field(default_factory=list)
    reverse_dns: bool = False
    reverse_dns_limit: int = Field(default=2_000, ge=1)
    reverse_dns_seconds: int = Field(default=60, ge=1)
    memory_limit: ByteSize = Field(default_factory=_quarter_of_the_machine)
    build_threads: int = Field(default_factory=_quarter_of_the_cores, ge=1)
    lookback_days: int = Field(default=65, ge=1)
    landing_days: int = Field(default=7, ge=1)
    lock_wait_s: int = Field(default=900, ge=0)
    alert_urls: Annotated[list[SecretStr], NoDecode] = Field(default_factory=list)
    quarantine_warning_share: float = Field(default=0.01, ge=0, le=1)
    marts_as_parquet: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file named by PULLHOUSE_CONFIG."""
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=_config_file()))

    @field_validator("trusted_proxies", "opted_out_networks", "file_paths", mode="before")
    @classmethod
    def _split_lists(cls, value: object) -> object:
        return _split(value)

    @field_validator("alert_urls", mode="before")
    @classmethod
    def _split_urls(cls, value: object) -> object:
        """Split at spaces: a URL may hold commas. A wrong one is reported on use, and fails no run."""
        return value.split() if isinstance(value, str) else value

    @field_validator("trusted_proxies", "opted_out_networks")
    @classmethod
    def _check_networks(cls, value: list[str]) -> list[str]:
        return [_network(text, number) for number, text in enumerate(value, start=1)]

    @field_validator("file_paths")
    @classmethod
    def _check_file_paths(cls, value: list[str]) -> list[str]:
        for text in value:
            if not FILE_PATH.fullmatch(text):
                raise ValueError(
                    f"{text!r} must begin and end with / and lie outside /v2/, as /releases/ does"
                )
        return value

    @field_validator("memory_limit")
    @classmethod
    def _check_memory(cls, value: ByteSize) -> ByteSize:
        if value < SMALLEST_MEMORY:
            raise ValueError(
                f"{value.human_readable()} is too little: give {SMALLEST_MEMORY.human_readable()} or more"
            )
        return value

    @field_validator("logs")
    @classmethod
    def _check_logs(cls, value: str | None) -> str | None:
        if value:
            scheme_of(value)
        return value

    @field_validator("data", "catalogue", "maxmind", "labels", "events", "advisories", "registry_totals")
    @classmethod
    def _resolve(cls, value: Path | None) -> Path | None:
        return _absolute(value)

    @field_validator("registry")
    @classmethod
    def _check_registry(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ValueError(
                "write it as https://registry.example.com, without credentials: those are"
                " registry_username and registry_password"
            )
        return value.rstrip("/").removesuffix("/v2")

    @model_validator(mode="after")
    def _check_formats(self) -> Settings:
        """A format that cannot be used is said before anything is read."""
        for table in self.log_formats:
            _check_format(f"log_formats.{table}", self._resolved(table))
        for log_format in (self.log_format, *(source.log_format for source in self.sources)):
            _check_format("log_format", self._resolved(log_format))
        return self

    @model_validator(mode="after")
    def _check_names(self) -> Settings:
        names = [source.name for source in self.all_sources]
        if len(set(names)) < len(names):
            raise ValueError(
                "two sources have the same name (a source without one is called by its kind: local, s3 …)"
            )
        datasets = [source.dataset for source in self.reference_sources]
        if len(set(datasets)) < len(datasets):
            raise ValueError("two reference_sources are of the same dataset")
        return self

    @property
    def all_sources(self) -> list[Source]:
        """The configured sources, and the one that `logs` stands for; tables in place of their names."""
        named = [Source(location=self.logs, log_format=self.log_format)] if self.logs else []
        return [
            source.model_copy(update={"log_format": self._resolved(source.log_format)})
            for source in named + self.sources
        ]

    def trusted_by(self, source: str) -> list[str]:
        """The networks of your own proxies in front of that source."""
        own = {each.name: each.trusted_proxies for each in self.all_sources}.get(source)
        return self.trusted_proxies if own is None else own

    def _resolved(self, log_format: str) -> str:
        table = self.log_formats.get(log_format)
        return log_format if table is None else choice.as_setting(log_format, table)

    @property
    def lake(self) -> Path:
        """Enriched requests, the quarantine and the ledger."""
        return self.data / "lake"

    @property
    def requests(self) -> Path:
        """One Parquet file a load and day, below date=YYYY-MM-DD."""
        return self.lake / "requests"

    @property
    def quarantine(self) -> Path:
        """Rejected lines: reason, line number, length, digest, shape."""
        return self.lake / "quarantine"

    @property
    def loads(self) -> Path:
        """The ledger."""
        return self.lake / "loads"

    @property
    def refused(self) -> Path:
        """The objects that could not be loaded, and why: one file each."""
        return self.lake / "refused"

    @property
    def landing(self) -> Path:
        """The only place on disk where an address may lie, for a few days."""
        return self.data / "landing"

    @property
    def keys(self) -> Path:
        """Identity keys, outside every database."""
        return self.data / "keys"

    @property
    def reference(self) -> Path:
        """Reference data sets, one folder a date."""
        return self.data / "reference"

    @property
    def manifests(self) -> Path:
        """The manifest catalogue."""
        return self.data / "catalogue" / "manifests"

    @property
    def tags(self) -> Path:
        """Which digest a tag means, as the catalogue files say."""
        return self.data / "catalogue" / "tags"

    @property
    def failures(self) -> Path:
        """Digests that the registry was asked for in vain, and why."""
        return self.data / "catalogue" / "failures"

    @property
    def plan(self) -> Path:
        """The days and files that the next build rebuilds."""
        return self.data / "plan.parquet"

    @property
    def own_files(self) -> Path:
        """What was understood of the files that a publisher writes by hand, written with the plan."""
        return self.data / "own_files"

    @property
    def totals_asked(self) -> Path:
        """What registries were seen to answer of their totals; a file by hand has the same form."""
        return self.data / "registry_totals" / "asked.csv"

    @property
    def ledger_table(self) -> Path:
        """The ledger as one table, written with the plan."""
        return self.data / "ledger.parquet"

    @property
    def quarantine_table(self) -> Path:
        """Why lines of each load were quarantined, as one table, written with the plan."""
        return self.data / "quarantine.parquet"

    @property
    def refused_table(self) -> Path:
        """The list of refused objects as one table, written with the plan."""
        return self.data / "refused.parquet"

    @property
    def scratch(self) -> Path:
        """Staging and intermediate tables of one run."""
        return self.data / "scratch.duckdb"

    @property
    def warehouse(self) -> Path:
        """The build warehouse: one writer, no reader."""
        return self.data / "warehouse.duckdb"

    @property
    def rebuilding(self) -> Path:
        """Lies there while a full rebuild has not been published: until then the warehouse is partial."""
        return self.data / "warehouse.rebuilding"

    @property
    def tested(self) -> Path:
        """Lies there while the warehouse is as its passed tests saw it: what it was built from."""
        return self.data / "warehouse.tested.json"

    @property
    def marts(self) -> Path:
        """What people read. Not named as its schema: `marts.fct_pulls` would be ambiguous in every tool."""
        return self.data / "pullhouse.duckdb"

    @property
    def parquet(self) -> Path:
        """What is published as Parquet: `pull_requests`; with `marts_as_parquet` the marts too."""
        return self.data / "parquet"

    @property
    def pull_requests(self) -> Path:
        """The requests of each session, one Parquet file a day: published beside `pullhouse.duckdb`."""
        return self.parquet / "pull_requests"

    @property
    def exports(self) -> Path:
        """What other programs read: `make export`."""
        return self.data / "exports"

    @property
    def report(self) -> Path:
        """The report: one HTML file; the digest of the week lies beside it."""
        return self.data / "report" / "pullhouse.html"

    @property
    def digest(self) -> Path:
        """What changed in the newest week, in Markdown."""
        return self.data / "report" / "week.md"

    @property
    def former_marts(self) -> Path:
        """What people read of an older version, until the next publication takes its place."""
        return self.data / "marts.duckdb"

    @property
    def publication(self) -> Path:
        """What the published marts were built from."""
        return self.data / "publication.json"


def load_settings(**overrides: object) -> Settings:
    """Read the settings, and make the data directory: for what writes there.

    Raises SettingsError naming every wrong setting, and when the data directory cannot be written.
    """
    settings = read_settings(**overrides)
    make_data_directory(settings.data)
    return settings


def read_settings(**overrides: object) -> Settings:
    """Read the settings and make nothing: a mistyped data directory must not come into being by a question.

    Raises SettingsError naming every wrong setting.
    """
    _check_variables(os.environ)
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{_config_file()} is no TOML: {error}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{_config_file()} is no TOML: it is not in UTF-8.") from None
    except OSError as error:
        raise SettingsError(f"{_config_file()} cannot be read: {error.strerror}.") from None
    except UnreadableVariableError as error:
        raise SettingsError(
            f"The settings are wrong: {error}. Lists of tables are written as JSON."
        ) from None
    return settings


def check_data_directory(data: Path) -> None:
    """Raise SettingsError where there is no such data directory."""
    if not data.is_dir():
        what = "is not a folder" if data.exists() else "does not exist"
        raise SettingsError(
            f"The data directory {data} {what}. Give the one that was loaded into with DATA=… or"
            " PULLHOUSE_DATA; `make run` makes a new one."
        )
    _check_permissions(data)


def _config_file() -> Path:
    """The file of settings, which may be absent, unless PULLHOUSE_CONFIG names it."""
    named = os.environ.get("PULLHOUSE_CONFIG")
    if named and not Path(named).is_file():
        raise SettingsError(f"PULLHOUSE_CONFIG names {named}, which is not a file. Correct it, or unset it.")
    return Path(named or "pullhouse.toml")


def _check_variables(environment: Mapping[str, str]) -> None:
    """Refuse a misspelt variable: its default would be used in silence, and figures would be wrong."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OTHER_VARIABLES
    given = {name.upper(): name for name in environment if name.upper().startswith(PREFIX)}
    unknown = sorted(given.keys() - known)
    if unknown:
        problems = "; ".join(f"{given[name]}: {_no_such_setting(name, known)}" for name in unknown)
        raise SettingsError(f"The settings are wrong: {problems}. docs/operations.md lists them.")


def _no_such_setting(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, sorted(known), n=1)
    return "there is no such setting" + (f" (did you mean {near[0]}?)" if near else "")


def _explain(error: ValidationError) -> str:
    problems = []
    for item in error.errors():
        name = ".".join(str(part) for part in item["loc"]) or "sources"
        text = item["msg"].removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            text = _no_such_setting(str(item["loc"][-1]), _names_beside(item["loc"]))
        problems.append(f"{name}: {text}")
    return (
        "The settings are wrong: "
        + "; ".join(problems)
        + ". Set them in pullhouse.toml or as PULLHOUSE_<NAME>; docs/operations.md lists them."
    )


def _names_beside(place: tuple[int | str, ...]) -> Iterable[str]:
    """The names that may stand where an unknown one does."""
    tables: dict[int | str, type[BaseModel]] = {"sources": Source, "reference_sources": ReferenceSource}
    return (Settings if len(place) == 1 else tables[place[0]]).model_fields


def make_data_directory(data: Path) -> None:
    """Make the data directory unless it is there. Raises SettingsError where it cannot be made or written."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The data directory {data} cannot be made: {error.strerror}. {_ANOTHER_DIRECTORY}"
        ) from None
    _check_permissions(data)


def _check_permissions(data: Path) -> None:
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        raise SettingsError(f"The data directory {data} cannot be read and written. {_ANOTHER_DIRECTORY}")
