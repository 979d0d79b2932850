"""Two lives of one case side by side: the one its journal tells, and the one that follows from its facts."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from cases.case import Case
from cases.customer import CustomerCase
from cases.ordering import happens
from cases.record import Deed
from gateway.doctor.surroundings import TOLERANCE
from states.authorization import AUTHORIZATION
from states.facts import AuthorizationFacts, MembershipFacts, RenewalFacts
from states.membership import Trigger as Membership
from states.renewal import Trigger

GIVEN_UP_FOR_LOST = "write_off_lost"
_TODAY_ONLY = frozenset({Membership.ASSIGN.value, Membership.ADD_OFFER_TYPES.value})
"""Who manages a customer, and what it may buy, is told as it is now: nobody tells when it came to that."""


class Change(NamedTuple):
    """A step of a machine, as the journal tells it."""

    effective_at: datetime
    machine: str | None
    trigger: str | None
    source: str | None
    target: str | None
    from_now_on: bool = False
    """It was told late, and so took effect when it was processed."""

    def __str__(self) -> str:
        return f"{self.source or 'nothing'} -> {self.trigger} -> {self.target} on {happens(self.effective_at)}"


def _changes(case: Case) -> list[Change]:
    return [
        Change(one.effective_at, one.machine, one.trigger, one.source, one.target, one.effective_at == one.processed_at)
        for one in case.journal
        if one.machine in case.machines and one.trigger is not None and one.trigger not in _TODAY_ONLY
    ]


def other_changes(case: Case, again: Case) -> Iterator[str]:
    """What the journal tells otherwise, machine by machine. An earlier run keeps what it no longer has."""
    whole = bool(case.journal) and case.journal[0].sequence == 1
    for machine in case.machines:
        told = [one for one in _changes(case) if one.machine == machine]
        lived = [one for one in _changes(again) if one.machine == machine]
        if whole and len(told) != len(lived):
            yield f"{machine}: {len(told)} steps are told, {len(lived)} follow from its facts"
        for one, other in zip(reversed(told), reversed(lived), strict=False):
            if not _same(one, other):
                yield f"{machine}: {one} is told, {other} follows from its facts"


def _same(told: Change, lived: Change) -> bool:
    if told[1:5] != lived[1:5]:
        return False
    # News of an authorization takes effect when its customer hears it: a moment later, or earlier by its own clock.
    heard = told.trigger == Trigger.LICENCES_CHANGED and told.from_now_on
    return (heard and _not_before(told.effective_at, lived.effective_at)) or told.effective_at == lived.effective_at


def _not_before(heard: datetime, happened: datetime) -> bool:
    return heard >= happened - TOLERANCE


def other_states(case: Case, again: Case) -> Iterator[str]:
    """Machines that stand elsewhere."""
    for machine in case.machines:
        track = again.track(machine)
        yield from other_state(machine, case, track.state, track.since, track.facts)


def other_state(machine: str, case: Case, state: Any, since: datetime, facts: Any) -> Iterator[str]:
    """One machine that stands elsewhere, or knows something else."""
    track = case.track(machine)
    if track.state != state:
        yield f"{machine} is {track.state}, and {state} follows from its facts"
    elif other := sorted(_differing(track.facts, facts)):
        yield f"{machine}: what is known of {', '.join(other)} does not follow from what happened"
    elif track.since != since and not (machine == "renewal" and _not_before(track.since, since)):  # as it heard of it
        yield f"{machine} is {state} since {happens(track.since)}, and since {happens(since)} by its facts"


def other_closed(case: CustomerCase, again: CustomerCase) -> Iterator[str]:
    """Authorizations that are over: only their customer still tells of them."""
    for number, known in case.known.items():
        if AUTHORIZATION.final(known.state) and not lost_once(known.deeds):
            then = again.known[number]
            if (known.state, known.since) != (then.state, then.since):
                yield f"authorization {number} is {known.state}, and {then.state} follows from its facts"


def lost_once(deeds: Iterable[Deed]) -> bool:
    """What was lost counts as overdue, whatever it was: from there on it can't be lived again."""
    return any(deed.name == GIVEN_UP_FOR_LOST for deed in deeds)


_AS_TOLD: dict[Any, set[str]] = {
    MembershipFacts: {"acceptance"},
    RenewalFacts: {"term", "turn"},
    AuthorizationFacts: {"warnings_refused", "duration"},
}
"""What an import does not bring, and what depends on the customer beside it."""


def _differing(facts: Any, lived: Any) -> Iterator[str]:
    for name in type(facts).model_fields:
        if name not in _AS_TOLD[type(facts)] and getattr(facts, name) != getattr(lived, name):
            yield name
