"""What the invitation's page shows, and in which language: the one asked for (`?lang=`), else the customer's, else the
browser's, else the reseller's.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from babel import Locale
from babel.localedata import exists
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from activities.branding import Colour, Logo, Palette
from activities.languages import Language, languages, speak
from activities.wording import Wording
from gateway.invitations.terms import Terms

LONGEST_WISH = 200
"""Characters of an `Accept-Language` that are read."""
TEMPLATES = Path(__file__).parent / "templates"
STATUS = {
    "unknown": 404,
    "expired": 410,
    "withdrawn": 410,
    "replaced": 410,
    "accepted": 200,
    "not_so": 405,
    "too_large": 413,
    "unavailable": 503,
}
"""The notices of `templates/notice.html.j2`, and the HTTP status of each."""
AGAIN_AFTER = 120
"""Seconds after which to try again when nobody answers; the notice says: in a few minutes."""


class Page:
    """Templates, and the headers every answer carries."""

    def __init__(
        self,
        reseller_name: str,
        support: str,
        terms: Terms,
        time_zone: str,
        language: str,
        logo: Logo | None,
        colour: Colour,
    ) -> None:
        self._environment = _environment()
        style = self._environment.get_template("page.css.j2").render(colours=Palette(colour))
        self._environment.globals.update(
            reseller=reseller_name,
            support=support,
            style=style,
            version=terms.version,
            logo=logo,
            picture=_inline(logo) if logo else "",
        )
        self._terms, self._time_zone, self._language = terms, time_zone, language
        self.headers = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                f"default-src 'none'; style-src 'sha256-{_digest(style)}'; img-src data:; form-action 'self'; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "X-Robots-Tag": "noindex, nofollow",
        }

    def form(
        self, request: Request, customer: dict[str, Any], *, name: str = "", troubles: Sequence[str] = ()
    ) -> Response:
        """The invitation, the terms, the name field and the button; above all what was wrong with the form sent."""
        language = self._spoken(request, customer)
        tag, terms = self._terms.spoken(language.tag, self._language)
        spoken = {"terms": terms, "terms_tag": tag, "terms_in": _foreign(tag, language)}
        last_day = self._wording(language, customer).weekday(date.fromisoformat(customer["accept_by"]))
        status = 422 if troubles else 200
        said = {"accept_by": last_day, "name": name, "troubles": troubles, **spoken}
        return self._page("invitation", language, status, customer, said)

    def notice(self, request: Request, kind: str, customer: dict[str, Any] | None = None) -> Response:
        """Why there is nothing to accept, and what to do."""
        language = self._spoken(request, customer)
        since = self._accepted_on(language, customer) if customer and kind == "accepted" else ""
        answer = self._page("notice", language, STATUS[kind], customer, {"kind": kind, "since": since})
        if kind == "unavailable":
            answer.headers["Retry-After"] = str(AGAIN_AFTER)
        return answer

    def _page(
        self, template: str, language: Language, status: int, customer: dict[str, Any] | None, said: dict[str, Any]
    ) -> Response:
        organization = customer["organization"] if customer else ""
        others = [(tag, name[:1].upper() + name[1:]) for tag, name in languages().names() if tag != _own(language.tag)]
        html = self._environment.get_template(f"{template}.html.j2").render(
            said, customer=customer, organization=organization, language=language, others=others
        )
        return HTMLResponse(html, status, {**self.headers, "Content-Language": language.tag})

    def _accepted_on(self, language: Language, customer: dict[str, Any]) -> str:
        """The day in words; empty when it is not known yet."""
        if not (at := customer.get("accepted_at")):
            return ""
        wording = self._wording(language, customer)
        return wording.day(wording.today(datetime.fromisoformat(at)))

    def _wording(self, language: Language, customer: dict[str, Any]) -> Wording:
        return Wording(language, customer.get("time_zone") or self._time_zone)

    def _spoken(self, request: Request, customer: dict[str, Any] | None) -> Language:
        accepted = request.headers.get("accept-language", "")
        return languages().choose(
            asked_for(request), (customer or {}).get("language"), *_preferred(accepted), self._language
        )


def asked_for(request: Request) -> str | None:
    """The language that the page's own links ask for; None for anything else."""
    asked = request.query_params.get("lang")
    return asked if asked in languages().tags else None


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    speak(made)
    return made


def _inline(logo: Logo) -> str:
    """The logo inside the page, which so loads nothing."""
    return f"data:image/{logo.kind};base64,{b64encode(logo.content).decode()}"


def _digest(style: str) -> str:
    return b64encode(sha256(style.encode()).digest()).decode()


def _own(tag: str) -> str:
    """The language of a tag, without its region."""
    return tag.partition("-")[0]


def _foreign(tag: str, language: Language) -> str:
    """The name of the terms' language in the reader's own, where it is another one; else empty."""
    if _own(tag) == _own(language.tag):
        return ""
    return Locale.parse(tag, sep="-").get_display_name(language.locale) or tag


def _preferred(accepted: str) -> list[str]:
    """The languages of an `Accept-Language`, best first; only such as there are, since anybody can ask for more."""
    found = re.findall(
        r"([a-z]{2,3}(?:-[A-Z]{2})?)(?:\s*;\s*q=([01](?:\.\d{1,3})?))?\s*(?:,|$)", accepted[:LONGEST_WISH]
    )
    known = [(tag, float(quality or 1)) for tag, quality in found if exists(tag.replace("-", "_"))]
    return [tag for tag, quality in sorted(known, key=lambda one: -one[1]) if quality > 0]
