"""What stands below every page and report: what an origin is, and whose data the networks come from."""

from __future__ import annotations

BEFORE = (
    "Days are UTC. An origin is an address and a client under a pseudonym, not a person."
    " Networks: RouteViews, NRO, "
)
LINK = ("IP Geolocation by DB-IP", "https://db-ip.com")
AFTER = " (CC BY 4.0); NOTICE has all sources and licences."
MARKDOWN = f"{BEFORE}[{LINK[0]}]({LINK[1]}){AFTER}"
