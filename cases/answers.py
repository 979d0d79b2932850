"""What queries and updates answer, in the contract's names."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cases.authorization import next_event
from cases.ordering import happens, to_order
from cases.past import past_of
from cases.shelf import product_name
from states.authorization import OPEN, State, day, deactivation_day, returns_close
from states.calendar import local_date
from states.facts import AuthorizationFacts, CustomerView, Quantities, held, open_quantity, ordered
from states.membership import State as Membership
from states.membership import invitation_ends
from states.policy import Policy

if TYPE_CHECKING:
    from cases.customer import CustomerCase

Answer = dict[str, Any]


def lines(quantities: Quantities) -> list[Answer]:
    return [{"product": product, "quantity": quantity} for product, quantity in quantities.items()]


def _event(event: tuple[str, datetime] | None) -> Answer | None:
    return None if event is None else {"name": event[0], "at": happens(event[1])}


def _known(answer: Answer) -> Answer:
    return {name: value for name, value in answer.items() if value is not None}


def authorization_answer(
    number: str,
    vip_number: str,
    state: str,
    facts: AuthorizationFacts,
    view: CustomerView,
    policy: Policy,
    now: datetime,
) -> Answer:
    """An authorization with every date: order due by, overdue, last warning, deactivated, and what to order."""
    due = to_order(facts, view, policy, local_date(now, policy.time_zone))
    bought, kept = ordered(facts), held(facts)
    answer: Answer = {
        "authorization_number": number,
        "vip_number": vip_number,
        "state": state,
        "requested_by": facts.requested_by.value,
        "requested_at": happens(facts.requested_at),
        "lines": [
            {
                "product": product,
                "name": product_name(product),
                "quantity": quantity,
                "ordered": bought.get(product, 0),
                "returned": bought.get(product, 0) - kept.get(product, 0),
            }
            for product, quantity in facts.lines.items()
        ],
        "purchase_order": facts.purchase_order,
        "orders": [
            {"order_reference": one.order_reference, "lines": lines(one.lines), "ordered_at": happens(one.ordered_at)}
            for one in facts.orders
        ],
        "order_from": due.order_from.isoformat(),
        "months_to_order": due.months,
        "provisional": due.provisional,
    }
    if open_quantity(facts):
        answer |= _deadlines(facts, policy)
    if state in (State.ORDERED, State.RETURN_REQUESTED) and facts.orders:
        last = local_date(returns_close(facts, policy), policy.time_zone) - timedelta(days=1)
        answer["return_until"] = last.isoformat()
    if state in set(State):
        answer["next_event"] = _event(next_event(State(state), facts, policy, now))
    return _known(answer)


def _deadlines(facts: AuthorizationFacts, policy: Policy) -> Answer:
    gone: date = deactivation_day(facts, policy)
    warnings = policy.authorization.warning_days
    return {
        "order_due_by": day(facts, policy, policy.authorization.order_due_days).isoformat(),
        "overdue_on": day(facts, policy, policy.authorization.overdue_from_day).isoformat(),
        "last_warning_on": (gone - timedelta(days=min(warnings))).isoformat() if warnings else None,
        "deactivated_on": gone.isoformat(),
    }


def product_answers(case: CustomerCase) -> list[Answer]:
    """Products and licences, per product: open, held, deactivated, renewed for next year (section 6)."""
    renewal, now_held = case.renewal.facts, case.held()
    waiting: Quantities = {}
    gone: Quantities = {}
    for one in case.known.values():
        if one.state not in OPEN:
            continue
        target = gone if one.state is State.DEACTIVATED else waiting
        for product, quantity in open_quantity(one.facts).items():
            target[product] = target.get(product, 0) + quantity
    return [
        {
            "product": product,
            "name": product_name(product),
            "held": now_held.get(product, 0),
            "open": waiting.get(product, 0),
            "deactivated": gone.get(product, 0),
            "renewed": renewal.renewed.get(product, 0),
            "declined": renewal.declined.get(product, 0),
        }
        for product in dict.fromkeys([*now_held, *waiting, *gone, *renewal.renewed])
    ]


def customer_answer(case: CustomerCase, now: datetime, *, whole: bool = False) -> Answer:
    """A customer. The two lists of authorizations only when asked for whole: an answer is kept for its repeats."""
    profile, facts, renewal = case.profile, case.membership.facts, case.renewal.facts
    anniversary = renewal.anniversary or renewal.custom_anniversary
    answer: Answer = {
        "vip_number": profile.vip_number,
        "external_id": profile.external_id,
        "state": case.state.value,
        "console_access": case.state is Membership.ACCEPTED,
        "organization": profile.organization,
        "market_segment": profile.market_segment.value,
        "offer_types": sorted(case.offer_types),
        "region": profile.region,
        "address": profile.address,
        "postal_code": profile.postal_code,
        "contact": case.contact.model_dump(),
        "account_manager": case.account_manager.model_dump(exclude_none=True),
        "language": case.language,
        "invited_at": happens(facts.invited_at),
        "accept_by": accept_by(case),
        "accepted_at": happens(None if facts.acceptance is None else facts.acceptance.accepted_at),
        "anniversary_date": None if anniversary is None else anniversary.isoformat(),
        "renewal_state": case.renewal.state.value,
        "lists": [one.value for one in case.lists(now)],
        "next_event": _event(case.next_event(now)),
        "unreachable": case.is_unreachable(),
        "letters_stopped": sorted(case.stopped) or None,
        "policy_version": case.policy.label,
        "time_zone": case.policy.time_zone,
        "invitation": facts.invitation,
        "products": product_answers(case),
    }
    if whole:
        every = [authorization_of(case, number, now) for number in case.known]
        open_states = {*(state.value for state in OPEN), "lost"}
        answer["open_authorizations"] = [one for one in every if one["state"] in open_states]
        answer["authorizations"] = every
        custom = renewal.custom_anniversary
        answer["custom_anniversary_date"] = None if custom is None else custom.isoformat()
        answer["history"] = past_of(case)
    return _known(answer)


def accept_by(case: CustomerCase) -> str | None:
    """The last local day on which the invitation can be accepted, while it can."""
    if case.state is not Membership.INVITED:
        return None
    ends = invitation_ends(case.membership.facts, case.policy)
    return (local_date(ends, case.policy.time_zone) - timedelta(days=1)).isoformat()


def authorization_of(case: CustomerCase, number: str, now: datetime) -> Answer:
    """An authorization as its customer knows it."""
    facts = case.known[number].facts
    state = case.state_of(number, now)
    return authorization_answer(number, case.vip_number, state, facts, case.view(), case.policy, now)
