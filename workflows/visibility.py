"""From a case to what operators see: search attributes, memo, details. No personal data but the organisation."""

from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import quote

from temporalio.common import SearchAttributeKey

from cases.answers import authorization_answer
from cases.authorization import AuthorizationCase, next_event
from cases.customer import CustomerCase
from states.authorization import AUTHORIZATION
from states.calendar import local_date
from states.lifecycle import Lifecycle
from states.membership import MEMBERSHIP
from states.renewal import RENEWAL
from workflows.names import (
    ANNIVERSARY_DATE,
    AUTHORIZATION_STATE,
    CUSTOMER_LISTS,
    CUSTOMER_STATE,
    EXTERNAL_ID,
    MANAGED_BY,
    MARKET_SEGMENT,
    NEXT_EVENT,
    NEXT_EVENT_AT,
    ORGANIZATION,
    POLICY_VERSION,
    RENEWAL_STATE,
    UNREACHABLE,
    VIP_NUMBER,
    authorization_id,
    customer_id,
)

Attributes = dict[SearchAttributeKey[Any], Any]
"""A value for each search attribute of a case; None where it has none."""

_LINKS = 15
"""Open authorizations linked in the current details: the UI carries them in an address."""


def customer_attributes(case: CustomerCase, now: datetime, show_organization: bool) -> Attributes:
    event = case.next_event(now)
    anniversary = case.renewal.facts.anniversary or case.renewal.facts.custom_anniversary
    return {
        CUSTOMER_STATE: case.state.value,
        RENEWAL_STATE: case.renewal.state.value,
        CUSTOMER_LISTS: [one.value for one in case.lists(now)],
        VIP_NUMBER: case.vip_number,
        EXTERNAL_ID: case.profile.external_id,
        MANAGED_BY: case.account_manager.id,
        MARKET_SEGMENT: case.profile.market_segment.value,
        NEXT_EVENT: None if event is None else event[0],
        NEXT_EVENT_AT: None if event is None else event[1],
        ANNIVERSARY_DATE: None if anniversary is None else datetime.combine(anniversary, time(), UTC),
        POLICY_VERSION: case.policy.label,
        ORGANIZATION: case.profile.organization if show_organization else None,
        UNREACHABLE: case.is_unreachable(),
    }


def authorization_attributes(case: AuthorizationCase, now: datetime, show_organization: bool) -> Attributes:
    event = next_event(case.state, case.facts, case.policy, now)
    return {
        AUTHORIZATION_STATE: case.state.value,
        VIP_NUMBER: case.vip_number,
        MANAGED_BY: case.view.account_manager.id,
        NEXT_EVENT: None if event is None else event[0],
        NEXT_EVENT_AT: None if event is None else event[1],
        POLICY_VERSION: case.policy.label,
        ORGANIZATION: case.view.organization if show_organization else None,
        UNREACHABLE: bool(case.unreachable),
    }


def customer_memo(case: CustomerCase) -> dict[str, Any]:
    """What a list needs and may not stand in a search attribute."""
    return {
        "organization": case.profile.organization,
        "contact": case.contact.model_dump(),
        "account_manager": {"id": case.account_manager.id, "name": case.account_manager.name},
    }


def authorization_memo(case: AuthorizationCase) -> dict[str, Any]:
    return {"vip_number": case.vip_number, "purchase_order": case.facts.purchase_order}


def customer_details(case: CustomerCase, now: datetime, namespace: str, show_organization: bool) -> str:
    """Current details in Markdown: the state, what happens next and when, open authorizations, what can be done now."""
    zone = case.policy.time_zone
    membership, renewal = case.state, case.renewal.state
    text = [
        f"## {_plain(case.profile.organization) if show_organization else case.vip_number}",
        f"- Membership: **{membership.value}**, renewal: **{renewal.value}**",
        f"- Next: {_next(case.next_event(now), zone)}",
        f"- Lists: {', '.join(one.value for one in case.lists(now)) or 'none'}",
    ]
    if case.is_unreachable():
        text.append("- **Unreachable**: a letter could not be delivered; see the journal")
    for number in case.lost:
        text.append(f"- **Lost**: authorization {number}; write it off (`write_off_lost`)")
    open_ones = list(case.open_authorizations())
    if open_ones:
        text.append("### Open authorizations")
    for one in open_ones[:_LINKS]:
        link = f"/namespaces/{namespace}/workflows/{quote(authorization_id(one.authorization_number), safe='')}"
        event = _next(next_event(one.state, one.facts, case.policy, now), zone)
        text.append(f"- [{one.authorization_number}]({link}): **{one.state.value}**, {event}")
    if len(open_ones) > _LINKS:
        text.append(f"- and {len(open_ones) - _LINKS} more")
    allowed = [*_allowed(MEMBERSHIP, membership), *_allowed(RENEWAL, renewal)]
    if membership.value in ("invited", "accepted") and not case.late(now):
        allowed += ["authorize_purchase", "record_order"]
    return "\n".join([*text, "### Possible now", ", ".join(f"`{name}`" for name in allowed) or "nothing"])


def authorization_details(case: AuthorizationCase, now: datetime, namespace: str, show_organization: bool) -> str:
    """Current details in Markdown of one authorization."""
    answer = authorization_answer(
        case.authorization_number, case.vip_number, case.state.value, case.facts, case.view, case.policy, now
    )
    lines = ", ".join(f"{line['quantity']} x {line['product']} ({line['ordered']} ordered)" for line in answer["lines"])
    customer = f"/namespaces/{namespace}/workflows/{quote(customer_id(case.vip_number), safe='')}"
    text = [
        f"## {_plain(case.view.organization) if show_organization else case.authorization_number}",
        f"- State: **{case.state.value}**",
        f"- Next: {_next(next_event(case.state, case.facts, case.policy, now), case.policy.time_zone)}",
        f"- Products: {lines}",
        f"- To order: from {answer['order_from']}, {answer['months_to_order']} months"
        + (" (provisional)" if answer["provisional"] else ""),
        f"- Customer: [{case.vip_number}]({customer})",
    ]
    if "order_due_by" in answer:
        text.append(
            f"- Order due by {answer['order_due_by']}, deactivated on {answer['deactivated_on']} at the earliest"
        )
    if case.unreachable:
        text.append("- **Unreachable**: a letter could not be delivered; see the journal")
    allowed = _allowed(AUTHORIZATION, case.state)
    return "\n".join([*text, "### Possible now", ", ".join(f"`{name}`" for name in allowed) or "nothing; it is closed"])


def _next(event: tuple[str, datetime] | None, zone: str) -> str:
    return "nothing by itself" if event is None else f"{event[0]} on {local_date(event[1], zone)} ({zone})"


def _plain(text: str) -> str:
    """A name as text, never as Markdown of its own."""
    return "".join("\\" + letter if letter in "\\`*_{}[]()<>#+-.!|~" else letter for letter in text)


def _allowed(lifecycle: Lifecycle[Any], state: Any) -> list[str]:
    by_clock = {moment.trigger for moments in lifecycle.moments.values() for moment in moments} | {"licences_changed"}
    found = (row.trigger.value for row in lifecycle.rows if row.source is state and row.trigger not in by_clock)
    return list(dict.fromkeys(found))
