"""All letters of a customer, one rung each: what was sent and what was not, and what comes if nobody does anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activities.mail import read_letter
from cases.case import Case
from cases.journal import Entry, Kind, Outcome
from cases.outbox import Item
from cases.simulation import Simulation
from gateway.letters.families import Family
from gateway.letters.writing import Writer, Written
from states.catalogue import Catalogue
from states.letters import Letter
from states.policy import Policy

FAR = timedelta(days=3660)
"""A life in which nobody does anything is over long before."""
TOLD = (Kind.LETTER, Kind.TRANSITION)
"""What the ladder shows of a journal: letters, and between them the changes of state."""


@dataclass(frozen=True)
class Rung:
    """One letter, or one change of state between them: an entry of the journal of `whose`, which is `customer` or an
    authorization's number. What is to come has not happened, and a letter of it is `written` as it would be."""

    whose: str
    entry: Mapping[str, Any]
    to_come: bool = False
    written: Written | None = None

    @property
    def at(self) -> datetime:
        """When a letter went out or was given up, when a state changed; or when that will be."""
        return datetime.fromisoformat(self.entry["processed_at" if self.is_letter else "effective_at"])

    @property
    def is_letter(self) -> bool:
        return bool(self.entry["kind"] == Kind.LETTER)

    @property
    def outcome(self) -> str:
        """`sent`, `skipped`, `undelivered`, or for what is to come `to be sent`, `to be skipped`."""
        said = str(self.entry.get("outcome", ""))
        return f"to be {said}" if self.to_come and said else said

    def answer(self) -> dict[str, Any]:
        """The rung for programs."""
        more = {"subject": self.written.subject} if self.written else {}
        return {"whose": self.whose, "to_come": self.to_come, **self.entry, **more}


class _Foretelling(Simulation):
    """Keeps every letter that it writes, by case, name, reader and what caused it."""

    def __init__(self, vip_number: str, policy: Policy, catalogue: Catalogue) -> None:
        super().__init__(vip_number, policy, catalogue)
        self.written: dict[tuple[str, str, str, datetime], Letter] = {}

    def hand_over(self, case: Case, item: Item, now: datetime) -> None:
        letter = read_letter(case.handed_over(item, now))
        self.written[case.number, item.letter, item.reader, item.caused_at] = letter


def climbed(journals: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Rung]:
    """The rungs of what happened. `journals` by `customer` or an authorization's number, as the contract has them."""
    return _in_order(
        Rung(whose, entry) for whose, entries in journals.items() for entry in entries if entry["kind"] in TOLD
    )


def foretold(family: Family, catalogue: Catalogue, writer: Writer) -> list[Rung]:
    """The rungs of what comes by itself, every letter written out. The family itself stays as it is."""
    customer = family.customer.trial()
    for number in family.gone:
        customer.lost.setdefault(number, family.now)
    cases = {number: one.trial() for number, one in family.authorizations.items()}
    known = {"customer": customer.sequence, **{number: one.sequence for number, one in cases.items()}}
    walk = _Foretelling(customer.number, customer.policy, catalogue)
    walk.resume(customer, cases, family.now)
    walk.until(family.now + FAR)
    return _in_order(
        Rung(whose, entry.answer(), to_come=True, written=_written(walk, customer.number, whose, entry, writer))
        for whose, entry in walk.timeline()
        if entry.sequence > known[whose] and entry.kind in TOLD
    )


def _written(walk: _Foretelling, vip_number: str, whose: str, entry: Entry, writer: Writer) -> Written | None:
    if entry.outcome != Outcome.SENT:
        return None
    number = vip_number if whose == "customer" else whose
    letter = walk.written[number, str(entry.letter), str(entry.reader), entry.effective_at]
    return writer.write(f"{entry.letter}.{entry.reader}", letter)


def _in_order(rungs: Iterable[Rung]) -> list[Rung]:
    return sorted(rungs, key=lambda one: (one.at, one.entry["effective_at"], one.is_letter, one.whose))
