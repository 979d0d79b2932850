"""A customer and its authorizations on a virtual clock: what the workflows do, without Temporal.

News arrives at once and the mail relay answers at once; during an outage letters wait, as the real ones do.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases import doors
from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.journal import Entry, Outcome
from cases.messages import Invite, parse
from states.catalogue import Catalogue
from states.policy import Policy

Relay = Callable[[datetime, str], tuple[Outcome, str | None] | datetime]
"""What the mail relay says of a letter to a reader at an instant: its outcome, or when it can be tried again."""


def always_up(_now: datetime, _reader: str) -> tuple[Outcome, str | None]:
    return Outcome.SENT, None


@dataclass
class Simulation:
    """One customer, driven by commands and by time."""

    vip_number: str
    policy: Policy
    catalogue: Catalogue
    relay: Relay = always_up
    customer: CustomerCase = field(init=False)
    authorizations: dict[str, AuthorizationCase] = field(default_factory=dict)
    numbers: Iterator[str] = field(default_factory=lambda: (f"{count:020X}" for count in range(1, 1 << 30)))
    wakes: dict[str, datetime] = field(default_factory=dict)
    """When to look at a case's letters again, by its number."""

    def invite(self, body: dict[str, Any], now: datetime) -> None:
        self.customer = CustomerCase.begin(self.vip_number, parse(Invite, body), self.policy, now)
        self.deliver(self.customer, now)

    def tell(self, name: str, body: dict[str, Any], now: datetime, number: str | None = None) -> dict[str, Any]:
        """A command to the customer, or to one of its authorizations. Raises `Refused`."""
        self.until(now, inclusive=False)
        if number is None:
            doors.to_customer(self.customer.trial(), name, body, now, lambda: "0" * 20, self.catalogue)
            answer = doors.to_customer(self.customer, name, body, now, lambda: next(self.numbers), self.catalogue)
        else:
            case = self.authorizations[number]
            doors.to_authorization(case.trial(), name, body, now)
            answer = doors.to_authorization(case, name, body, now)
        self.spread(now)
        return answer

    def until(self, to: datetime, *, inclusive: bool = True) -> None:
        """Let time pass, next event first."""
        while (due := self._next()) is not None and (due[0] < to or (inclusive and due[0] == to)):
            at, case = due
            case.advance(at, at)
            self.wakes.pop(case.number, None)
            self.deliver(case, at)
            self.spread(at)

    def spread(self, now: datetime) -> None:
        """What changed is told to the neighbours; new authorizations begin; letters go out."""
        for begun in self.customer.to_start:
            self.authorizations[begun.authorization_number] = begun
            self.deliver(begun, now)
        self.customer.to_start.clear()
        for case in self.authorizations.values():
            known = self.customer.known[case.authorization_number]
            if case.news > known.news:
                self.customer.hear(case.snapshot(), now)
                self.deliver(case, now)
        if (news := self.customer.news_for_authorizations()) is not None:
            for number in news[1]:
                self.authorizations[number].hear(news[0])
        self.deliver(self.customer, now)

    def deliver(self, case: Case, now: datetime) -> None:
        """Letters whose turn has come."""
        while True:
            review = case.review(now)
            for verdict in review.given_up:
                case.letter_done(verdict.item, verdict.outcome, verdict.why, now)
            again = [review.again_at] if review.again_at is not None else []
            went = False
            for item in review.ready:
                case.handed_over(item, now)
                said = self.relay(now, item.reader)
                if isinstance(said, datetime):
                    again.append(said)
                else:
                    case.letter_done(item, said[0], said[1], now)
                    went = True
            if not went:
                break
        if again:
            self.wakes[case.number] = min(again)
        else:
            self.wakes.pop(case.number, None)

    def timeline(self) -> list[tuple[str, Entry]]:
        """Every entry of every journal, with whose it is."""
        entries = [("customer", entry) for entry in self.customer.journal]
        for number, case in self.authorizations.items():
            entries += [(number, entry) for entry in case.journal]
        return entries

    def _next(self) -> tuple[datetime, Case] | None:
        best: tuple[datetime, Case] | None = None
        for case in (self.customer, *self.authorizations.values()):
            upcoming = case.upcoming()
            wake = self.wakes.get(case.number)
            times = [at for at in (upcoming[1].at if upcoming else None, wake) if at is not None]
            if times and (best is None or min(times) < best[0]):
                best = min(times), case
        return best
