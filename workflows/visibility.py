"""From a case to what operators see: search attributes, memo, details. No personal data but the organisation."""

from datetime import UTC, datetime, time
from typing import Any

from temporalio.common import SearchAttributeKey

from cases.authorization import AuthorizationCase, next_event
from cases.customer import CustomerCase
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
)

Attributes = dict[SearchAttributeKey[Any], Any]
"""A value for each search attribute of a case; None where it has none."""


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
