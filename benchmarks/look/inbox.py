"""The inbox of the local stack: its lists, and a letter in each view."""

import mailbox
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.testclient import TestClient

from activities.mail import address_of
from benchmarks.look.sights import Answer, Sight
from gateway.letters.writing import Written
from local.inbox.pages import routes

SHELF = "inbox"
LANGUAGE = "en"
"""The inbox is for who operates, and speaks English."""
WIDTHS = (900, 360)
SHOWN = 12


def sights(letters: Iterable[Written]) -> list[Sight]:
    """One for each page, with some of these letters in it."""
    with tempfile.TemporaryDirectory() as folder:
        client = TestClient(Starlette(routes=routes(Path(folder) / "mail")))
        empty = _get(client, "/inbox")
        box = mailbox.Maildir(Path(folder) / "mail")
        keys = [box.add(_caught(letter)) for letter in islice(letters, SHOWN)]
        letter = f"/inbox/{quote(keys[0], safe='')}"
        pages = {
            "empty": empty,
            "list": _get(client, "/inbox"),
            "nothing_found": _get(client, "/inbox?q=nothing+like+it"),
            **{view: _get(client, f"{letter}?as={view}") for view in ("html", "text", "source")},
        }
        frames = {f"{letter}/html": _get(client, f"{letter}/html")}
    return [Sight(SHELF, LANGUAGE, name, WIDTHS, page, frames) for name, page in pages.items()]


def _caught(letter: Written) -> bytes:
    """With the envelope, as the mail catcher keeps it."""
    return f"X-RcptTo: {address_of(letter.letter)[1]}\r\n".encode() + letter.raw


def _get(client: TestClient, path: str) -> Answer:
    answer = client.get(path)
    answer.raise_for_status()
    return Answer(answer.text, dict(answer.headers))
