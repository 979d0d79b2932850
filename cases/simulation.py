"""A walk with mail: a customer and its authorizations, driven by commands and by time, and a relay for their letters.

The relay answers at once; during an outage letters wait, as the real ones do.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from cases import doors
from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.journal import Entry, Outcome
from cases.messages import Invite, parse
from cases.outbox import Item
from cases.takeover import take_over
from cases.walking import Walk
from states.catalogue import Catalogue
from states.policy import Policy

Relay = Callable[[datetime, str], tuple[Outcome, str | None] | datetime]
"""What the mail relay says of a letter to a reader at an instant: its outcome, or when it can be tried again."""


def always_up(_now: datetime, _reader: str) -> tuple[Outcome, str | None]:
    return Outcome.SENT, None


class Simulation(Walk):
    """One customer, from its invitation on."""

    def __init__(
        self,
        vip_number: str,
        policy: Policy,
        catalogue: Catalogue,
        relay: Relay = always_up,
        *,
        composing: bool = True,
    ) -> None:
        """Unless `composing`, letters go out, but nobody writes them down."""
        self.vip_number, self.policy, self.catalogue = vip_number, policy, catalogue
        self.relay, self.composing = relay, composing
        self.numbers: Iterator[str] = (f"{count:020X}" for count in range(1, 1 << 30))

    def invite(self, body: dict[str, Any], now: datetime) -> None:
        """Begin; with a history, take over what already lives. Raises `Refused`."""
        form = parse(Invite, body)
        if form.history is None:
            self.begin(CustomerCase.begin(self.vip_number, form, self.policy, now), now)
        else:
            self.begin(take_over(self.vip_number, form, self.policy, now, lambda: next(self.numbers)), now)

    def begin(self, customer: CustomerCase, now: datetime) -> None:
        """Walk on with a customer that has begun."""
        super().__init__(customer)
        self.settle(self.customer, now)
        self.spread(now)

    def resume(self, customer: CustomerCase, authorizations: dict[str, AuthorizationCase], now: datetime) -> None:
        """Walk on with a customer and its running authorizations as they stand."""
        super().__init__(customer, authorizations)
        for case in (customer, *authorizations.values()):
            self.settle(case, now)
        self.spread(now)

    def tell(self, name: str, body: dict[str, Any], now: datetime, number: str | None = None) -> dict[str, Any]:
        """A command to the customer, or to one of its authorizations. Raises `Refused`."""
        self.until(now, inclusive=False)
        if number is None:
            customer = self.customer.trial()
            answer = doors.to_customer(customer, name, body, now, lambda: next(self.numbers), self.catalogue)
            self.customer.become(customer)
            self.settle(self.customer, now)
        else:
            case = self.authorizations[number]
            changed = case.trial()
            answer = doors.to_authorization(changed, name, body, now)
            case.become(changed)
            self.settle(case, now)
        self.spread(now)
        return answer

    def sleep(self, until: datetime) -> None:
        """The workers are down: what becomes due meanwhile is processed when they are back, commands first."""
        self.awake_from = until
        self.due = {number: max(at, until) for number, at in self.due.items()}

    def settle(self, case: Case, now: datetime) -> None:
        """Send the letters whose turn has come."""
        self.look_again(case, self._deliver(case, now) if case.outbox else None)

    def timeline(self) -> list[tuple[str, Entry]]:
        """Every entry of every journal, with whose it is."""
        entries = [("customer", entry) for entry in self.customer.journal]
        for number, case in self.authorizations.items():
            entries += [(number, entry) for entry in case.journal]
        return entries

    def hand_over(self, case: Case, item: Item, now: datetime) -> None:
        """The letter goes to the relay, written down."""
        case.handed_over(item, now)

    def _deliver(self, case: Case, now: datetime) -> datetime | None:
        """Until nothing goes any more; returns when a letter's turn comes next."""
        while case.outbox:
            review = case.review(now)
            for verdict in review.given_up:
                case.letter_done(verdict.item, verdict.outcome, verdict.why, now)
            went, again = bool(review.given_up), []
            for item in review.ready:
                if self.composing:
                    self.hand_over(case, item, now)
                said = self.relay(now, item.reader)
                if isinstance(said, datetime):
                    again.append(said)
                else:
                    case.letter_done(item, said[0], said[1], now)
                    went = True
            if not went:
                # What was handed over only now has a shelf life from now on.
                turn = case.review(now).again_at if review.ready else review.again_at
                return min(again if turn is None else [*again, turn], default=None)
        return None
