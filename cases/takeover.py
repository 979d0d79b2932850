"""Taking over a customer that already lives: it walks through its past to where it stands (rules, section 10)."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from cases import events
from cases.answers import authorization_of, customer_answer
from cases.authorization import AuthorizationCase
from cases.authorization_commands import COMMANDS as OF_AUTHORIZATION
from cases.authorization_commands import place_order, write_off
from cases.buying import begin, begin_direct
from cases.case import Case
from cases.chronicle import Chronicle
from cases.customer import CustomerCase
from cases.customer_commands import COMMANDS as OF_CUSTOMER
from cases.customer_renewal import renew
from cases.deeds import remembering
from cases.history import History, PastOrder
from cases.journal import Why
from cases.ledger import Placed
from cases.messages import (
    Accept,
    Body,
    DeclineRenewal,
    HandOver,
    Invite,
    Nothing,
    PlaceOrder,
    RecordOrder,
    WithReason,
    parse,
)
from cases.record import Deed
from cases.walking import Walk
from cases.words import CountedLines, Line, added_up
from states.authorization import State as Authorization
from states.facts import AuthorizationFacts, Reader
from states.membership import State
from states.policy import Policy
from states.refusals import Reason, Refused


def take_over(
    vip_number: str, invite: Invite, policy: Policy, now: datetime, number: Callable[[], str]
) -> CustomerCase:
    """The customer as it stands now; `to_start` has the authorizations that still live.

    No letter was written about what is past, and nothing was deactivated that asks for a notice first. Numbers that are
    not known are issued by `number`. Raises `Refused`: `invalid_request` with every field of the history that is wrong.
    """
    if invite.history is None:
        raise ValueError("there is no history to take over")
    past = Chronicle(invite.history, invite.contact.name, policy, now, number)
    walk = Walk(CustomerCase.begin(vip_number, invite, policy, past.invited_at, quiet_until=now))
    walk.settle(walk.customer, past.invited_at)
    for event in past.events:
        walk.until(event.at, inclusive=False)
        try:
            _happen(walk, event)
        except Refused as refused:
            sentences = [f"{event.field}: {reason['message']}" for reason in refused.reasons]
            raise Refused(Reason("invalid_request", one, field=event.field) for one in sentences) from None
        walk.spread(event.at)
    walk.until(now)
    _mark_unreachable(walk, invite.history, past.numbers, now)
    return _as_of(now, walk)


def _happen(walk: Walk, event: events.Event) -> None:
    """One event of the past; the buying rules are not applied to it."""
    customer, at, what = walk.customer, event.at, event.what
    match what:
        case events.Accepted():
            if customer.state is State.EXPIRED and what.at == at:  # what was accepted was alive: it was sent again
                _do(customer, "resend_invitation", Nothing(), at)
            accept = Accept(accepted_by=what.by, terms_version=what.terms_version, accepted_at=what.at)
            _do(customer, "accept_invitation", accept, at)
        case events.Resent():
            _do(customer, "resend_invitation", Nothing(), at)
        case events.HandedOver():
            same = HandOver(**customer.contact.model_dump(), reason="taken over")
            _do(customer, "hand_over_contact", same, at)
        case events.Withdrawn():
            _do(customer, "withdraw_invitation", WithReason(reason=what.reason), at)
        case events.Requested():
            facts = AuthorizationFacts(
                requested_at=at,
                requested_by=what.told.requested_by,
                lines=added_up(what.told.lines),
                purchase_order=what.told.purchase_order,
            )
            begin(customer, what.number, facts, at, None)
        case events.OrderedDirectly():
            reference, lines = what.told.order_reference, _lines(what.lines)
            direct = RecordOrder(order_reference=reference, lines=lines, ordered_at=what.at)
            begin_direct(customer, what.number, direct, at, what.purchase_order)
            placed = Placed("record_order", added_up(what.lines), {"authorization_number": what.number})
            customer.references.placed[reference] = placed
        case events.Ordered():
            place_order(walk.authorizations[what.number], _order(what.told, what.at), at)
            walk.settle(walk.authorizations[what.number], at)
        case events.Done():
            case = walk.authorizations[what.number]
            name, said = what.told.name, what.told.model_dump(mode="json", exclude_none=True, exclude={"name", "on"})
            if name == "write_off_lost":
                _write_off_lost(case, parse(WithReason, said), at)
            else:
                _do(case, name, parse(OF_AUTHORIZATION[name].form, said), at)
            walk.settle(case, at)
        case events.Warned():
            case = walk.authorizations[what.number]
            case.advance(at, at)
            case.learn(warned_at=at)
            walk.settle(case, at)
        case events.Renewed():
            order = _order(what.told, what.at)
            with remembering(customer, "place_renewal_order", order, at):
                placed = Placed("place_renewal_order", renew(customer, order, at), {})
            customer.references.placed[order.order_reference] = placed
        case events.Declined():
            decline = DeclineRenewal(reason=what.told.reason, lines=what.told.lines)
            _do(customer, "decline_renewal", decline, at)
        case _:
            assert_never(what)
    walk.settle(customer, at)


def _do(case: CustomerCase | AuthorizationCase, name: str, form: Body, at: datetime) -> None:
    commands = OF_CUSTOMER if isinstance(case, CustomerCase) else OF_AUTHORIZATION
    with remembering(case, name, form, at):
        commands[name].apply(case, form, at)


def _write_off_lost(case: AuthorizationCase, told: WithReason, at: datetime) -> None:
    """Its workflow had vanished, so it counted as overdue, whatever it was (section 4)."""
    case.advance(at, at)
    if case.state is Authorization.PENDING:
        case.authorization.state = Authorization.OVERDUE
    write_off(case, told, at)
    case.deeds.append(Deed(at, "write_off_lost", {"reason": told.reason}))


def _mark_unreachable(walk: Walk, history: History, numbers: list[str], now: datetime) -> None:
    """Letters that could not be delivered before: the mark stays until one gets through."""
    marked: list[tuple[Case, tuple[Reader, ...]]] = [(walk.customer, history.undelivered_to)]
    for number, told in zip(numbers, history.authorizations, strict=True):
        marked.append((walk.authorizations[number], told.undelivered_to))
    for case, readers in marked:
        if readers:
            case.unreachable.update(dict.fromkeys(readers, Why.RECIPIENT_REFUSED.value))
            case.news += 1
    for reader in history.letters_stopped:
        walk.customer.stop(reader, walk.customer.address_of(reader))
    walk.spread(now)


def _as_of(now: datetime, walk: Walk) -> CustomerCase:
    """All of it is processed now, at the end of the walk; repeats of its orders are answered as things stand."""
    customer = walk.customer
    for case in (customer, *walk.authorizations.values()):
        case.advance(now, now)
        case.journal = [entry._replace(processed_at=now) for entry in case.journal]
    for reference, placed in customer.references.placed.items():
        number = placed.answer.get("authorization_number")
        answer = customer_answer(customer, now) if number is None else authorization_of(customer, number, now)
        customer.references.placed[reference] = placed._replace(answer=answer)
    customer.to_start = [case for case in walk.authorizations.values() if not case.final]
    return customer


def _order(told: PastOrder, at: datetime) -> PlaceOrder:
    lines = None if told.lines is None else _lines(told.lines)
    return PlaceOrder(order_reference=told.order_reference, lines=lines, ordered_at=at)


def _lines(lines: CountedLines) -> tuple[Line, ...]:
    return tuple(Line(product=line.product, quantity=line.quantity) for line in lines)
