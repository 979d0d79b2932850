"""Renewal orders, and what is declined (rules, section 5)."""

from collections.abc import Callable
from datetime import datetime

from cases.answers import Answer, customer_answer
from cases.commands import happened_at
from cases.customer import CustomerCase
from cases.ledger import Placed
from cases.messages import DeclineRenewal, PlaceOrder
from cases.ordering import happens, out_of_range
from cases.words import added_up
from states.calendar import start_of_day
from states.catalogue import Catalogue
from states.facts import Quantities, RenewalFacts, minus, plus
from states.refusals import Reason, Refused, refuse
from states.renewal import RENEWAL, State, Trigger, to_renew, window_opens_on
from states.standing import reasons_against


def place_renewal_order(
    case: CustomerCase, body: PlaceOrder, now: datetime, _number: str, sold: Catalogue | None
) -> Answer:
    """R6, R9: all that is held and not renewed yet, or these lines; what goes beyond what is held is bought."""
    said = None if body.lines is None else added_up(body.lines)
    if (known := case.references.answer("place_renewal_order", body.order_reference, said)) is not None:
        return known
    happened_at(body.ordered_at, now, case.first_invited_at, "ordered_at")
    lines = renew(case, body, now, lambda lines: _check_beyond(case, case.renewal.facts, lines, now, sold))
    answer = customer_answer(case, now)
    case.references.placed[body.order_reference] = Placed("place_renewal_order", lines, answer)
    return answer


def renew(
    case: CustomerCase, body: PlaceOrder, now: datetime, check: Callable[[Quantities], None] | None = None
) -> Quantities:
    """What is renewed by this order, whatever the buying rules say; `check` may refuse it."""
    at = case.arrive(body.ordered_at, now)
    if case.renewal.state is State.UPCOMING:
        case.advance(at, now)  # an order placed as the window opens was not placed before it
    facts = case.renewal.facts
    RENEWAL.step(case.renewal.state, Trigger.RENEW, facts, case.policy)
    if at < (opens := start_of_day(window_opens_on(facts, case.policy), case.policy.time_zone)):
        raise refuse("renewal_window_closed", "The renewal window was not open yet.", opens=happens(opens))
    lines = minus(facts.ending, facts.renewed) if body.lines is None else added_up(body.lines)
    if not lines:
        raise refuse("nothing_to_renew", "Everything held is renewed already.")
    if check is not None:
        check(lines)
    renewed = plus(facts.renewed, lines)
    declined = _taken_back(facts, renewed)
    about = {"order_reference": body.order_reference, "order": lines}
    changed = facts.model_copy(update={"renewed": renewed, "declined": declined})
    case.take_step("renewal", Trigger.RENEW, at, now, actor=body.actor, about=about, facts=changed)
    return lines


def decline_renewal(case: CustomerCase, body: DeclineRenewal, now: datetime) -> None:
    """Nobody is reminded of these quantities any more; what is bought later is reminded of again."""
    at = case.arrive(None, now)
    facts = case.renewal.facts
    rest = to_renew(facts)
    lines = rest if body.lines is None else added_up(body.lines)
    RENEWAL.step(case.renewal.state, Trigger.DECLINE, facts, case.policy)
    if not rest:
        raise refuse("nothing_to_renew", "Everything held is renewed or declined already.")
    beyond = [
        Reason("exceeds_held", f"{product}: {rest.get(product, 0)} are still to renew.", product=product)
        for product, quantity in lines.items()
        if quantity > rest.get(product, 0)
    ]
    if beyond:
        raise Refused(beyond)
    changed = facts.model_copy(update={"declined": plus(facts.declined, lines)})
    case.take_step("renewal", Trigger.DECLINE, at, now, actor=body.actor, reason=body.reason, facts=changed)


def _check_beyond(
    case: CustomerCase, facts: RenewalFacts, lines: Quantities, now: datetime, sold: Catalogue | None
) -> None:
    """Quantities or products beyond what is held are bought: the buying rules apply to those."""
    if wrong := out_of_range(lines, case.policy):
        raise Refused(wrong)
    rest = minus(facts.ending, facts.renewed)
    beyond = minus(lines, rest)
    if not beyond:
        return
    reasons = reasons_against(case.buyer(now), beyond, case.policy, sold, authorizing=False)
    for reason in reasons:
        if reason.code == "overdue_items":
            reason["legal_quantities"] = rest
    if reasons:
        raise Refused(reasons)


def _taken_back(facts: RenewalFacts, renewed: Quantities) -> Quantities:
    """A later renewal order takes a decline back, quantity by quantity."""
    room = minus(facts.ending, renewed)
    kept = {product: min(quantity, room.get(product, 0)) for product, quantity in facts.declined.items()}
    return {product: quantity for product, quantity in kept.items() if quantity > 0}
