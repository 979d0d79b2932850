"""The past of a customer as it would be told to take it over elsewhere: the inverse of `cases.takeover`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from cases.authorization import Snapshot
from cases.ordering import happens
from cases.record import Deed
from states.facts import Order, Quantities

if TYPE_CHECKING:
    from cases.customer import CustomerCase

Told = dict[str, Any]


def past_of(case: CustomerCase) -> Told:
    """The `history` with which an invitation brings this customer here, in the state in which it stands."""
    deeds = case.deeds
    told: Told = {"invited_on": happens(case.first_invited_at), **_acceptance(case)}
    told["resent_on"] = [happens(deed.at) for deed in deeds if deed.name == "resend_invitation"]
    told["handed_over_on"] = [happens(deed.at) for deed in deeds if deed.name == "hand_over_contact"]
    for deed in deeds:
        if deed.name == "withdraw_invitation":
            told |= {"withdrawn_on": happens(deed.at), "withdrawal_reason": deed.body["reason"]}
    told["authorizations"] = [past_of_authorization(known) for known in case.known.values()]
    told["renewal_orders"] = [_renewed(case, deed) for deed in deeds if deed.name == "place_renewal_order"]
    told["renewal_declines"] = [
        _said({"declined_on": happens(deed.at), "reason": deed.body["reason"], "lines": deed.body.get("lines")})
        for deed in deeds
        if deed.name == "decline_renewal"
    ]
    told["undelivered_to"] = sorted(case.unreachable)
    told["letters_stopped"] = sorted(case.stopped)
    return _said(told)


def _acceptance(case: CustomerCase) -> Told:
    facts = case.membership.facts.acceptance
    if facts is None:
        return {}
    recorded = [deed.at for deed in case.deeds if deed.name == "accept_invitation"]
    return {
        "accepted_on": happens(facts.accepted_at),
        "accepted_told_on": _if_later(recorded[-1] if recorded else None, facts.accepted_at),
        "accepted_by": _said({"name": facts.name, "identity": facts.identity}),
        "terms_version": facts.terms_version,
    }


def past_of_authorization(known: Snapshot) -> Told:
    """What of that history is about one authorization."""
    facts = known.facts
    told: Told = {
        "authorization_number": known.authorization_number,
        "lines": _lines(facts.lines),
        "purchase_order": facts.purchase_order,
        "orders": [_order(order) for order in facts.orders],
        "deeds": [_said({"name": deed.name, "on": happens(deed.at), **_body(deed)}) for deed in known.deeds],
        "warned_on": happens(facts.warned_at),
        "undelivered_to": list(known.undelivered_to),
    }
    if not facts.direct:
        told |= {"requested_on": happens(facts.requested_at), "requested_by": facts.requested_by.value}
    return _said(told)


def _order(order: Order) -> Told:
    return _said(
        {
            "order_reference": order.order_reference,
            "ordered_on": happens(order.ordered_at),
            "told_on": _if_later(order.recorded_at, order.ordered_at),
            "lines": _lines(order.lines),
        }
    )


def _renewed(case: CustomerCase, deed: Deed) -> Told:
    reference = deed.body["order_reference"]
    placed_at = deed.body.get("ordered_at")
    at = deed.at if placed_at is None else min(datetime.fromisoformat(placed_at), deed.at)
    return _said(
        {
            "order_reference": reference,
            "ordered_on": happens(at),
            "told_on": _if_later(deed.at, at),
            "lines": _lines(case.references.placed[reference].lines),
        }
    )


def _body(deed: Deed) -> Told:
    return {name: value for name, value in deed.body.items() if name != "actor"}


def _lines(quantities: Quantities) -> list[Told]:
    return [{"product": product, "quantity": quantity} for product, quantity in quantities.items()]


def _if_later(told: datetime | None, happened: datetime) -> str | None:
    return None if told is None or told <= happened else happens(told)


def _said(told: Told) -> Told:
    return {name: value for name, value in told.items() if value not in (None, [])}
