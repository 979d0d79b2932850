"""From a customer's facts to the letters of its invitation and its renewals."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cases.outbox import Item
from cases.shelf import product_name
from states.calendar import local_date
from states.facts import Quantities, RenewalFacts, RenewalLine
from states.letters import LETTERS, InvitationLink, Letter, MembershipLetter, RenewalLetter
from states.membership import invitation_ends
from states.renewal import State as RenewalState
from states.renewal import anniversary, expires_on, to_remove, to_renew, window_opens_on

if TYPE_CHECKING:
    from cases.customer import CustomerCase


def write(item: Item, case: CustomerCase, now: datetime) -> Letter:
    """The letter of an outbox item, complete in itself, with everything computed anew."""
    kind = LETTERS[item.letter]
    fields: dict[str, Any] = {
        "key": item.key(case.vip_number),
        "thread": item.thread,
        "written_at": now,
        "reader": item.reader,
        "contact": case.contact,
        "account_manager": case.account_manager,
        "language": case.language,
        "organization": case.profile.organization,
        "vip_number": case.vip_number,
        "time_zone": case.policy.time_zone,
    }
    if issubclass(kind, MembershipLetter):
        fields |= _membership(case, kind, item)
    elif issubclass(kind, RenewalLetter):
        fields |= _renewal(case, kind, item)
    else:
        fields |= {
            k: item.about[k]
            for k in ("undelivered_letter", "address", "reason", "authorization_number")
            if k in item.about
        }
    return kind(**fields)


def _membership(case: CustomerCase, kind: type[MembershipLetter], item: Item) -> dict[str, Any]:
    facts, zone = case.membership.facts, case.policy.time_zone
    ends = invitation_ends(facts, case.policy)
    told: dict[str, Any] = {
        "invited_on": local_date(facts.invited_at, zone),
        "expires_on": local_date(ends, zone) - timedelta(days=1),
    }
    if item.state == "invited":
        told["link"] = InvitationLink(vip_number=case.vip_number, invitation=facts.invitation, expires_at=ends)
    if facts.acceptance is not None:
        told["accepted_by"] = facts.acceptance.name
        told["accepted_on"] = local_date(facts.acceptance.accepted_at, zone)
    told |= {key: item.about[key] for key in ("reason", "handed_over") if key in item.about}
    return {key: value for key, value in told.items() if key in kind.model_fields}


def _renewal(case: CustomerCase, kind: type[RenewalLetter], item: Item) -> dict[str, Any]:
    # A turn that is over is told as it was; a running one as it stands now.
    now = case.renewal.facts
    then = item.renewal or now
    facts = now if now.turn == then.turn and now.anniversary == then.anniversary else then
    told: dict[str, Any] = {
        "anniversary_date": anniversary(facts),
        "window_opens_on": window_opens_on(facts, case.policy),
        "expires_on": expires_on(facts, case.policy),
        "lines": _lines(facts),
        "window_is_open": item.state != RenewalState.UPCOMING,
        "removed": tuple(
            RenewalLine(product=product, name=product_name(product), held=quantity)
            for product, quantity in to_remove(then).items()
        ),
        "order_reference": item.about.get("order_reference"),
        "order_lines": tuple(
            RenewalLine(
                product=product, name=product_name(product), held=facts.ending.get(product, 0), renewed=quantity
            )
            for product, quantity in item.about.get("order", {}).items()
        ),
    }
    return {key: value for key, value in told.items() if key in kind.model_fields}


def _lines(facts: RenewalFacts) -> tuple[RenewalLine, ...]:
    rest: Quantities = to_renew(facts)
    return tuple(
        RenewalLine(
            product=product,
            name=product_name(product),
            held=facts.ending.get(product, 0),
            renewed=facts.renewed.get(product, 0),
            declined=facts.declined.get(product, 0),
            to_renew=rest.get(product, 0),
        )
        for product in dict.fromkeys([*facts.ending, *facts.renewed])
    )
