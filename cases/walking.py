"""A customer and its authorizations on a virtual clock: what the workflows do, without Temporal and without mail."""

from dataclasses import dataclass, field
from datetime import datetime

from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase


@dataclass
class Walk:
    """They walk through time together; news arrives at once."""

    customer: CustomerCase
    authorizations: dict[str, AuthorizationCase] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    """When something happens by itself next, by the case's number."""
    awake_from: datetime | None = None
    """Until then the workers sleep: what becomes due is processed when they are back."""

    def until(self, to: datetime, *, inclusive: bool = True) -> None:
        """Let time pass, next event first. Unless `inclusive`, what is due at the very instant waits."""
        while self.due:
            number = min(self.due, key=self.due.__getitem__)
            at = self.due[number]
            if at > to or (at == to and not inclusive):
                break
            case = self.case(number)
            before = case.news
            case.advance(at, at)
            self.settle(case, at)
            if case.news != before:
                self.spread(at)

    def case(self, number: str) -> Case:
        return self.authorizations.get(number) or self.customer

    def spread(self, now: datetime) -> None:
        """New authorizations begin, and what changed is told to the neighbours until nobody has news."""
        customer = self.customer
        for begun in customer.to_start:
            self.authorizations[begun.number] = begun
            self.settle(begun, now)
        customer.to_start.clear()
        news_so_far = customer.news
        while self._tell(now):
            pass
        if customer.news != news_so_far:
            self.settle(customer, now)

    def _tell(self, now: datetime) -> bool:
        """The customer hears its authorizations, and they hear it; then they may have news again."""
        customer = self.customer
        for number, case in self.authorizations.items():
            if case.news > customer.known[number].news:
                customer.hear(case.snapshot(), now)
        if (news := customer.news_for_authorizations()) is None:
            return False
        for number in news[1]:
            self.authorizations[number].hear(news[0], now)
            self.settle(self.authorizations[number], now)
        return True

    def settle(self, case: Case, _now: datetime) -> None:
        """After a case changed: when does it happen next?"""
        self.look_again(case, None)

    def look_again(self, case: Case, wake: datetime | None) -> None:
        """Note when the case has to be looked at: at its next moment, or earlier when told so."""
        upcoming = case.upcoming()
        if upcoming is not None and (wake is None or upcoming[1].at < wake):
            wake = upcoming[1].at
        if wake is None:
            self.due.pop(case.number, None)
        elif self.awake_from is not None and wake < self.awake_from:
            self.due[case.number] = self.awake_from
        else:
            self.due[case.number] = wake
