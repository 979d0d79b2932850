"""The invitation's page in every state and language, as its server answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from activities.languages import languages
from activities.links import Links
from benchmarks.look.sights import Answer, Sight
from gateway.errors import Refused
from gateway.invitations.composing import read_terms
from gateway.invitations.page import LARGEST_FORM, app
from gateway.invitations.terms import Terms
from gateway.letters.writing import EXAMPLE, OPENS_NOTHING
from settings import Settings
from states.letters import InvitationLink

SHELF = "invitation"
WIDTHS = (1100, 320)
VIP_NUMBER = "7QK2M9XW4RTB3ZHD6NPA"
LINKS = Links([OPENS_NOTHING], "https://vip.example.com")
LINK = InvitationLink(vip_number=VIP_NUMBER, invitation=1, expires_at=datetime(2099, 4, 1, 22, tzinfo=UTC))
LONG = "Rijksuniversiteit voor Arbeidsongeschiktheidsverzekeringsrecht-en-Bestuurskunde te 's-Hertogenbosch"
FOREIGN = """
version = "2099-02"
[fr]
text = "Les conditions sont courtes."
url = "https://reseller.example.com/terms?plan=vip"
"""
"""Terms in a language that the page does not speak, and the address of longer ones."""


class Shown:
    """One customer in whatever state a picture needs."""

    state = "invited"
    organization = "Aarhus Filmskole"

    def __init__(self) -> None:
        self.accepted_by: list[str] = []

    async def invitation(self, vip_number: str) -> dict[str, Any]:
        if self.state == "unavailable":
            raise Refused("unavailable", "")
        return {
            "vip_number": vip_number,
            "organization": self.organization,
            "state": self.state,
            "account_manager": {"name": "Mette Holm"},
            "invitation": 1,
            "accept_by": "2099-03-31",
            "accepted_at": "2099-03-12T09:30:00Z" if self.state == "accepted" else None,
            "time_zone": "Europe/Copenhagen",
        }

    async def accept(self, vip_number: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        self.state = "accepted"
        self.accepted_by.append(body["accepted_by"]["name"])
        return await self.invitation(vip_number)


def page(settings: Settings, customers: Shown, terms: Terms | None = None) -> Starlette:
    """As the settings of this machine have it, with made-up names where they have none."""
    return app(
        customers,
        LINKS,
        reseller_name=settings.reseller_name or EXAMPLE["name"],
        support=settings.support or EXAMPLE["support"],
        terms=terms or read_terms(settings),
        logo=settings.reseller_logo,
        colour=settings.reseller_colour,
    )


def sights(settings: Settings) -> list[Sight]:
    """One for each thing that the invitation's address can answer."""
    customers = Shown()
    usual = TestClient(page(settings, customers))
    foreign = TestClient(page(settings, customers, Terms.from_toml(FOREIGN)))
    version = read_terms(settings).version
    return [
        Sight(SHELF, tag, name, WIDTHS, Answer(answer.text, dict(answer.headers)))
        for tag, _ in languages().names()
        for name, answer in _answers(usual, foreign, customers, version, f"?lang={tag}")
    ]


def address(link: InvitationLink = LINK) -> str:
    """Where a link leads."""
    return f"/invitations/{LINKS.sign(link)}"


def _answers(
    usual: TestClient, foreign: TestClient, customers: Shown, version: str, asked: str
) -> Iterator[tuple[str, Any]]:
    good, replaced = address() + asked, address(LINK.model_copy(update={"invitation": 9})) + asked
    customers.state = "invited"
    yield "form", usual.get(good)
    for name, fields in {
        "form_without_name": {"name": "", "terms_version": version},
        "form_with_long_name": {"name": "Søren " * 20, "terms_version": version},
        "form_with_old_terms": {"name": "Søren Kjær", "terms_version": "0"},
        "form_with_nothing": {},
        "too_large": {"name": "x" * LARGEST_FORM},
    }.items():
        yield name, usual.post(good, data=fields)
    yield "form_with_foreign_terms", foreign.get(good)
    customers.organization = LONG
    yield "form_of_long_names", usual.get(good)
    customers.organization = Shown.organization
    yield "unknown", usual.get(f"/invitations/unknown{asked}")
    yield "not_so", usual.put(good)
    yield "replaced", usual.get(replaced)
    for customers.state in ("accepted", "expired", "withdrawn", "unavailable"):
        yield customers.state, usual.get(good)
