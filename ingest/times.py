"""The time of a line in every notation that logs have: µs since 1970 (UTC), and SQL that says the same.

Notations: seconds, milliseconds, microseconds or nanoseconds since 1970; ISO 8601, with `_` between date and
time too (svlogd), or as `20261020T080000Z`; the common log format (`20/Oct/2026:08:00:00 +0330`); HTTP's
`Tue, 20 Oct 2026 08:00:00 GMT`; `Tue Oct 20 08:00:00 2026`, with UTC before the year as `date` has it;
Kibana's `Oct 20, 2026 @ 08:00:00.000`; JavaScript's `Tue Oct 20 2026 08:00:00 GMT+0000 (…)`; .NET's
`/Date(1792483200000)/`; German `20.10.2026 08:00:00`; `20261020080000`; TAI64N's `@4000…`; syslog's
`Oct 20 2026 08:00:00` and, without a year, `Oct 20 08:00:00`. Brackets around a time are taken off. A time
without a zone is UTC. More digits than microseconds are cut off, but for seconds since 1970, which are
rounded half up (contract A).
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONE = r"[+-][01][0-9]:?[0-5][0-9]"
_MONTH = "(?:" + "|".join(MONTHS) + ")"

SECONDS = r"[0-9]{1,11}(?:\.[0-9]{1,17})?"
_COMMON = rf"[0-3][0-9]/{_MONTH}/[0-9]{{4}}:[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_ISO = r"[0-9]{4}[-/][01][0-9][-/][0-3][0-9][T _][0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_SYSLOG = rf"{_MONTH} [ 0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_FRACTION = r"(?:[.,]([0-9]{1,9}))?"

# Werkzeug and Python's http.server write a blank before the hour, and no zone; Alibaba's CDN 9/Oct/2026.
_STRICT_COMMON = re.compile(
    rf"({_COMMON.replace('}:', '}[: ]').replace('[0-3]', '[0-3]?', 1)}){_FRACTION}(?: ({_ZONE}))?"
)
_STRICT_ISO = re.compile(rf"({_ISO}){_FRACTION} ?(Z|UTC|{_ZONE}|[+-][01][0-9])?")
_STRICT_SYSLOG = re.compile(rf"({_SYSLOG}){_FRACTION}")
_STRICT_SECONDS = re.compile(SECONDS)
_STRICT_BASIC = re.compile(r"([0-9]{8})T([0-9]{6})(?:[.,]([0-9]{1,9}))?(Z)?")
_WEEKDAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_STRICT_HTTP = re.compile(
    rf"{_WEEKDAY}, ([0-3][0-9]) ({_MONTH}) ([0-9]{{4}}) ([0-9:]{{8}}) (?:GMT|UTC|[+]0000)"
)
_STRICT_ASCTIME = re.compile(
    rf"{_WEEKDAY} ({_MONTH}) ([ 0-3][0-9]) ([0-9:]{{8}}){_FRACTION} (?:(?:UTC|GMT) )?([0-9]{{4}})"
)
# syslog with a year, as Cisco's devices write it
_STRICT_YEARED = re.compile(rf"({_MONTH}) ([ 0-3][0-9]) ([0-9]{{4}}) ([0-9:]{{8}}){_FRACTION}")
# Between dots the day comes first everywhere, while nobody can tell the two apart between slashes.
_STRICT_DOTTED = re.compile(rf"([0-3]?[0-9])\.([01]?[0-9])\.([0-9]{{4}}),? ([0-9:]{{8}}){_FRACTION}")
_STRICT_NET = re.compile(r"/Date\(([0-9]{13})(?:[+-][0-9]{4})?\)/")
_STRICT_KIBANA = re.compile(rf"({_MONTH}) ([0-9]{{1,2}}), ([0-9]{{4}}) @ ([0-9:]{{8}}){_FRACTION}")
_STRICT_JAVASCRIPT = re.compile(
    rf"{_WEEKDAY} ({_MONTH}) ([0-9]{{2}}) ([0-9]{{4}}) ([0-9:]{{8}}) GMT({_ZONE})(?: \([^)]*\))?"
)
# https://cr.yp.to/libtai/tai64.html: multilog and s6-log add ten seconds to those since 1970, once for all.
_STRICT_TAI = re.compile(r"@([0-9a-f]{16})([0-9a-f]{8})")
_TAI_1970 = 2**62 + 10
# Caddy's unix_milli_float.
_STRICT_MILLISECONDS = re.compile(r"[0-9]{13}\.[0-9]{1,14}")
_STRICT_DIGITS = re.compile(r"[0-9]{13}|[0-9]{16}|[0-9]{19}")
_MICROSECOND = Decimal("0.000001")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# How a time is recognised inside an envelope (RE2 and Python alike).
STAMP = rf"(?:{_ISO}(?:[.,][0-9]{{1,9}})?(?:Z|{_ZONE})?)"
SYSLOG_STAMP = rf"(?:{_SYSLOG.replace(' [0-2]', '(?: [0-9]{4})? [0-2]', 1)}(?:\.[0-9]{{1,9}})?)"


@dataclass(frozen=True, slots=True)
class YearReference:
    """What gives a time without a year its year: the time is the last of its kind up to `latest_us` (µs since
    1970). A log of New Year's night thus spans two years."""

    latest_us: int = 0

    @property
    def latest(self) -> datetime:
        """The last moment that a line may have."""
        return _EPOCH + timedelta(microseconds=self.latest_us)


NO_REFERENCE = YearReference()


def microseconds(text: str, reference: YearReference) -> int | None:
    """µs since 1970, or None where the text is no time."""
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    try:
        if _STRICT_SECONDS.fullmatch(text):
            return int(Decimal(text).quantize(_MICROSECOND, ROUND_HALF_UP).scaleb(6))
        if _STRICT_DIGITS.fullmatch(text):
            return int(text.ljust(16, "0")[:16])
        if len(text) == 14 and text.isascii() and text.isdigit():
            return _since_1970(datetime.strptime(text, "%Y%m%d%H%M%S"), None)
        if _STRICT_MILLISECONDS.fullmatch(text):
            return int(Decimal(text).scaleb(3))
        return _common(text) or _iso(text) or _syslog(text, reference) or _in_words(text)
    except ValueError:
        return None


def has_no_zone(text: str) -> bool:
    """Whether UTC is taken for want of a zone; numbers since 1970 need none."""
    found = _STRICT_ISO.fullmatch(text)
    if found:
        return found[3] is None
    common = _STRICT_COMMON.fullmatch(text)
    basic = _STRICT_BASIC.fullmatch(text)
    return bool(
        (common and common[3] is None)
        or (basic and basic[4] is None)
        or _STRICT_SYSLOG.fullmatch(text)
        or ("UTC" not in text and "GMT" not in text and _STRICT_ASCTIME.fullmatch(text))
        or _STRICT_YEARED.fullmatch(text)
        or _STRICT_DOTTED.fullmatch(text)
        or _STRICT_KIBANA.fullmatch(text)
    )


def _common(text: str) -> int | None:
    found = _STRICT_COMMON.fullmatch(text)
    if not found:
        return None
    day, month, rest = found[1].split("/")
    moment = datetime.strptime(
        f"{MONTHS.index(month) + 1} {day} {rest.replace(' ', ':')}", "%m %d %Y:%H:%M:%S"
    )
    return _since_1970(moment, found[3]) + _fraction(found[2])


def _iso(text: str) -> int | None:
    found = _STRICT_ISO.fullmatch(text)
    if not found:
        return None
    moment = datetime.strptime(re.sub("[T_]", " ", found[1].replace("/", "-")), "%Y-%m-%d %H:%M:%S")
    return _since_1970(moment, found[3]) + _fraction(found[2])


def _syslog(text: str, reference: YearReference) -> int | None:
    found = _STRICT_SYSLOG.fullmatch(text)
    if not found:
        return None
    month = MONTHS.index(text[:3]) + 1
    latest = reference.latest
    for year in (latest.year, latest.year - 1):
        # The 29th of February is a day in some years only.
        with suppress(ValueError):
            moment = datetime.strptime(f"{year} {month} {found[1][4:]}", "%Y %m %d %H:%M:%S")
            if moment.replace(tzinfo=UTC) <= latest:
                return _since_1970(moment, None) + _fraction(found[2])
    return None


def _in_words(text: str) -> int | None:
    """Notations that are rare enough to be left to the strict reader."""
    if tai := _STRICT_TAI.fullmatch(text):
        return (int(tai[1], 16) - _TAI_1970) * 1_000_000 + int(tai[2], 16) // 1000
    if script := _STRICT_JAVASCRIPT.fullmatch(text):
        return _in_month(script[1], script[2], script[3], script[4], script[5])
    if net := _STRICT_NET.fullmatch(text):
        return int(net[1]) * 1000
    if dotted := _STRICT_DOTTED.fullmatch(text):
        moment = datetime.strptime(f"{dotted[2]} {dotted[1]} {dotted[3]} {dotted[4]}", "%m %d %Y %H:%M:%S")
        return _since_1970(moment, None) + _fraction(dotted[5])
    if dated := _STRICT_YEARED.fullmatch(text):
        return _in_month(dated[1], dated[2].strip(), dated[3], dated[4]) + _fraction(dated[5])
    if kibana := _STRICT_KIBANA.fullmatch(text):
        return _in_month(kibana[1], kibana[2], kibana[3], kibana[4]) + _fraction(kibana[5])
    if basic := _STRICT_BASIC.fullmatch(text):
        return _since_1970(datetime.strptime(basic[1] + basic[2], "%Y%m%d%H%M%S"), None) + _fraction(basic[3])
    if http := _STRICT_HTTP.fullmatch(text):
        day, month, year, clock, fraction = http[1], http[2], http[3], http[4], None
    elif c := _STRICT_ASCTIME.fullmatch(text):
        month, day, clock, fraction, year = c[1], c[2].strip(), c[3], c[4], c[5]
    else:
        return None
    return _in_month(month, day, year, clock) + _fraction(fraction)


def _in_month(month: str, day: str, year: str, clock: str, zone: str | None = None) -> int:
    moment = datetime.strptime(f"{MONTHS.index(month) + 1} {day} {year} {clock}", "%m %d %Y %H:%M:%S")
    return _since_1970(moment, zone)


def _fraction(digits: str | None) -> int:
    return int(digits[:6].ljust(6, "0")) if digits else 0


def _since_1970(moment: datetime, zone: str | None) -> int:
    offset = timedelta()
    if zone and zone not in ("Z", "UTC"):
        digits = zone[1:].replace(":", "").ljust(4, "0")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if zone[0] == "-" else 1)
    return (moment.replace(tzinfo=UTC) - offset - _EPOCH) // timedelta(microseconds=1)


def microseconds_sql(text: str, reference: YearReference) -> str:
    """SQL for the column `text`: what `microseconds` says, or null where the strict reader must look."""
    year = reference.latest.year
    syslog = [_syslog_sql(text, candidate) for candidate in (year, year - 1)]
    return f"""case
        when {text}[3] = '/' then case
            when regexp_full_match({text}, '{_COMMON} [+-][01][0-9][0-5][0-9]')
            then epoch_us(try_strptime({text}, '%d/%b/%Y:%H:%M:%S %z'))
            when regexp_full_match({text}, '{_COMMON}(?:\\.[0-9]{{3}})?')
            then epoch_us(try_strptime({text}[1:20], '%d/%b/%Y:%H:%M:%S'))
                + coalesce(try_cast({text}[22:24] as bigint), 0) * 1000 end
        when {text}[5] in ('-', '/') then case
            when regexp_full_match({text}, '{_ISO}(?:\\.[0-9]{{1,9}})?(?:Z|{_ZONE})')
            then epoch_us(try_cast(translate({text}, '/_', '- ') as timestamptz))
            when regexp_full_match({text}, '{_ISO}(?:\\.[0-9]{{1,9}})?')
            then epoch_us(try_cast(translate({text}, '/_', '- ') || 'Z' as timestamptz)) end
        when regexp_full_match({text}, '{SECONDS}')
        then cast(try_cast({text} as decimal(28, 6)) * 1000000 as bigint)
        when regexp_full_match({text}, '[0-9]{{13}}') then try_cast({text} as bigint) * 1000
        when regexp_full_match({text}, '[0-9]{{14}}') then epoch_us(try_strptime({text}, '%Y%m%d%H%M%S'))
        when regexp_full_match({text}, '[0-9]{{16}}') then try_cast({text} as bigint)
        when regexp_full_match({text}, '[0-9]{{19}}') then try_cast({text} as bigint) // 1000
        when regexp_full_match({text}, '{_SYSLOG}')
        then case when {syslog[0]} <= {reference.latest_us} then {syslog[0]} else {syslog[1]} end
    end"""


def _syslog_sql(text: str, year: int) -> str:
    return f"epoch_us(try_strptime('{year} ' || replace({text}, '  ', ' '), '%Y %b %d %H:%M:%S'))"
