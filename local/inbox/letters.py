"""The letters of the mail catcher's folder, as the page lists, finds and shows them."""

import mailbox
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from local.inbox.reading import arrival, date_of, header, html_of, read, text_of

_NUMBER = re.compile(r"\b[A-Z0-9]{20}\b")


@dataclass(frozen=True)
class Kept:
    """A letter in the folder. `at` is its own date, `numbers` are the customer and the authorization it names."""

    key: str
    at: datetime
    to: str
    subject: str
    numbers: tuple[str, ...]
    words: str
    """Everything that can be searched for, in one case."""


@dataclass(frozen=True)
class Wanted:
    """Which letters are looked for: all words anywhere in it, an address, a VIP number or authorization number."""

    words: str = ""
    to: str = ""
    number: str = ""

    def fits(self, letter: Kept) -> bool:
        return (
            all(word in letter.words for word in self.words.casefold().split())
            and self.to.strip().casefold() in letter.to.casefold()
            and (not self.number or self.number.strip().upper() in letter.numbers)
        )


class Letters:
    """Reads each letter once: what the catcher has kept never changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Kept] = {}

    def found(self, wanted: Wanted) -> list[Kept]:
        """Those that fit, newest first."""
        box = self._box()
        keys = sorted(box.keys(), key=arrival, reverse=True) if box is not None else []
        letters = []
        for key in keys:
            try:
                letter = self._known.get(key) or self._known.setdefault(key, _kept(key, self.raw(key)))
            except KeyError:
                continue  # it was removed just now
            if wanted.fits(letter):
                letters.append(letter)
        return letters

    def all(self) -> list[Kept]:
        """Every letter, newest first."""
        return self.found(Wanted())

    def raw(self, key: str) -> bytes:
        """The bytes as they came, below the lines of the envelope. Raises `KeyError`."""
        box = self._box()
        if box is None:
            raise KeyError(key)
        return bytes(box.get_bytes(key))

    def _box(self) -> "mailbox.Maildir | None":
        return mailbox.Maildir(self._folder, create=False) if self._folder.is_dir() else None


def _kept(key: str, raw: bytes) -> Kept:
    message = read(raw)
    subject, to = header(message, "Subject"), header(message, "X-RcptTo") or header(message, "To")
    text = text_of(message) or html_of(message) or ""
    heads = (header(message, name) for name in ("From", "To", "Reply-To", "Message-ID", "References"))
    return Kept(
        key=key,
        at=date_of(message, key),
        to=to,
        subject=subject,
        numbers=tuple(dict.fromkeys(_NUMBER.findall(f"{subject}\n{text}"))),
        words="\n".join((subject, to, *heads, text)).casefold(),
    )
