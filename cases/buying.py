"""Buying: a customer authorizes products or records a direct order, and what is lost is written off (rules, section 4).

Each decides, changes the facts and fires one step; raises `Refused` with every reason and then nothing has changed
for whoever tried it on a copy.
"""

from datetime import datetime

from cases.answers import Answer, authorization_answer, authorization_of
from cases.authorization import AuthorizationCase
from cases.authorization_commands import write_off
from cases.commands import happened_at
from cases.customer import CustomerCase
from cases.journal import Kind
from cases.ledger import Placed
from cases.messages import Authorize, RecordOrder, WithReason, WriteOffLost
from cases.ordering import frozen
from cases.record import Deed
from cases.words import added_up
from states.calendar import local_date
from states.catalogue import Catalogue
from states.facts import AuthorizationFacts, Order, Quantities, RequestedBy
from states.refusals import Refused, refuse
from states.standing import reasons_against


def authorize_purchase(
    case: CustomerCase, body: Authorize, now: datetime, number: str, sold: Catalogue | None
) -> Answer:
    """A1, A2: the buying rules look at now; the authorization takes up its life where its request stands."""
    happened_at(body.requested_at, now, case.first_invited_at, "requested_at")
    case.arrive(None, now)
    lines, by_member = added_up(body.lines), body.requested_by is RequestedBy.MEMBER
    _may_buy(case, lines, now, sold, authorizing=True, by_member=by_member)
    facts = AuthorizationFacts(
        requested_at=min(body.requested_at or now, now),
        requested_by=body.requested_by,
        lines=lines,
        purchase_order=body.purchase_order,
    )
    begin(case, number, facts, now, body.actor)
    return authorization_of(case, number, now)


def record_order(case: CustomerCase, body: RecordOrder, now: datetime, number: str, sold: Catalogue | None) -> Answer:
    """A3: a direct order; a product that can't be authorized is welcome here."""
    lines = added_up(body.lines)
    if (known := case.references.answer("record_order", body.order_reference, lines)) is not None:
        return known
    happened_at(body.ordered_at, now, case.first_invited_at, "ordered_at")
    case.arrive(None, now)
    _may_buy(case, lines, now, sold, authorizing=False, by_member=False)
    begin_direct(case, number, body, now)
    answer = authorization_of(case, number, now)
    case.references.placed[body.order_reference] = Placed("record_order", lines, answer)
    return answer


def write_off_lost(case: CustomerCase, body: WriteOffLost, now: datetime) -> Answer:
    """What a lost authorization can still do: it is rebuilt from what is known of it, and written off (section 4)."""
    case.arrive(None, now)
    number = body.authorization_number
    known = case.known.get(number)
    if known is None:
        raise refuse("not_found", f"{number} is not an authorization of this customer.")
    if number not in case.lost:
        raise refuse("not_overdue", f"{number} is not lost; write it off itself.")
    lost = AuthorizationCase.rebuilt(known, case.view(), case.vip_number, case.policy, now)
    told = WithReason(reason=body.reason, actor=body.actor)
    write_off(lost, told, now)
    lost.deeds.append(Deed(now, "write_off_lost", {"reason": body.reason}))
    del case.lost[number]
    case.take_in(lost.snapshot(), now)
    case.to_start.append(lost)
    case.enter(
        Kind.FACT, now, now, "authorization", "write_off", "lost", lost.state, reason=body.reason, actor=body.actor
    )
    return authorization_answer(number, case.vip_number, lost.state.value, lost.facts, lost.view, case.policy, now)


def begin(case: CustomerCase, number: str, facts: AuthorizationFacts, now: datetime, actor: str | None) -> None:
    """An authorization of this customer begins, whatever the buying rules say."""
    begun = AuthorizationCase.begin(
        number, case.vip_number, case.view(), facts, case.policy, now, actor=actor, quiet_until=case.quiet_until
    )
    begun.advance(now, now)
    case.take_in(begun.snapshot(), now)
    begun.view = case.view()
    case.to_start.append(begun)


def begin_direct(
    case: CustomerCase, number: str, body: RecordOrder, now: datetime, purchase_order: str | None = None
) -> None:
    """A direct order's authorization begins, whatever the buying rules say."""
    lines, at = added_up(body.lines), min(body.ordered_at or now, now)
    order = Order(order_reference=body.order_reference, lines=lines, ordered_at=at, recorded_at=now)
    asked = AuthorizationFacts(
        requested_at=at,
        requested_by=RequestedBy.ACCOUNT_MANAGER,
        lines=lines,
        purchase_order=purchase_order,
        direct=True,
        orders=(order,),
    )
    duration = frozen(asked, case.view(), case.policy, local_date(at, case.policy.time_zone))
    begin(case, number, asked.model_copy(update={"duration": duration}), now, body.actor)


def _may_buy(
    case: CustomerCase, lines: Quantities, now: datetime, sold: Catalogue | None, *, authorizing: bool, by_member: bool
) -> None:
    reasons = reasons_against(case.buyer(now), lines, case.policy, sold, authorizing=authorizing, by_member=by_member)
    if reasons:
        raise Refused(reasons)
