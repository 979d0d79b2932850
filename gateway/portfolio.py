"""Lists of customers, from search attributes and memo. They lag by moments: nothing is ever decided by a list."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from temporalio.client import Client, WorkflowExecution
from temporalio.common import SearchAttributeKey

from cases.ordering import happens
from gateway.calling import Answer
from gateway.errors import Refused
from register.errors import WantedWrong
from register.wanted import Wanted
from workflows import names

_LIVING = f'WorkflowType = "{names.CUSTOMER}" AND ExecutionStatus = "Running"'


def filtered(wanted: Wanted) -> str:
    """In Temporal's list filter language. Raises `Refused` (`invalid_request`) for a value that cannot be."""
    try:
        wanted.checked()
        if wanted.q:
            raise WantedWrong("q", "can be asked of the register alone")
    except WantedWrong as wrong:
        raise in_our_words(wrong) from None
    values: tuple[tuple[SearchAttributeKey[Any], str | None], ...] = (
        *((names.CUSTOMER_LISTS, name) for name in wanted.lists),
        (names.MARKET_SEGMENT, wanted.segment),
        (names.CUSTOMER_STATE, wanted.invitation_status),
        (names.MANAGED_BY, wanted.managed_by),
        (names.EXTERNAL_ID, wanted.external_id),
    )
    return " AND ".join([_LIVING, *(f'{key.name} = "{value}"' for key, value in values if value is not None)])


def in_our_words(wrong: WantedWrong) -> Refused:
    """A list was asked for with a value that cannot be."""
    reason = {"code": "invalid_request", "message": str(wrong), "field": wrong.field}
    return Refused("invalid_request", str(wrong), [reason])


async def rows(client: Client, wanted: Wanted) -> AsyncIterator[Answer]:
    """The contract's rows of a list, in the server's order."""
    async for execution in client.list_workflows(filtered(wanted)):
        yield await _row(execution)


async def count(client: Client, wanted: Wanted) -> int:
    """How many there are."""
    return (await client.count_workflows(filtered(wanted))).count


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
