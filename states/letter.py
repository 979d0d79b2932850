"""What every letter is: its reader, its thread, its shelf life. The letters themselves are in `letters.py`."""

import re
from datetime import date, datetime
from hashlib import sha256
from typing import Any, ClassVar

from states.facts import AccountManager, Contact, Fact, Reader

Readers = tuple[Reader, ...]
CONTACT: Readers = (Reader.CONTACT,)
MANAGER: Readers = (Reader.ACCOUNT_MANAGER,)
BOTH: Readers = (Reader.CONTACT, Reader.ACCOUNT_MANAGER)

LETTERS: dict[str, type["Letter"]] = {}
"""Every letter by its name on the wire (`payment_overdue`); filled as the classes are defined."""


def key_of(case: str, letter: str, reader: str, caused_at: datetime, told: str) -> str:
    """What makes a letter this one and no other: whose it is, what it is, to whom, what caused it, what it tells."""
    return f"{case}.{letter}.{reader}.{caused_at:%Y%m%dT%H%M%S.%f}.{told}"


def mark_of(key: str) -> tuple[str, str] | None:
    """The case of a letter, and a mark by which the case finds it in its journal: all of its key but what it tells.

    None for a key of another form.
    """
    parts = key.split(".")
    return (parts[0], sha256(".".join(parts[:5]).encode()).hexdigest()[:12]) if len(parts) > 5 else None


class InvitationLink(Fact):
    """What the signed link in a letter stands for; whoever renders the letter signs it."""

    vip_number: str
    invitation: int
    expires_at: datetime


class Letter(Fact):
    """What every letter carries: its reader, its thread, and whose letter it is."""

    name: ClassVar[str] = ""
    readers: ClassVar[Readers] = ()
    reminder: ClassVar[bool] = False
    """A reminder gives way to the letter of a change of state on the same day (section 2)."""
    outlives_its_state: ClassVar[bool] = False
    """It tells of what was lost, so it goes even when the state it speaks of has been left (section 11)."""

    key: str
    """Same for every attempt and for life: what the Message-ID is made of."""
    thread: str
    written_at: datetime
    reader: Reader
    contact: Contact
    account_manager: AccountManager
    language: str
    organization: str
    vip_number: str
    time_zone: str

    def worthless_on(self) -> date | None:
        """The local day from which on it comes too late; None: 14 days after it was handed over (section 2)."""
        return None

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not abstract:
            cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
            LETTERS[cls.name] = cls
