"""The invitation's page in every state and language, as its server answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi.testclient import TestClient

from activities.languages import languages
from activities.links import Links
from benchmarks.look.sights import Answer, Sight
from gateway.errors import Refused
from gateway.invitations.page import LARGEST_FORM, app
from gateway.letters.writing import EXAMPLE, OPENS_NOTHING
from settings import Settings
from states.letters import InvitationLink

SHELF = "invitation"
WIDTHS = (900, 360)
VIP_NUMBER = "7QK2M9XW4RTB3ZHD6NPA"


class Shown:
    """One customer in whatever state a picture needs."""

    state = "invited"

    async def invitation(self, vip_number: str) -> dict[str, Any]:
        if self.state == "unavailable":
            raise Refused("unavailable", "")
        return {
            "vip_number": vip_number,
            "organization": "Aarhus Filmskole",
            "state": self.state,
            "account_manager": {"name": "Mette Holm"},
            "invitation": 1,
            "accept_by": "2099-03-31",
            "time_zone": "Europe/Copenhagen",
        }

    async def accept(self, vip_number: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        raise Refused("unavailable", "")


def sights(settings: Settings) -> list[Sight]:
    """One for each thing that the invitation's address can answer."""
    links, customers = Links([OPENS_NOTHING], "https://vip.example.com"), Shown()
    page = app(
        customers,
        links,
        reseller_name=settings.reseller_name or EXAMPLE["name"],
        support=settings.support or EXAMPLE["support"],
    )
    client = TestClient(page)
    return [
        Sight(SHELF, tag, name, WIDTHS, Answer(answer.text, dict(answer.headers)))
        for tag, _ in languages().names()
        for name, answer in _answers(client, customers, links, f"?lang={tag}")
    ]


def _answers(client: TestClient, customers: Shown, links: Links, asked: str) -> Iterator[tuple[str, Any]]:
    link = InvitationLink(vip_number=VIP_NUMBER, invitation=1, expires_at=datetime(2099, 4, 1, 22, tzinfo=UTC))
    good = f"/invitations/{links.sign(link)}{asked}"
    replaced = f"/invitations/{links.sign(link.model_copy(update={'invitation': 9}))}{asked}"
    customers.state = "invited"
    yield "form", client.get(good)
    for name, fields in {
        "form_without_name": {"name": "", "terms_version": "1"},
        "form_with_long_name": {"name": "Søren " * 20, "terms_version": "1"},
        "form_with_old_terms": {"name": "Søren Kjær", "terms_version": "0"},
        "too_large": {"name": "x" * LARGEST_FORM},
    }.items():
        yield name, client.post(good, data=fields)
    yield "unknown", client.get(f"/invitations/unknown{asked}")
    yield "replaced", client.get(replaced)
    for customers.state in ("accepted", "expired", "withdrawn", "unavailable"):
        yield customers.state, client.get(good)
