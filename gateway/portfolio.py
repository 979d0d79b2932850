"""Lists of customers, from search attributes and memo. They lag by moments: nothing is ever decided by a list."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from cases.ordering import happens
from cases.words import Reference
from gateway.calling import Answer
from gateway.errors import Refused
from states.facts import MarketSegment
from states.membership import State
from states.standing import CustomerList
from workflows import names

__all__ = ["Wanted", "count", "rows"]

_LIVING = f'WorkflowType = "{names.CUSTOMER}" AND ExecutionStatus = "Running"'


@dataclass(frozen=True)
class Wanted:
    """Which customers: all of `lists` must hold; None and empty do not narrow."""

    lists: tuple[str, ...] = ()
    managed_by: str | None = None
    segment: str | None = None
    invitation_status: str | None = None
    external_id: str | None = None

    def query(self) -> str:
        """In Temporal's list filter language. Raises `Refused` (`invalid_request`) for a value that cannot be."""
        conditions = [_LIVING]
        for name in self.lists:
            conditions.append(_is(names.CUSTOMER_LISTS, _one_of("list", name, list(CustomerList))))
        if self.segment is not None:
            conditions.append(_is(names.MARKET_SEGMENT, _one_of("segment", self.segment, list(MarketSegment))))
        if self.invitation_status is not None:
            conditions.append(_is(names.CUSTOMER_STATE, _one_of("status", self.invitation_status, list(State))))
        if self.managed_by is not None:
            conditions.append(_is(names.MANAGED_BY, _reference("managed_by", self.managed_by)))
        if self.external_id is not None:
            conditions.append(_is(names.EXTERNAL_ID, _reference("external_id", self.external_id)))
        return " AND ".join(conditions)


async def rows(client: Client, wanted: Wanted) -> AsyncIterator[Answer]:
    """The contract's rows of a list, in the server's order."""
    async for execution in client.list_workflows(wanted.query()):
        yield await _row(execution)


async def count(client: Client, wanted: Wanted) -> int:
    """How many there are."""
    return (await client.count_workflows(wanted.query())).count


async def _row(execution: WorkflowExecution) -> Answer:
    found, memo = execution.typed_search_attributes, await execution.memo()
    event, anniversary = found.get(names.NEXT_EVENT), found.get(names.ANNIVERSARY_DATE)
    row: Answer = {
        "vip_number": execution.id.removeprefix(names.customer_id("")),
        "organization": memo.get("organization"),
        "contact": memo.get("contact"),
        "anniversary_date": None if anniversary is None else anniversary.date().isoformat(),
        "market_segment": found.get(names.MARKET_SEGMENT),
        "account_manager": memo.get("account_manager"),
        "invitation_status": found.get(names.CUSTOMER_STATE),
        "renewal_state": found.get(names.RENEWAL_STATE),
        "lists": list(found.get(names.CUSTOMER_LISTS) or ()),
        "next_event": None if event is None else {"name": event, "at": _instant(found.get(names.NEXT_EVENT_AT))},
        "unreachable": bool(found.get(names.UNREACHABLE)),
    }
    return {name: value for name, value in row.items() if value is not None}


def _instant(at: datetime | None) -> str | None:
    return happens(at)


def _is(key: SearchAttributeKey[Any], value: str) -> str:
    return f'{key.name} = "{value}"'


def _one_of(field: str, value: str, known: list[Any]) -> str:
    if value in known:
        return value
    raise _wrong(field, f"must be one of {', '.join(known)}")


def _reference(field: str, value: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    try:
        checked: str = TypeAdapter(Reference).validate_python(value)
    except ValidationError:
        raise _wrong(field, "must be 1 to 64 letters, digits and ._:-") from None
    return checked


def _wrong(field: str, what: str) -> Refused:
    message = f"{field}: {what}"
    return Refused("invalid_request", message, [{"code": "invalid_request", "message": message, "field": field}])
