"""The page behind the link of an invitation. Looking at it changes nothing; only the button accepts.

Works without JavaScript and loads nothing. Without a valid link it says nothing about anybody, and every link that
nobody signed gets the same answer, before anybody is asked.
"""

from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import parse_qs

import structlog
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from activities.branding import USUAL, Colour, Logo
from activities.languages import SOURCE
from activities.links import Links, LinkUnreadable
from gateway.errors import Refused
from gateway.invitations.showing import Page, asked_for
from gateway.invitations.terms import Terms
from states.letters import InvitationLink

PREFIX = "/invitations"
"""Below it everything is this page's, and answered in words for people."""
DOOR = "the invitation's page"
"""Through which door an acceptance came: the `actor` of the journal."""
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

_log = structlog.get_logger("gateway.invitations")


class Invitations(Protocol):
    """The part of the client that this page needs. Both raise `Refused`."""

    async def invitation(self, vip_number: str) -> Any:
        """The contract's *customer*, with the number of its `invitation`."""

    async def accept(self, vip_number: str, body: Any, idempotency_key: str) -> Any:
        """The update `accept_invitation`; answers the customer."""


def app(
    customers: Invitations,
    links: Links,
    *,
    reseller_name: str,
    support: str,
    terms: Terms | None = None,
    time_zone: str = "UTC",
    language: str = SOURCE,
    logo: Logo | None = None,
    colour: Colour = USUAL,
) -> Starlette:
    """The application that serves `/invitations/{token}`. Without `terms` it shows those that come with the program."""
    terms = terms or Terms.usual()
    page = Page(reseller_name, support, terms, time_zone, language, logo, colour)
    desk = _Desk(customers, links, page, terms)
    made = Starlette(
        routes=[
            Route(PREFIX, desk.nothing_here, methods=["GET", "POST"]),
            Route(PREFIX + "/{token:path}", desk.answer, methods=["GET", "POST"]),  # GET is HEAD too
        ],
        exception_handlers={404: desk.nothing_here, 405: desk.not_so},
    )
    made.router.redirect_slashes = False  # a redirect would be another answer than an unknown link gets
    return made


class _Desk:
    """Who answers."""

    def __init__(self, customers: Invitations, links: Links, page: Page, terms: Terms) -> None:
        self._customers, self._links, self._page, self._terms = customers, links, page, terms

    async def answer(self, request: Request) -> Response:
        """Whoever looks is shown; whoever sends the form accepts."""
        try:
            return await (self.accept(request) if request.method == "POST" else self.show(request))
        except ClientDisconnect:
            raise
        except Exception:
            # Our mistake, or a server that was never reached: a reader can only try again.
            _log.exception("unexpected")
            return self._page.notice(request, "unavailable")

    async def show(self, request: Request) -> Response:
        """The form while the invitation waits, else what became of it."""
        try:
            link, customer = await self._behind(request.path_params["token"])
        except (LinkUnreadable, Refused) as trouble:
            return self._page.notice(request, _no_link(trouble))
        notice = _standing(link, customer)
        return self._told(request, notice, customer) if notice else self._page.form(request, customer)

    async def accept(self, request: Request) -> Response:
        """The acceptance; then the way to the page that says so. A form that lacks something comes back."""
        token = request.path_params["token"]
        try:
            self._read(token)
            fields = await _fields(request)
            link, customer = await self._behind(token)
        except (LinkUnreadable, Refused) as trouble:
            return self._page.notice(request, _no_link(trouble))
        if notice := _standing(link, customer):
            return self._told(request, notice, customer)
        name, version = " ".join(fields.get("name", "").split()), self._terms.version
        if troubles := _wrong(name, fields.get("terms_version", ""), version):
            return self._page.form(request, customer, name=name, troubles=troubles)
        body = {
            "accepted_by": {"name": name},
            "terms_version": version,
            "invitation": link.invitation,
            "actor": DOOR,
        }
        try:
            await self._customers.accept(link.vip_number, body, f"link-{sha256(token.encode()).hexdigest()[:40]}")
        except Refused as refusal:
            if refusal.code == "invalid_request":
                return self._page.form(request, customer, name=name, troubles=["name"])
            return self._told(request, NOTICES.get(refusal.code, "unavailable"), customer)
        asked = asked_for(request)
        return RedirectResponse(f"{token}?lang={asked}" if asked else token, 303, self._page.headers)

    async def nothing_here(self, request: Request, _: Exception | None = None) -> Response:
        return self._page.notice(request, "unknown")

    async def not_so(self, request: Request, refused: Any) -> Response:
        """A method that no link has an answer to."""
        answer = self._page.notice(request, "not_so")
        answer.headers["Allow"] = refused.headers["Allow"]
        return answer

    def _told(self, request: Request, notice: str, customer: dict[str, Any]) -> Response:
        # Whose link was replaced is told nothing of the customer any more, its language neither.
        return self._page.notice(request, notice, None if notice == "replaced" else customer)

    async def _behind(self, token: str) -> tuple[InvitationLink, dict[str, Any]]:
        link = self._read(token)
        return link, await self._customers.invitation(link.vip_number)

    def _read(self, token: str) -> InvitationLink:
        if len(token) > LONGEST_TOKEN:
            raise LinkUnreadable
        return self._links.read(token)


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


def _wrong(name: str, shown_version: str, version: str) -> list[str]:
    """What keeps a form from being an acceptance, in the order of the page."""
    wrong = ["terms"] if shown_version != version else []
    if not name:
        wrong.append("name")
    elif len(name) > LONGEST_NAME or not name.isprintable():
        wrong.append("long_name")
    return wrong
