"""What the invitation page shows, and in which language: the one asked for (`?lang=`), else the customer's, else the
browser's, else the reseller's.
"""

import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from babel.localedata import exists
from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from activities.languages import Language, languages, speak
from activities.wording import Wording

LONGEST_WISH = 200
"""Characters of an `Accept-Language` that are read."""
TEMPLATES = Path(__file__).parent / "templates"
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


class Page:
    """Templates, and the headers every answer carries."""

    def __init__(
        self,
        reseller_name: str,
        support: str,
        terms_version: str,
        terms_url: str | None,
        time_zone: str,
        language: str,
    ) -> None:
        style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        speak(self._environment)
        self._environment.globals.update(
            reseller=reseller_name, support=support, style=style, terms_version=terms_version, terms_url=terms_url
        )
        self._time_zone = time_zone
        self._language = language
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

    def form(self, request: Request, customer: dict[str, Any], *, name: str = "", trouble: str = "") -> Response:
        """The invitation, its name field and its button."""
        language = self._spoken(request, customer)
        wording = Wording(language, customer.get("time_zone") or self._time_zone)
        last_day = wording.weekday(date.fromisoformat(customer["accept_by"]))
        status = 422 if trouble else 200
        return self._page("invitation", language, status, customer, accept_by=last_day, name=name, trouble=trouble)

    def notice(self, request: Request, kind: str, customer: dict[str, Any] | None = None) -> Response:
        """Why there is nothing to accept, and what to do."""
        answer = self._page("notice", self._spoken(request, customer), STATUS[kind], customer, kind=kind)
        if kind == "unavailable":
            answer.headers["Retry-After"] = "30"
        return answer

    def _page(
        self, template: str, language: Language, status: int, customer: dict[str, Any] | None, **said: str
    ) -> Response:
        organization = customer["organization"] if customer else ""
        others = [(tag, name) for tag, name in languages().names() if tag != language.tag.partition("-")[0]]
        html = self._environment.get_template(f"{template}.html.j2").render(
            said, customer=customer, organization=organization, language=language, others=others
        )
        return HTMLResponse(html, status_code=status, headers={"Content-Language": language.tag})

    def _spoken(self, request: Request, customer: dict[str, Any] | None) -> Language:
        accepted = request.headers.get("accept-language", "")
        return languages().choose(
            asked_for(request), (customer or {}).get("language"), *_preferred(accepted), self._language
        )


def asked_for(request: Request) -> str | None:
    """The language that the page's own links ask for; None for anything else."""
    asked = request.query_params.get("lang")
    return asked if asked in languages().tags else None


def _preferred(accepted: str) -> list[str]:
    """The languages of an `Accept-Language`, best first; only such as there are, since anybody can ask for more."""
    found = re.findall(
        r"([a-z]{2,3}(?:-[A-Z]{2})?)(?:\s*;\s*q=([01](?:\.\d{1,3})?))?\s*(?:,|$)", accepted[:LONGEST_WISH]
    )
    known = [(tag, float(quality or 1)) for tag, quality in found if exists(tag.replace("-", "_"))]
    return [tag for tag, quality in sorted(known, key=lambda one: -one[1]) if quality > 0]
