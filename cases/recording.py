"""What the register is told of a case: how it stands, and what happened since it was told last.

What stands here changes only together with `version_of`: values that follow from the day alone, such as the months to
order, are no part of it.
"""

from datetime import datetime
from typing import Any

from cases.answers import accept_by, authorization_answer, lines
from cases.authorization import AuthorizationCase
from cases.case import Case
from cases.customer import CustomerCase
from cases.ordering import happens
from states.authorization import AUTHORIZATION
from states.facts import held
from states.renewal import State as RenewalState
from states.renewal import to_renew
from states.standing import LOST

Record = dict[str, Any]

_COMPUTED_ANEW = frozenset({"order_from", "months_to_order", "provisional"})
_RENEWING = frozenset({RenewalState.UPCOMING, RenewalState.READY, RenewalState.PAST_DUE})


def version_of(case: Case) -> int:
    """Grows with every entry of the journal and with all news for a neighbour, for the life of the case."""
    return case.sequence + case.news


def record_of(case: Case, now: datetime, after: int = 0) -> Record:
    """The record of a case, with the entries of its journal after the one numbered `after`."""
    if isinstance(case, CustomerCase):
        kind, vip_number, row = "customer", case.vip_number, _customer(case, now)
    elif isinstance(case, AuthorizationCase):
        kind, vip_number, row = "authorization", case.vip_number, _authorization(case, now)
    else:
        raise TypeError(f"{type(case).__name__} has no place in the register")
    return {
        "kind": kind,
        "number": case.number,
        "vip_number": vip_number,
        "version": version_of(case),
        "row": {name: value for name, value in row.items() if value is not None},
        "entries": [entry.answer() for entry in case.journal if entry.sequence > after],
    }


def as_its_customer_knows_it(answer: Record) -> Record:
    """The record of an authorization that nobody else keeps, from its customer's `details`: older than any other."""
    kept = [
        {"product": one["product"], "quantity": one["ordered"] - one["returned"]}
        for one in answer["lines"]
        if one["ordered"] > one["returned"]
    ]
    return {
        "kind": "authorization",
        "number": answer["authorization_number"],
        "vip_number": answer["vip_number"],
        "version": 0,
        "row": {
            **{name: value for name, value in answer.items() if name not in _COMPUTED_ANEW},
            "held": kept,
            "unreachable": False,
        },
        "entries": [],
    }


def _customer(case: CustomerCase, now: datetime) -> Record:
    facts, renewal = case.membership.facts, case.renewal.facts
    anniversary = renewal.anniversary or renewal.custom_anniversary
    event = case.next_event(now)
    accepted = facts.acceptance
    return {
        "vip_number": case.vip_number,
        "external_id": case.profile.external_id,
        "organization": case.profile.organization,
        "contact": case.contact.model_dump(),
        "anniversary_date": None if anniversary is None else anniversary.isoformat(),
        "market_segment": case.profile.market_segment.value,
        "account_manager": case.account_manager.model_dump(exclude_none=True),
        "invitation_status": case.state.value,
        "renewal_state": case.renewal.state.value,
        "lists": [one.value for one in case.lists(now)],
        "next_event": None if event is None else {"name": event[0], "at": happens(event[1])},
        "unreachable": case.is_unreachable(),
        "events": _own_events(case) or None,
        "undelivered_to": _undelivered_to(case) or None,
        "invited_at": happens(facts.invited_at),
        "accept_by": accept_by(case),
        "accepted_at": happens(None if accepted is None else accepted.accepted_at),
        "time_zone": case.policy.time_zone,
        "order_references": sorted(case.references.placed),
        "lost": sorted(number for number in case.lost if case.state_of(number, now) == LOST),
        "letters_stopped": sorted(case.stopped) or None,
        "renewal_open": lines(to_renew(renewal)) if case.renewal.state in _RENEWING else None,
    }


def _own_events(case: CustomerCase) -> list[Record]:
    """What its own machines do next by themselves, in order; `next_event` is the earliest, its authorizations' too."""
    deadlines = [
        lifecycle.deadline(track.state, track.facts, case.policy)
        for machine, lifecycle in case.machines.items()
        if (track := case.track(machine)).state is not None
    ]
    found = sorted((one.at, one.trigger.value) for one in deadlines if one is not None)
    return [{"name": name, "at": happens(at)} for at, name in found]


def _undelivered_to(case: CustomerCase) -> list[str]:
    """Whose last letter could not be delivered, those of its running authorizations too."""
    running = (one for one in case.known.values() if not AUTHORIZATION.final(one.state))
    return sorted({*case.unreachable, *(reader for one in running for reader in one.undelivered_to)})


def _authorization(case: AuthorizationCase, now: datetime) -> Record:
    facts = case.facts
    answer = authorization_answer(
        case.authorization_number, case.vip_number, case.state.value, facts, case.view, case.policy, now
    )
    asked = facts.return_open
    return {
        **{name: value for name, value in answer.items() if name not in _COMPUTED_ANEW},
        "held": lines(held(facts)),
        "unreachable": bool(case.unreachable),
        "return_open": None
        if asked is None
        else {"order_reference": asked.order_reference, "lines": lines(asked.lines), "reason": asked.reason},
    }
