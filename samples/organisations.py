"""Made-up organisations and people. Every address is in a domain that is reserved for examples."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

from states.facts import MarketSegment as Segment

COMMERCIAL, GOVERNMENT, EDUCATION = Segment.COMMERCIAL, Segment.GOVERNMENT, Segment.EDUCATION


class Organisation(NamedTuple):
    name: str
    segment: Segment
    region: str
    address: str
    postal_code: str
    contact: str
    email: str


MANAGERS: dict[str, dict[str, Any]] = {
    "DK": {"id": "am-sofie", "name": "Sofie Lindgaard", "email": "sofie@reseller.example.com", "language": "da"},
    "NL": {"id": "am-daan", "name": "Daan Verhoef", "email": "daan@reseller.example.com", "language": "nl"},
    "DE": {"id": "am-sofie", "name": "Sofie Lindgaard", "email": "sofie@reseller.example.com", "language": "da"},
    "GB": {"id": "am-harriet", "name": "Harriet Cole", "email": "harriet@reseller.example.com", "language": "en"},
}
"""Account managers by the region they look after."""


def _organisations() -> tuple[Organisation, ...]:
    with Path(__file__).with_name("organisations.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Organisation(name, Segment(segment), *rest) for name, segment, *rest in list(csv.reader(file))[1:])


ORGANISATIONS = _organisations()

PRODUCTS: dict[tuple[Segment, str], tuple[str, ...]] = {
    (COMMERCIAL, "team"): (
        "cc-all-apps-team",
        "photoshop-team",
        "indesign-team",
        "acrobat-pro-team",
        "stock-small-team",
    ),
    (COMMERCIAL, "enterprise"): ("cc-all-apps-enterprise", "acrobat-pro-enterprise", "framemaker-enterprise"),
    (GOVERNMENT, "team"): ("cc-all-apps-team", "acrobat-pro-team", "incopy-team"),
    (GOVERNMENT, "enterprise"): ("acrobat-pro-enterprise", "express-enterprise"),
    (EDUCATION, "team"): ("cc-all-apps-team-edu", "photoshop-team", "premiere-pro-team"),
    (EDUCATION, "enterprise"): ("cc-all-apps-enterprise-edu", "express-enterprise"),
}
"""What each buys, by segment and offer type."""
DEVICES = {
    COMMERCIAL: "cc-all-apps-enterprise-device",
    GOVERNMENT: "acrobat-pro-enterprise-device",
    EDUCATION: "cc-all-apps-education-device",
}
"""What is ordered directly."""
