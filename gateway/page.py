"""The page behind the link of an invitation. Looking at it changes nothing; only the button accepts.

Works without JavaScript and loads nothing. Without a valid link it says nothing about anybody.
"""

from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from activities.languages import SOURCE
from activities.links import Links, LinkUnreadable
from gateway.errors import Refused
from gateway.showing import Page, asked_for
from states.letters import InvitationLink

TERMS_VERSION = "1"
"""Version of what the page says accepting means; recorded with the acceptance."""
LARGEST_FORM = 4096
"""Bytes of the form; a name and a version need far less."""
LONGEST_NAME = 80
LONGEST_TOKEN = 512

NOTICES = {
    "not_found": "replaced",
    "already_accepted": "accepted",
    "idempotency_key_reused": "accepted",
    "invitation_expired": "expired",
    "invitation_withdrawn": "withdrawn",
}
"""Which notice tells of a refused acceptance."""


class Invitations(Protocol):
    """The part of the client that this page needs. Both raise `Refused`."""

    async def invitation(self, vip_number: str) -> dict[str, Any]:
        """The contract's *customer*, with the number of its `invitation`."""

    async def accept(self, vip_number: str, body: dict[str, Any], idempotency_key: str) -> dict[str, Any]:
        """The update `accept_invitation`."""


def app(
    customers: Invitations,
    links: Links,
    *,
    reseller_name: str,
    support: str,
    terms_version: str = TERMS_VERSION,
    terms_url: str | None = None,
    time_zone: str = "UTC",
    language: str = SOURCE,
) -> FastAPI:
    """The application that serves `/invitations/{token}`."""
    page = Page(reseller_name, support, terms_version, terms_url, time_zone, language)
    made = FastAPI(title="Invitations", openapi_url=None, docs_url=None, redoc_url=None)

    @made.middleware("http")
    async def _headers(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.update(page.headers)
        return response

    @made.api_route("/invitations/{token}", methods=["GET", "HEAD"])
    async def show(token: str, request: Request) -> Response:
        try:
            link = _read(links, token)
            customer = await customers.invitation(link.vip_number)
        except (LinkUnreadable, Refused) as trouble:
            return page.notice(request, _no_link(trouble))
        notice = _standing(link, customer)
        return page.notice(request, notice, customer) if notice else page.form(request, customer)

    @made.post("/invitations/{token}")
    async def accept(token: str, request: Request) -> Response:
        try:
            link = _read(links, token)
            fields = await _fields(request)
            customer = await customers.invitation(link.vip_number)
        except (LinkUnreadable, Refused) as trouble:
            return page.notice(request, _no_link(trouble))
        if notice := _standing(link, customer):
            return page.notice(request, notice, customer)
        name = " ".join(fields.get("name", "").split())
        if trouble_with := _wrong(name, fields.get("terms_version", ""), terms_version):
            return page.form(request, customer, name=name, trouble=trouble_with)
        body = {"accepted_by": {"name": name}, "terms_version": terms_version, "invitation": link.invitation}
        try:
            await customers.accept(link.vip_number, body, f"link-{sha256(token.encode()).hexdigest()[:40]}")
        except Refused as refusal:
            if refusal.code == "invalid_request":
                return page.form(request, customer, name=name, trouble="name")
            return page.notice(request, NOTICES.get(refusal.code, "unavailable"), customer)
        asked = asked_for(request)
        return RedirectResponse(f"{token}?lang={asked}" if asked else token, status_code=303)

    return made


def _read(links: Links, token: str) -> InvitationLink:
    if len(token) > LONGEST_TOKEN:
        raise LinkUnreadable
    return links.read(token)


async def _fields(request: Request) -> dict[str, str]:
    """The form's fields; the first of each. Raises `Refused` when there is more than a form can hold."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            raise Refused("body_too_large", "The form is too large.")
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}


def _no_link(trouble: Exception) -> str:
    if isinstance(trouble, Refused):
        return {"not_found": "unknown", "body_too_large": "too_large"}.get(trouble.code, "unavailable")
    return "unknown"


def _standing(link: InvitationLink, customer: dict[str, Any]) -> str | None:
    """What stands against accepting with this link; None when nothing does."""
    if customer["invitation"] != link.invitation:
        return "replaced"
    return {"accepted": "accepted", "expired": "expired", "withdrawn": "withdrawn"}.get(customer["state"])


def _wrong(name: str, shown_version: str, terms_version: str) -> str | None:
    if not name:
        return "name"
    if len(name) > LONGEST_NAME or not name.isprintable():
        return "long_name"
    return None if shown_version == terms_version else "terms"
