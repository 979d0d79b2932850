"""A message from its bytes, whoever wrote them: what cannot be read is left out, and nothing is raised."""

import email
import email.policy
import re
from base64 import b64encode
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from functools import partial
from urllib.parse import unquote


def read(raw: bytes) -> EmailMessage:
    """A message from its bytes."""
    return email.message_from_bytes(raw, policy=email.policy.default)


def text_of(message: EmailMessage) -> str:
    """What a reader without HTML sees."""
    return _content(message, ("plain", "html")) or ""


def html_of(message: EmailMessage) -> str | None:
    """What a reader with HTML sees, the pictures that came with it in it; None when it has none."""
    page = _content(message, ("html",))
    return page and re.sub(r"(?<=[\"'])cid:([^\"'\s]+)(?=[\"'])", partial(_picture, _pictures(message)), page)


def header(message: Message, name: str) -> str:
    """A header's words on one line; empty when there is none, or none that can be read."""
    try:
        return " ".join(str(message[name] or "").split())
    except Exception:  # what Python's parser makes of a stranger's header is anybody's guess
        return ""


def date_of(message: EmailMessage, key: str) -> datetime:
    """The letter's own date: a case whose clock was moved writes it by that clock. Without one, when it came."""
    try:
        dated: datetime | None = message["Date"].datetime
        return dated.astimezone(UTC) if dated else _came(key)
    except Exception:  # as above
        return _came(key)


def arrival(key: str) -> tuple[int, int, int]:
    """The order in which letters came: second, microsecond and a counter stand in the name of a Maildir's file."""
    found = re.match(r"(\d+)\.M(\d+)P\d+Q(\d+)", key)
    return (int(found[1]), int(found[2]), int(found[3])) if found else (0, 0, 0)


def _came(key: str) -> datetime:
    return datetime.fromtimestamp(arrival(key)[0], UTC)


def _pictures(message: EmailMessage) -> dict[str, str]:
    """Addresses of the pictures that came with a letter, by their Content-ID."""
    return {
        header(part, "Content-ID").strip("<>"): f"data:{part.get_content_type()};base64,{_base64(part)}"
        for part in message.walk()
        if part.get_content_type() in ("image/png", "image/jpeg", "image/gif")
    }


def _picture(pictures: dict[str, str], found: re.Match[str]) -> str:
    return pictures.get(unquote(found[1]), found[0])


def _base64(part: Message) -> str:
    return b64encode(bytes(part.get_payload(decode=True) or b"")).decode()


def _content(message: EmailMessage, kinds: tuple[str, ...]) -> str | None:
    part = message.get_body(kinds)
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a character set that nobody knows
        return bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
