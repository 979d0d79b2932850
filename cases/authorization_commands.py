"""What people and services may ask of an authorization: one function a command (rules, section 4).

Each decides, changes the facts and fires one step; raises `Refused` with every reason and then nothing has changed
for whoever tried it on a copy.
"""

from datetime import datetime
from typing import Any

from cases.authorization import AuthorizationCase
from cases.bounces import record_bounce
from cases.commands import Command, happened_at
from cases.messages import ConfirmReturn, Extend, PlaceOrder, RecordBounce, RequestReturn, WithReason
from cases.ordering import frozen, happens, out_of_range
from cases.words import added_up
from states.authorization import AUTHORIZATION, Trigger, day, return_closes
from states.calendar import local_date, start_of_day
from states.facts import Order, Quantities, Return, minus, open_quantity, plus
from states.policy import Policy
from states.refusals import Reason, Refused, refuse


def place_order(case: AuthorizationCase, body: PlaceOrder, now: datetime) -> None:
    """A5, A6, A13. The same reference with the same quantities changes nothing."""
    happened_at(body.ordered_at, now, case.facts.requested_at, "ordered_at")
    known = next((one for one in case.facts.orders if one.order_reference == body.order_reference), None)
    if known is not None:
        if body.lines is not None and added_up(body.lines) != known.lines:
            raise refuse(
                "order_reference_conflict",
                f"{body.order_reference} was recorded with other quantities.",
                recorded=known.lines,
            )
        return
    at = case.arrive(body.ordered_at, now)
    rest = open_quantity(case.facts)
    if not rest:
        raise AUTHORIZATION.refusal(case.state, Trigger.ORDER)
    lines = rest if body.lines is None else added_up(body.lines)
    _check_order(lines, rest, case.policy)
    order = Order(order_reference=body.order_reference, lines=lines, ordered_at=at, recorded_at=now)
    before, on = case.facts, local_date(at, case.policy.time_zone)
    changes: dict[str, Any] = {"orders": (*before.orders, order)}
    if lines == rest:
        changes["duration"] = frozen(before, case.view, case.policy, on)
    about = {"order_reference": body.order_reference, "order": lines}
    case.take(Trigger.ORDER, at, now, body.actor, None, about, **changes)


def cancel(case: AuthorizationCase, body: WithReason, now: datetime) -> None:
    """A7."""
    at = case.arrive(None, now)
    _drop(case, Trigger.CANCEL, at, now, body)


def write_off(case: AuthorizationCase, body: WithReason, now: datetime) -> None:
    """A14."""
    at = case.arrive(None, now)
    _drop(case, Trigger.WRITE_OFF, at, now, body)


def _drop(case: AuthorizationCase, trigger: Trigger, at: datetime, now: datetime, body: WithReason) -> None:
    """The open quantity goes."""
    rest = open_quantity(case.facts)
    about = {"reason": body.reason, "removed": rest, "written_off": trigger is Trigger.WRITE_OFF}
    changes: dict[str, Any] = {"dropped": plus(case.facts.dropped, rest)}
    if case.facts.orders:
        # What is ordered of it is all there will be: its duration no longer changes.
        on = local_date(case.facts.orders[-1].ordered_at, case.policy.time_zone)
        changes["duration"] = frozen(case.facts, case.view, case.policy, on)
    case.take(trigger, at, now, body.actor, body.reason, about, **changes)


def extend(case: AuthorizationCase, body: Extend, now: datetime) -> None:
    """A8: the order is due later, and everything after moves with it."""
    at = case.arrive(None, now)
    AUTHORIZATION.step(case.state, Trigger.EXTEND, case.facts, case.policy)
    most = case.policy.authorization.extension_days
    total = case.facts.extension_days + body.days
    if total > most:
        left = most - case.facts.extension_days
        raise refuse("extension_limit", f"At most {most} days in all; {left} are left.", days_left=left)
    case.take(Trigger.EXTEND, at, now, body.actor, body.reason, extension_days=total)


def deactivate(case: AuthorizationCase, body: WithReason, now: datetime) -> None:
    """A19: when no warning can get out."""
    at = case.arrive(None, now)
    AUTHORIZATION.step(case.state, Trigger.DEACTIVATE, case.facts, case.policy)
    first = day(case.facts, case.policy, case.policy.authorization.deactivated_from_day)
    if at < start_of_day(first, case.policy.time_zone):
        raise refuse("not_overdue", f"It can be deactivated from {first} on.", possible_from=first.isoformat())
    case.take(Trigger.DEACTIVATE, at, now, body.actor, body.reason)


def request_return(case: AuthorizationCase, body: RequestReturn, now: datetime) -> None:
    """A15: of one order, within its window."""
    at = case.arrive(None, now)
    order = next((one for one in case.facts.orders if one.order_reference == body.order_reference), None)
    AUTHORIZATION.step(case.state, Trigger.REQUEST_RETURN, case.facts, case.policy)
    if order is None:
        raise refuse("not_found", f"{body.order_reference} is not an order of this authorization.")
    if at >= (closed := return_closes(order, case.policy)):
        raise refuse("return_window_closed", "The return window of this order has ended.", ended=happens(closed))
    rest = minus(order.lines, order.returned)
    lines = rest if body.lines is None else added_up(body.lines)
    _check_held(lines, rest)
    asked = Return(order_reference=body.order_reference, lines=lines, reason=body.reason)
    about = {"order_reference": body.order_reference, "reason": body.reason, "return": lines}
    case.take(Trigger.REQUEST_RETURN, at, now, body.actor, body.reason, about, return_open=asked)


def confirm_return(case: AuthorizationCase, body: ConfirmReturn, now: datetime) -> None:
    """A16: all or part of what was asked."""
    at = case.arrive(None, now)
    asked = case.facts.return_open
    if asked is None:
        raise AUTHORIZATION.refusal(case.state, Trigger.CONFIRM_RETURN)
    lines = asked.lines if body.lines is None else added_up(body.lines)
    _check_held(lines, asked.lines)
    orders = tuple(
        one.model_copy(update={"returned": plus(one.returned, lines)})
        if one.order_reference == asked.order_reference
        else one
        for one in case.facts.orders
    )
    about = {"order_reference": asked.order_reference, "return": lines}
    case.take(Trigger.CONFIRM_RETURN, at, now, body.actor, None, about, orders=orders, return_open=None)


def decline_return(case: AuthorizationCase, body: WithReason, now: datetime) -> None:
    """A17."""
    at = case.arrive(None, now)
    asked = case.facts.return_open
    if asked is None:
        raise AUTHORIZATION.refusal(case.state, Trigger.DECLINE_RETURN)
    about = {"order_reference": asked.order_reference, "reason": body.reason, "return": asked.lines}
    case.take(Trigger.DECLINE_RETURN, at, now, body.actor, body.reason, about, return_open=None)


def _check_order(lines: Quantities, rest: Quantities, policy: Policy) -> None:
    """Quantities an order may cover: at least one, and no more than is open."""
    reasons = out_of_range(lines, policy) or [
        Reason(
            "exceeds_open", f"{product}: {rest.get(product, 0)} are open.", product=product, open=rest.get(product, 0)
        )
        for product, quantity in lines.items()
        if quantity > rest.get(product, 0)
    ]
    if reasons:
        raise Refused(reasons)


def _check_held(lines: Quantities, rest: Quantities) -> None:
    """Quantities that can be taken back: no more than is held of the order."""
    reasons = [
        Reason("exceeds_held", f"{product}: {rest.get(product, 0)} can be returned.", product=product)
        for product, quantity in lines.items()
        if quantity > rest.get(product, 0)
    ]
    if reasons or not rest:
        raise Refused(reasons or [Reason("exceeds_held", "Nothing of this order is held any more.")])


COMMANDS = {
    "place_order": Command(PlaceOrder, place_order),
    "cancel": Command(WithReason, cancel),
    "extend": Command(Extend, extend),
    "request_return": Command(RequestReturn, request_return),
    "confirm_return": Command(ConfirmReturn, confirm_return),
    "decline_return": Command(WithReason, decline_return),
    "write_off": Command(WithReason, write_off),
    "deactivate": Command(WithReason, deactivate),
    "record_bounce": Command(RecordBounce, record_bounce),
}
