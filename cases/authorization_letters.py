"""From an authorization's facts to the letters of its thread."""

from datetime import datetime, timedelta
from typing import Any

from cases.ordering import to_order
from cases.outbox import Item
from cases.shelf import product_name
from states.authorization import State, day, deactivation_day
from states.calendar import local_date
from states.facts import AuthorizationFacts, CustomerView, LetterLine, Quantities, held, open_quantity, ordered
from states.letters import LETTERS, InvitationLink, Letter
from states.policy import Policy


def lines_of(quantities: Quantities) -> tuple[LetterLine, ...]:
    return tuple(
        LetterLine(product=product, name=product_name(product), quantity=quantity)
        for product, quantity in quantities.items()
    )


def link_of(vip_number: str, view: CustomerView) -> InvitationLink | None:
    """The invitation's link while it can be accepted."""
    if view.accepted or view.invitation_ends is None:
        return None
    return InvitationLink(vip_number=vip_number, invitation=view.invitation, expires_at=view.invitation_ends)


def write(
    item: Item,
    number: str,
    vip_number: str,
    facts: AuthorizationFacts,
    view: CustomerView,
    policy: Policy,
    now: datetime,
) -> Letter:
    """The letter of an outbox item, complete in itself, with everything computed anew."""
    zone, rest, bought, kept = policy.time_zone, open_quantity(facts), ordered(facts), held(facts)
    due = to_order(facts, view, policy, local_date(now, zone))
    fields: dict[str, Any] = {
        "key": item.key(number),
        "thread": item.thread,
        "written_at": now,
        "reader": item.reader,
        "contact": view.contact,
        "account_manager": view.account_manager,
        "language": view.language,
        "organization": view.organization,
        "vip_number": vip_number,
        "time_zone": zone,
        "authorization_number": number,
        "purchase_order": facts.purchase_order,
        "requested_by": facts.requested_by,
        "requested_on": local_date(facts.requested_at, zone),
        "lines": tuple(
            LetterLine(
                product=product,
                name=product_name(product),
                quantity=quantity,
                ordered=bought.get(product, 0),
                open=rest.get(product, 0),
                returned=bought.get(product, 0) - kept.get(product, 0),
            )
            for product, quantity in facts.lines.items()
        ),
        "order_from": due.order_from,
        "months_to_order": due.months,
        "provisional": due.provisional,
        "accept_link": link_of(vip_number, view),
    }
    if rest:
        fields |= {
            "order_due_by": day(facts, policy, policy.authorization.order_due_days),
            "overdue_on": day(facts, policy, policy.authorization.overdue_from_day),
            "deactivated_on": deactivated_on(item, facts, policy, now),
        }
    wanted = LETTERS[item.letter].model_fields
    return LETTERS[item.letter](**{name: value for name, value in fields.items() if name in wanted}, **_told(item))


def deactivated_on(item: Item, facts: AuthorizationFacts, policy: Policy, now: datetime) -> Any:
    """When what is open is deactivated, at the earliest: never a day gone by while it still works."""
    planned = deactivation_day(facts, policy)
    if item.state == State.DEACTIVATED:
        return local_date(item.since, policy.time_zone)
    notice = policy.authorization.notice_before_deactivation_days
    if facts.warned_at is None and notice:
        return max(planned, local_date(now, policy.time_zone) + timedelta(days=notice))
    return planned


def _told(item: Item) -> dict[str, Any]:
    told: dict[str, Any] = {
        key: item.about[key]
        for key in ("order_reference", "reason", "written_off", "undelivered_letter", "address")
        if key in item.about
    }
    for key, field in (("order", "order_lines"), ("removed", "removed"), ("return", "return_lines")):
        if key in item.about:
            told[field] = lines_of(item.about[key])
    wanted = LETTERS[item.letter].model_fields
    return {field: value for field, value in told.items() if field in wanted}
