"""The user's own mmdb files: MaxMind's through geoip2, all others through maxminddb and an adapter."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import maxminddb
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError

from enrichers.reference.errors import ReferenceDataError

PLACE = ("country_code", "region", "city")
OPERATOR = ("asn", "network_operator")
# Independent of each other: kind of user, kind of line, VPN or proxy, provider, owner, domain.
TRAITS = ("user_type", "connection_type", "anonymity", "isp", "organization", "domain")

# A value for each column that the file knows about; the first of PLACE or OPERATOR is its key.
Answer = dict[str, Any]

MAX_ASN = (1 << 32) - 1

# Enough to see what a file is about, and whether it is readable at all.
SAMPLED_RECORDS = 1000

_MAXMIND_METHODS = {
    "-City": ("city", PLACE),
    "-Country": ("country", PLACE),
    "-Enterprise": (
        "enterprise",
        PLACE + OPERATOR + ("user_type", "connection_type", "isp", "organization", "domain"),
    ),
    "-ASN": ("asn", OPERATOR),
    "-ISP": ("isp", (*OPERATOR, "isp", "organization")),
    "-Domain": ("domain", ("domain",)),
    "-Connection-Type": ("connection_type", ("connection_type",)),
    "-Anonymous-IP": ("anonymous_ip", ("anonymity",)),
    "-Anonymous-Plus": ("anonymous_plus", ("anonymity",)),
}


@dataclass(frozen=True, slots=True)
class AddressFile:
    """One opened mmdb file: the columns it can answer, and how to ask it."""

    path: Path
    id: str
    columns: tuple[str, ...]
    built_on: date
    is_maxmind: bool
    ask: Callable[[str], Answer]


def require_extension() -> None:
    """Raise ReferenceDataError without maxminddb's C extension: pure Python is 15 to 25 times slower."""
    if importlib.util.find_spec("maxminddb.extension") is None:
        raise ReferenceDataError(
            "The package maxminddb is installed without its C extension. Install it from a wheel:"
            " pip install --force-reinstall --only-binary maxminddb maxminddb"
        )


def find_files(path: Path) -> list[Path]:
    """The mmdb files that a setting names: the file itself, or those in the folder, by name."""
    return sorted(path.glob("*.mmdb")) if path.is_dir() else [path]


def open_file(path: Path) -> AddressFile:
    """Open one mmdb file.

    Raises ReferenceDataError when it is missing, damaged, or of a kind that holds nothing of use here.
    """
    try:
        reader = maxminddb.open_database(path, maxminddb.MODE_MMAP_EXT)
        metadata = reader.metadata()
        built_on = datetime.fromtimestamp(metadata.build_epoch, tz=UTC).date()
        answers = [adapt(record) for _, record in islice(reader, SAMPLED_RECORDS)]
    except OSError as error:
        raise ReferenceDataError(f"{path}: {error.strerror}.") from None
    except (maxminddb.InvalidDatabaseError, ValueError, OverflowError):
        raise damaged(path) from None
    kind = str(metadata.database_type)
    is_maxmind = kind.startswith(("GeoIP2-", "GeoLite2-", "GeoIP-"))
    if is_maxmind:
        columns, ask = _maxmind(path, kind)
    else:
        # Names of types vary from provider to provider; what the records hold does not lie.
        columns, ask = _columns_of(path, kind, answers), lambda address: adapt(reader.get(address))
    if metadata.ip_version == 4:
        ask = _ipv4_only(ask)
    return AddressFile(path, f"{kind} {built_on}", columns, built_on, is_maxmind, ask)


def damaged(path: Path) -> ReferenceDataError:
    """The error of a file that is no mmdb file from its first byte to its last."""
    return ReferenceDataError(f"{path} is no mmdb file, or a damaged one. Download it again.")


def _maxmind(path: Path, kind: str) -> tuple[tuple[str, ...], Callable[[str], Answer]]:
    for part, (method, columns) in _MAXMIND_METHODS.items():
        if part in kind:
            lookup = getattr(Reader(path, mode=maxminddb.MODE_MMAP_EXT), method)
            return columns, _ask_maxmind(lookup, columns)
    raise _useless(path, kind)


def _ask_maxmind(lookup: Callable[[str], Any], columns: tuple[str, ...]) -> Callable[[str], Answer]:
    def ask(address: str) -> Answer:
        try:
            found = lookup(address)
        except AddressNotFoundError:
            return {}
        return {column: _MAXMIND_FIELDS[column](found) for column in columns}

    return ask


def _traits(found: Any) -> Any:  # noqa: ANN401 - geoip2 models differ by database
    """ASN and ISP models hold these fields themselves, Enterprise under traits."""
    return getattr(found, "traits", found)


def _english(record: Any) -> str | None:  # noqa: ANN401
    name = record.names.get("en")
    return str(name) if name else None


_MAXMIND_FIELDS: dict[str, Callable[[Any], Any]] = {
    "country_code": lambda found: found.country.iso_code,
    "region": lambda found: _english(found.subdivisions[0]) if getattr(found, "subdivisions", None) else None,
    "city": lambda found: _english(found.city) if hasattr(found, "city") else None,
    "asn": lambda found: _traits(found).autonomous_system_number,
    "network_operator": lambda found: _traits(found).autonomous_system_organization,
    "user_type": lambda found: found.traits.user_type,
    "connection_type": lambda found: _traits(found).connection_type,
    "anonymity": lambda found: _anonymity(
        found.is_anonymous_vpn
        or found.is_public_proxy
        or found.is_residential_proxy
        or found.is_tor_exit_node,
        found.is_hosting_provider,
    ),
    "isp": lambda found: _traits(found).isp,
    "organization": lambda found: _traits(found).organization,
    "domain": lambda found: _traits(found).domain,
}


def _anonymity(hides: object, hosts: object) -> str | None:
    """The network type of an address that hides its user: behind a VPN or proxy, or in a data centre."""
    return "vpn_proxy" if _is_set(hides) else "hosting" if _is_set(hosts) else None


def _is_set(flag: object) -> bool:
    """IPinfo writes its flags as text."""
    return flag is True or str(flag).lower() == "true"


def _ipv4_only(ask: Callable[[str], Answer]) -> Callable[[str], Answer]:
    return lambda address: {} if ":" in address else ask(address)


def _columns_of(path: Path, kind: str, answers: list[Answer]) -> tuple[str, ...]:
    groups = [group for group in (PLACE, OPERATOR) if any(answer.get(group[0]) for answer in answers)]
    traits = [column for column in TRAITS if any(answer.get(column) for answer in answers)]
    if not groups and not traits:
        raise _useless(path, kind)
    return tuple([*(column for group in groups for column in group), *traits])


def adapt(record: object) -> Answer:
    """What a record of another provider says.

    Shapes: DB-IP lite (MaxMind's), ip-location-db (flat: country_code, state1, city,
    autonomous_system_number…), IPinfo (flat: country_code or country, region, city, asn "AS13335", as_name,
    as_type, company_name, company_type, domain, and the flags vpn, proxy, tor, relay, hosting). What IPinfo
    calls a company is kept only where it calls it a business.
    """
    if not isinstance(record, Mapping):
        return {}
    return {
        "country_code": _country_code(record.get("country_code")) or _country_code(record.get("country")),
        "region": _text(record.get("state1")) or _text(record.get("region")) or _region(record),
        "city": _name(record.get("city")),
        "asn": _number(record.get("autonomous_system_number") or record.get("asn")),
        "network_operator": _text(record.get("autonomous_system_organization"))
        or _text(record.get("as_name")),
        "user_type": _text(record.get("user_type"))
        or _text(record.get("company_type") or record.get("as_type")),
        "connection_type": _text(record.get("connection_type")),
        "anonymity": _anonymity(
            any(_is_set(record.get(flag)) for flag in ("vpn", "proxy", "tor", "relay")), record.get("hosting")
        ),
        "isp": _text(record.get("isp")) or _text(record.get("as_name")),
        "organization": _text(record.get("organization"))
        or (_text(record.get("company_name")) if record.get("company_type") == "business" else None),
        "domain": _text(record.get("domain")),
    }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _name(value: object) -> str | None:
    """A flat name, or MaxMind's {"names": {"en": …}}."""
    names = value.get("names") if isinstance(value, Mapping) else None
    return _text(names.get("en")) if isinstance(names, Mapping) else _text(value)


def _country_code(value: object) -> str | None:
    """Two letters, flat or as MaxMind's {"iso_code": …}: the same key holds names of countries elsewhere."""
    text = _text(value.get("iso_code") if isinstance(value, Mapping) else value) or ""
    return text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else None


def _region(record: Mapping[str, Any]) -> str | None:
    subdivisions = record.get("subdivisions")
    return _name(subdivisions[0]) if isinstance(subdivisions, list) and subdivisions else None


def _number(value: object) -> int | None:
    text = str(value).upper().removeprefix("AS") if value else ""
    number = int(text) if text.isascii() and text.isdigit() else 0
    return number if 0 < number <= MAX_ASN else None


def _useless(path: Path, kind: str) -> ReferenceDataError:
    return ReferenceDataError(
        f"{path} is a {kind} database, which holds nothing of use here. Give one of the kinds City, Country,"
        " Enterprise, ASN, ISP, Domain, Connection-Type or Anonymous-IP."
    )
