"""What somebody wants to see: filters, sorts, and how much of it at once. Everything is checked here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from register.errors import WantedWrong
from register.words import asked
from states.facts import MarketSegment
from states.membership import State
from states.standing import CustomerList

SORTS: Final = ("name", "-name", "anniversary_date", "-anniversary_date", "next_event_at", "-next_event_at")
LARGEST_PAGE: Final = 200
LONGEST_QUESTION: Final = 200
"""Characters of a search."""
MOST_WORDS: Final = 10
_REFERENCE = re.compile(r"[A-Za-z0-9._:-]{1,64}")


@dataclass(frozen=True)
class Wanted:
    """Which customers: all of `lists` must hold; None and empty do not narrow.

    `q` finds the customers of whom every word of it begins some word of the organisation, the contact's name or
    address, the VIP number, a purchase order or an order reference. Case and accents make no difference.
    """

    lists: tuple[str, ...] = ()
    managed_by: str | None = None
    segment: str | None = None
    invitation_status: str | None = None
    external_id: str | None = None
    q: str | None = None

    def words(self) -> tuple[str, ...]:
        """The words of `q`, as they are looked for."""
        return asked(self.q or "")

    def checked(self) -> "Wanted":
        """Itself. Raises `WantedWrong` for the first value that cannot be."""
        for name in self.lists:
            _one_of("list", name, CustomerList)
        _one_of("segment", self.segment, MarketSegment)
        _one_of("invitation_status", self.invitation_status, State)
        _reference("managed_by", self.managed_by)
        _reference("external_id", self.external_id)
        if self.q is not None and len(self.q) > LONGEST_QUESTION:
            raise WantedWrong("q", f"must be at most {LONGEST_QUESTION} characters")
        if len(self.words()) > MOST_WORDS:
            raise WantedWrong("q", f"must be at most {MOST_WORDS} words")
        return self


def checked_sort(sort: str) -> str:
    """Raises `WantedWrong`."""
    _one_of("sort", sort, SORTS)
    return sort


def checked_limit(limit: int) -> int:
    """Raises `WantedWrong`."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise WantedWrong("limit", f"must be 1 to {LARGEST_PAGE}")
    return limit


def checked_manager(managed_by: str | None) -> str | None:
    """Raises `WantedWrong`."""
    _reference("managed_by", managed_by)
    return managed_by


def _one_of(field: str, value: str | None, known: Iterable[str]) -> None:
    words = [str(one) for one in known]
    if value is not None and value not in words:
        raise WantedWrong(field, f"must be one of {', '.join(words)}")


def _reference(field: str, value: str | None) -> None:
    if value is not None and not _REFERENCE.fullmatch(value):
        raise WantedWrong(field, "must be 1 to 64 letters, digits and ._:-")
