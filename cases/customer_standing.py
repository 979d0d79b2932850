"""What others ask of a customer: what it holds, whether it may buy, which lists it is in, what happens next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cases.authorization import Snapshot, next_event
from cases.customer_record import CustomerRecord
from states.authorization import AUTHORIZATION, LATE, OPEN, State, overdue_starts
from states.facts import Quantities, plus
from states.standing import LOST, Buyer, CustomerList, lists_of

_COUNT_AS_LATE = frozenset({*(state.value for state in LATE), LOST})


@dataclass(slots=True, kw_only=True)
class CustomerStanding(CustomerRecord):
    def state_of(self, number: str, now: datetime) -> str:
        """The state of an authorization as it counts at this moment: due counts as done."""
        known = self.known[number]
        if number in self.lost:
            return LOST
        if known.state is State.PENDING and overdue_starts(known.facts, self.policy) <= now:
            return State.OVERDUE.value
        return known.state.value

    def late(self, now: datetime) -> tuple[str, ...]:
        """Numbers of what is overdue, deactivated or lost."""
        return tuple(number for number in self.known if self.state_of(number, now) in _COUNT_AS_LATE)

    def buyer(self, now: datetime) -> Buyer:
        return Buyer(
            membership=self.state,
            market_segment=self.profile.market_segment,
            offer_types=self.offer_types,
            late=self.late(now),
        )

    def is_unreachable(self) -> bool:
        """A letter of the customer, or of one of its running authorizations, could not be delivered."""
        running = (one for one in self.known.values() if not AUTHORIZATION.final(one.state))
        return bool(self.unreachable or self.stopped) or any(one.unreachable for one in running)

    def held(self) -> Quantities:
        return plus(self.renewal.facts.ending, self.renewal.facts.coming)

    def lists(self, now: datetime) -> tuple[CustomerList, ...]:
        states = {number: self.state_of(number, now) for number in self.known}
        return lists_of(self.state, self.renewal.state, self.held(), states)

    def open_authorizations(self) -> Iterable[Snapshot]:
        return (one for one in self.known.values() if one.state in OPEN and one.authorization_number not in self.lost)

    def next_event(self, now: datetime) -> tuple[str, datetime] | None:
        """The next change of state by itself, of the customer or of any of its open authorizations (section 6)."""
        found = []
        for machine, lifecycle in self.machines.items():
            track = self.track(machine)
            if (moment := lifecycle.deadline(track.state, track.facts, self.policy)) is not None:
                found.append((moment.at, moment.trigger.value))
        for one in self.open_authorizations():
            if (event := next_event(one.state, one.facts, self.policy, now)) is not None:
                found.append((event[1], event[0]))
        return min(((name, at) for at, name in sorted(found)), key=lambda event: event[1], default=None)
