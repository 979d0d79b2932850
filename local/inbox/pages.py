"""The pages of the inbox, at `/inbox` of the UI's port. They work without JavaScript and load nothing from elsewhere.

A letter's HTML is a stranger's: it is shown in a frame of its own, in an origin of its own, without scripts, forms and
anything remote, and the answer itself says so, whoever opens it and wherever.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.inbox.letters import Kept, Letters, Wanted
from local.inbox.reading import header, html_of, read, text_of

TEMPLATES = Path(__file__).parent / "templates"
AT_ONCE = 100
"""Letters on one page of the list."""
LONGEST_SOURCE = 1_000_000
"""Characters of a source that are shown; the file that can be saved has them all."""
SHOWN = ("From", "To", "Reply-To", "Date")
_AUTHORIZATION = re.compile(r"[0-9A-F]{20}")
_SAFE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
_FRAME = {
    **_SAFE,
    "Content-Security-Policy": (
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
}


class Links:
    """Where what is. Keys are names of files, and quoted."""

    @staticmethod
    def listed(wanted: Wanted, page: int = 1) -> str:
        asked = {"q": wanted.words, "to": wanted.to, "of": wanted.number, "page": str(page) if page > 1 else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/inbox?{query}" if query else "/inbox"

    @staticmethod
    def letter(key: str, view: str = "") -> str:
        return f"/inbox/{quote(key, safe='')}" + (f"?as={view}" if view else "")

    @staticmethod
    def html(key: str) -> str:
        return f"/inbox/{quote(key, safe='')}/html"

    @staticmethod
    def file(key: str) -> str:
        return f"/inbox/{quote(key, safe='')}/letter.eml"


def routes(folder: Path) -> list[Route]:
    """The inbox of this folder."""
    inbox = _Inbox(Letters(folder))
    return [
        *(Route(path, _beside(inbox.listed)) for path in ("/inbox", "/inbox/")),
        Route("/inbox/{key}", _beside(inbox.letter)),
        Route("/inbox/{key}/html", _beside(inbox.html)),
        Route("/inbox/{key}/letter.eml", _beside(inbox.file)),
    ]


class _Inbox:
    def __init__(self, letters: Letters) -> None:
        style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("inbox.css", "keys.js"))
        self._letters = letters
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(style=style, script=script, links=Links)
        self._headers = {
            **_SAFE,
            "Content-Security-Policy": (
                f"default-src 'none'; style-src {_digest(style)}; script-src {_digest(script)}; frame-src 'self'; "
                "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            ),
        }

    def listed(self, request: Request) -> Response:
        asked = request.query_params
        wanted = Wanted(asked.get("q", ""), asked.get("to", ""), asked.get("of", ""))
        found = self._letters.found(wanted)
        pages = max(1, -(-len(found) // AT_ONCE))
        page = min(max(_number(asked.get("page", "")), 1), pages)
        return self._page(
            "list.html.j2",
            wanted=wanted,
            total=len(found),
            letters=found[(page - 1) * AT_ONCE : page * AT_ONCE],
            readers=_readers(self._letters.all()),
            newer=Links.listed(wanted, page - 1) if page > 1 else None,
            older=Links.listed(wanted, page + 1) if page < pages else None,
        )

    def letter(self, request: Request) -> Response:
        key = request.path_params["key"]
        every = self._letters.all()
        place = next((place for place, one in enumerate(every) if one.key == key), None)
        if place is None:
            return _missing()
        raw = self._letters.raw(key)
        message = read(raw)
        view, content = _view(request.query_params.get("as", ""), html_of(message), text_of(message), raw)
        return self._page(
            "letter.html.j2",
            letter=every[place],
            headers=[(name, header(message, name)) for name in SHOWN if header(message, name)],
            others=list(_others(every[place])),
            views=[(name, Links.letter(key, name.lower()), name[0].lower()) for name in ("HTML", "Text", "Source")],
            view=view,
            content=content,
            newer=Links.letter(every[place - 1].key) if place else None,
            older=Links.letter(every[place + 1].key) if place + 1 < len(every) else None,
        )

    def html(self, request: Request) -> Response:
        try:
            html = html_of(read(self._letters.raw(request.path_params["key"])))
        except KeyError:
            html = None
        return _missing() if html is None else HTMLResponse(_links_lead_out(html), headers=_FRAME)

    def file(self, request: Request) -> Response:
        try:
            raw = self._letters.raw(request.path_params["key"])
        except KeyError:
            return _missing()
        given = {**_FRAME, "Content-Disposition": 'attachment; filename="letter.eml"'}
        return Response(raw, media_type="message/rfc822", headers=given)

    def _page(self, template: str, **names: Any) -> Response:
        return HTMLResponse(self._environment.get_template(template).render(names), headers=self._headers)


def _beside(answer: Callable[[Request], Response]) -> Callable[[Request], Any]:
    """Reading files waits for a disk: it is done beside the loop that serves everybody."""

    async def answered(request: Request) -> Response:
        return await run_in_threadpool(answer, request)

    return answered


def _view(asked: str, html: str | None, text: str, raw: bytes) -> tuple[str, str]:
    if asked == "source":
        source = raw.decode("utf-8", "replace")
        return "Source", source[:LONGEST_SOURCE] + ("\n…" if len(source) > LONGEST_SOURCE else "")
    if asked == "text" or html is None:
        return "Text", text
    return "HTML", ""


def _others(letter: Kept) -> Iterable[tuple[str, str]]:
    for number in letter.numbers:
        kind = "authorization" if _AUTHORIZATION.fullmatch(number) else "customer"
        yield f"All of {kind} {number}", Links.listed(Wanted(number=number))
    yield f"All to {letter.to}", Links.listed(Wanted(to=letter.to))


def _readers(letters: Iterable[Kept]) -> list[str]:
    return sorted({letter.to for letter in letters})


def _links_lead_out(html: str) -> str:
    """Links open in a window of their own: no page may be shown inside a letter. It goes in front of what the letter
    says of that, and behind the doctype, which must come first."""
    doctype = re.match(r"\s*<!doctype[^>]*>", html, re.IGNORECASE)
    head = doctype.end() if doctype else 0
    return f'{html[:head]}<base target="_blank">{html[head:]}'


def _missing() -> Response:
    return PlainTextResponse("There is no such letter.", 404, headers=_FRAME)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
