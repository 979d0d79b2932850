"""A ladder as one HTML file: it needs nothing beside it, runs no script and fetches nothing."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.letters.catalogue import THREADS
from gateway.letters.families import Family
from gateway.letters.ladder import Rung
from states.letters import LETTERS

TEMPLATES = Path(__file__).parent / "templates"


def page(family: Family, climbed: list[Rung], foretold: list[Rung], silent: list[str]) -> str:
    """The whole page. `silent` are authorizations whose journal nobody keeps any more."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    zone = ZoneInfo(family.customer.policy.time_zone)

    def moment(at: datetime) -> str:
        return f"{at.astimezone(zone):%a %d %b %Y %H:%M}"

    environment.globals.update(moment=moment, about=about, plain=lambda name: str(name).replace("_", " "))
    return environment.get_template("ladder.html.j2").render(
        style=(TEMPLATES / "ladder.css").read_text(encoding="utf-8"),
        customer=family.customer,
        now=family.now,
        zone=zone.key,
        parts=[
            ("Until now", climbed, "Nothing was sent yet."),
            ("If nobody does anything", foretold, "Nothing comes."),
        ],
        silent=silent,
    )


def about(rung: Rung) -> str:
    """What it belongs to: `authorization 4F2A…`, `the invitation`, `one renewal`."""
    if rung.whose != "customer":
        return f"authorization {rung.whose}"
    if not rung.is_letter:
        return str(rung.entry["machine"])
    return next(thread for family, (thread, _) in THREADS.items() if issubclass(LETTERS[rung.entry["letter"]], family))
