"""The page behind the link of an invitation. Looking at it changes nothing; only the button accepts.

Works without JavaScript and loads nothing. Without a valid link it says nothing about anybody.
"""

from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from activities.links import Links, LinkUnreadable
from activities.wording import English
from gateway.errors import Refused
from states.letters import InvitationLink

TEMPLATES = Path(__file__).parent / "templates"
TERMS_VERSION = "1"
"""Version of what the page says accepting means; recorded with the acceptance."""
LARGEST_FORM = 4096
"""Bytes of the form; a name and a version need far less."""
LONGEST_NAME = 80
LONGEST_TOKEN = 512

STATUS = {
    "unknown": 404,
    "expired": 410,
    "withdrawn": 410,
    "replaced": 410,
    "accepted": 200,
    "too_large": 413,
    "unavailable": 503,
}
"""The notices of `templates/notice.html.j2`, and the HTTP status of each."""
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
) -> FastAPI:
    """The application that serves `/invitations/{token}`."""
    page = _Page(reseller_name, support, terms_version, terms_url, time_zone)
    made = FastAPI(title="Invitations", openapi_url=None, docs_url=None, redoc_url=None)

    @made.middleware("http")
    async def _headers(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        response.headers.update(page.headers)
        return response

    @made.api_route("/invitations/{token}", methods=["GET", "HEAD"])
    async def show(token: str) -> Response:
        try:
            link = _read(links, token)
            customer = await customers.invitation(link.vip_number)
        except (LinkUnreadable, Refused) as trouble:
            return page.notice(_no_link(trouble))
        notice = _standing(link, customer)
        return page.notice(notice, customer) if notice else page.form(customer)

    @made.post("/invitations/{token}")
    async def accept(token: str, request: Request) -> Response:
        try:
            link = _read(links, token)
            fields = await _fields(request)
            customer = await customers.invitation(link.vip_number)
        except (LinkUnreadable, Refused) as trouble:
            return page.notice(_no_link(trouble))
        if notice := _standing(link, customer):
            return page.notice(notice, customer)
        name = " ".join(fields.get("name", "").split())
        if trouble_with := _wrong(name, fields.get("terms_version", ""), terms_version):
            return page.form(customer, name=name, trouble=trouble_with)
        body = {"accepted_by": {"name": name}, "terms_version": terms_version, "invitation": link.invitation}
        try:
            await customers.accept(link.vip_number, body, f"link-{sha256(token.encode()).hexdigest()[:40]}")
        except Refused as refusal:
            if refusal.code == "invalid_request":
                return page.form(customer, name=name, trouble="name")
            return page.notice(NOTICES.get(refusal.code, "unavailable"), customer)
        return RedirectResponse(token, status_code=303)

    return made


class _Page:
    """Templates, and the headers every answer carries."""

    def __init__(
        self, reseller_name: str, support: str, terms_version: str, terms_url: str | None, time_zone: str
    ) -> None:
        style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            reseller=reseller_name, support=support, style=style, terms_version=terms_version, terms_url=terms_url
        )
        self._time_zone = time_zone
        digest = b64encode(sha256(style.encode()).digest()).decode()
        self.headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
        }

    def form(self, customer: dict[str, Any], *, name: str = "", trouble: str = "") -> Response:
        """The invitation, its name field and its button."""
        wording = English(customer.get("time_zone") or self._time_zone)
        last_day = date.fromisoformat(customer["accept_by"])
        html = self._environment.get_template("invitation.html.j2").render(
            customer=customer, accept_by=wording.weekday(last_day), name=name, trouble=trouble
        )
        return HTMLResponse(html, status_code=422 if trouble else 200)

    def notice(self, kind: str, customer: dict[str, Any] | None = None) -> Response:
        """Why there is nothing to accept, and what to do."""
        html = self._environment.get_template("notice.html.j2").render(kind=kind, customer=customer)
        headers = {"Retry-After": "30"} if kind == "unavailable" else None
        return HTMLResponse(html, status_code=STATUS[kind], headers=headers)


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
