"""A case lived again by the core: from what is known of its past, under its policy, up to its own moment.

What comes of it is what an import of the same past would be (`cases.takeover`), so it needs no journal, and can be
held against one.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.history import History
from cases.messages import Invite
from cases.past import Told, past_of, past_of_authorization
from cases.takeover import take_over
from gateway.doctor.comparing import (
    GIVEN_UP_FOR_LOST,
    lost_once,
    other_changes,
    other_closed,
    other_state,
    other_states,
)
from states.calendar import local_date, start_of_day
from states.policy import Policy
from states.refusals import Refused

_ANYBODY = Invite.model_validate(
    {
        "organization": "Anybody",
        "market_segment": "commercial",
        "offer_types": ["team"],
        "region": "DK",
        "address": "anywhere",
        "postal_code": "8000",
        "contact": {"name": "Anybody", "email": "anybody@example.com"},
        "account_manager": {"id": "am", "name": "Anybody", "email": "anybody@example.com"},
    }
)
"""Who lives does not change how: people and names are left out."""


class Against(NamedTuple):
    """What speaks against its journal, and against how it stands: sentences, none when all is well."""

    journal: list[str]
    state: list[str]


NOTHING = Against([], [])


def of_customer(case: CustomerCase) -> Against:
    """A customer and its life lived again."""

    def past() -> Told:
        told = past_of(case)
        for one in told.get("authorizations", ()):
            # It concerns the authorization alone; what was ordered stays.
            one["deeds"] = [deed for deed in one.get("deeds", ()) if deed["name"] != GIVEN_UP_FOR_LOST]
        return told

    def beside(again: CustomerCase) -> Against:
        return Against(list(other_changes(case, again)), [*other_states(case, again), *other_closed(case, again)])

    custom = case.renewal.facts.custom_anniversary
    return _compared(case, past, beside, market_segment=case.profile.market_segment, anniversary_date=custom)


def of_authorization(case: AuthorizationCase) -> Against:
    """The same for an authorization, without its customer."""

    def past() -> Told:
        one = past_of_authorization(case.snapshot())
        begun = one.get("requested_on") or one["orders"][0]["ordered_on"]
        return {"invited_on": begun, "authorizations": [one]}

    def beside(customer: CustomerCase) -> Against:
        for again in customer.to_start:
            if again.number == case.number:
                return Against(list(other_changes(case, again)), list(other_states(case, again)))
        known = customer.known[case.number]
        return Against([], list(other_state("authorization", case, known.state, known.since, known.facts)))

    return NOTHING if lost_once(case.deeds) else _compared(case, past, beside)


def _compared(case: Case, past: Callable[[], Told], beside: Callable[[CustomerCase], Against], **asked: Any) -> Against:
    told: Told = {}
    try:
        told = past()
        found = beside(_lived(told, case.policy, case.cursor, **asked))
    except Exception as error:  # whatever the core makes of a damaged case
        found = Against([f"what happened to it can't happen again: {_reason(error)}"], [])
    return NOTHING if any(found) and _at_once(told, case.policy) else found


def _at_once(told: Told, policy: Policy) -> bool:
    """Two things of different kinds were told in the same instant, and nobody knows any more which came first. (Days
    without an hour have an order, section 10.)"""
    kinds: dict[datetime, set[str]] = {}
    for kind, text in _instants(told):
        at = datetime.fromisoformat(text)
        if at != start_of_day(local_date(at, policy.time_zone), policy.time_zone):
            kinds.setdefault(at, set()).add(kind)
    return any(len(several) > 1 for several in kinds.values())


_WHEN = ("requested_on", "on", "declined_on", "withdrawn_on", "warned_on")
_WHEN_TOLD = {"ordered_on": "told_on", "accepted_on": "accepted_told_on"}


def _instants(told: Told, kind: str = "") -> Iterator[tuple[str, str]]:
    """When each thing was told, and what kind of thing it was."""
    for name, value in told.items():
        if name in _WHEN:
            yield f"{kind} {name}", value
        elif name in _WHEN_TOLD:
            yield f"{kind} {name}", str(told.get(_WHEN_TOLD[name], value))
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, dict):
                    yield from _instants(one, name)
                elif name in ("resent_on", "handed_over_on"):
                    yield name, one


def _lived(told: Told, policy: Policy, now: datetime, **asked: Any) -> CustomerCase:
    numbers = (f"{count:020X}" for count in range(1 << 30))
    invite = _ANYBODY.model_copy(update={"history": History.model_validate(told), **asked})
    return take_over("0" * 20, invite, policy, now, lambda: next(numbers))


def _reason(error: Exception) -> str:
    """Never its sentence, which may quote what was told."""
    if isinstance(error, Refused):
        return ", ".join(sorted({str(reason.get("field", reason.code)) for reason in error.reasons}))
    return type(error).__name__
