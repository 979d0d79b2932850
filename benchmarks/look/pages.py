"""Pictures of the invitation's page: the form, a form sent wrong, and every notice."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from activities.links import Links
from benchmarks.look.browser import Browser
from gateway.errors import Refused
from gateway.page import app
from states.letters import InvitationLink

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
            "time_zone": "Europe/Copenhagen",
        }

    async def accept(self, vip_number: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        raise Refused("unavailable", "")


def look(browser: Browser, folder: Path) -> int:
    """Write one page and its pictures for each thing the invitation's address can answer; how many pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    links, customers = Links(["only for pictures"], "https://vip.example.com"), Shown()
    client = TestClient(app(customers, links, reseller_name="Nordlys Software", support="+45 70 12 34 56"))
    link = InvitationLink(vip_number=VIP_NUMBER, invitation=1, expires_at=datetime(2099, 4, 1, 22, tzinfo=UTC))
    good = f"/invitations/{links.sign(link)}"
    replaced = f"/invitations/{links.sign(link.model_copy(update={'invitation': 9}))}"
    old = link.model_copy(update={"expires_at": datetime(2020, 1, 1, tzinfo=UTC)})
    pages = {
        "form": client.get(good).text,
        "form_without_name": client.post(good, data={"name": "", "terms_version": "1"}).text,
        "unknown": client.get("/invitations/unknown").text,
        "expired": client.get(f"/invitations/{links.sign(old)}").text,
        "replaced": client.get(replaced).text,
    }
    for customers.state in ("accepted", "withdrawn", "unavailable"):
        pages[customers.state] = client.get(good).text
    files = {name: folder / f"{name}.html" for name in pages}
    for name, html in pages.items():
        files[name].write_text(html, encoding="utf-8")
    browser.pictures(files, folder, WIDTHS)
    browser.pictures({"dark.form": files["form"]}, folder, WIDTHS, dark=True)
    return len(files) + 1
