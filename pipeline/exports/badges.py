"""Badges of each repository: for shields.io, and as pictures that need no server."""

from __future__ import annotations

from typing import Any

from jinja2 import Template

BADGE_DAYS = 30

BADGES = f"""
with newest as (select max(period_start) as day from pulls_daily),

downloads as (
    select repository, sum(download_count) as downloads
    from pulls_daily
    where period_start > (select day - {BADGE_DAYS} from newest) and repository <> '*'
    group by repository
),

origins as (
    select *
    from uniques_between(
        (select day - {BADGE_DAYS - 1} from newest), (select day + 1 from newest)
    )
),

installs as (
    select repository, active_install_count
    from active_installs_daily
    where install_date = (select max(install_date) from active_installs_daily)
)

select
    downloads.repository,
    downloads.downloads,
    coalesce(origins.unique_origin_count, 0) as origins,
    coalesce(installs.active_install_count, 0) as installs
from downloads
left join origins using (repository)
left join installs using (repository)
order by downloads.repository
"""

# The text is squeezed or stretched to the width that is drawn for it, whatever fonts there are.
_SVG = Template(
    """<svg xmlns="http://www.w3.org/2000/svg" width="{{ left + right }}" height="20" role="img"
 aria-label="{{ label }}: {{ message }}">
<title>{{ label }}: {{ message }}</title>
<rect width="{{ left }}" height="20" fill="#555"/>
<rect x="{{ left }}" width="{{ right }}" height="20" fill="#0b4f96"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{{ left / 2 }}" y="14" textLength="{{ left - 10 }}">{{ label }}</text>
<text x="{{ left + right / 2 }}" y="14" textLength="{{ right - 10 }}">{{ message }}</text>
</g>
</svg>
""",
    autoescape=True,
)
_CHARACTER = 7


def badges_of(row: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Name → badge in the form of shields.io's endpoint (https://shields.io/badges/endpoint-badge)."""
    texts = {
        "downloads": (f"downloads ({BADGE_DAYS} days)", row["downloads"]),
        "origins": (f"unique origins ({BADGE_DAYS} days)", row["origins"]),
        "installs": ("active installs", row["installs"]),
    }
    return {
        name: {"schemaVersion": 1, "label": label, "message": short(int(count)), "color": "blue"}
        for name, (label, count) in texts.items()
    }


def short(count: int) -> str:
    """999, 1.2k, 45k, 3.4M: rounded down, so that nothing is claimed that is not there."""
    for unit, name in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if count >= 10 * unit:
            return f"{count // unit}{name}"
        if count >= unit:
            return f"{count * 10 // unit / 10:.1f}{name}"
    return str(count)


def as_svg(badge: dict[str, Any]) -> str:
    """The same badge as a picture."""
    label, message = badge["label"], badge["message"]
    left, right = (10 + _CHARACTER * len(text) for text in (label, message))
    return _SVG.render(label=label, message=message, left=left, right=right)
