"""A customer and its authorizations as they stand: what they carry, read from their workflows. Nothing is changed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from temporalio.client import Client

from cases.authorization import AuthorizationCase
from cases.carrying import NotCarried, load_authorization, load_customer
from cases.case import Case
from cases.customer import CustomerCase
from gateway.calling import PATIENCE, Gone, query
from gateway.client import Gateway
from gateway.errors import NotFound, Unavailable
from local.clock import now_of
from states.authorization import AUTHORIZATION
from workflows import names

C = TypeVar("C", bound=Case)


@dataclass
class Family:
    """`authorizations` are those that run; `gone` are numbers whose workflow is not there any more."""

    customer: CustomerCase
    authorizations: dict[str, AuthorizationCase]
    gone: tuple[str, ...]
    now: datetime
    """Of the latest of their clocks, which were perhaps moved."""


async def case_of(client: Client, number: str) -> tuple[Case, datetime]:
    """The case with this number, which may be closed, and what time it is for it. Raises `NotFound`, `Unavailable`."""
    kind = await Gateway(client).kind(number)
    identity, load = (
        (names.customer_id(number), load_customer)
        if kind == "customer"
        else (names.authorization_id(number), load_authorization)
    )
    try:
        return await _carried(client, identity, load), await now_of(client, identity)
    except Gone:
        raise NotFound(f"{number} is not known here.") from None


async def family_of(client: Client, number: str) -> Family:
    """The customer with this number, or of the authorization with it. Raises `NotFound`, `Unavailable`."""
    case, now = await case_of(client, number)
    if isinstance(case, AuthorizationCase):
        case, now = await case_of(client, case.vip_number)
    if not isinstance(case, CustomerCase):
        raise NotFound(f"{number} is not known here.")
    running, gone = dict[str, AuthorizationCase](), list[str]()
    for known in case.known.values():
        if AUTHORIZATION.final(known.state):
            continue
        identity = names.authorization_id(known.authorization_number)
        try:
            one = await _carried(client, identity, load_authorization)
            now = max(now, await now_of(client, identity))
        except Gone:
            gone.append(known.authorization_number)
            continue
        if not one.final:
            running[one.number] = one
    return Family(case, running, tuple(gone), now)


async def _carried(client: Client, identity: str, load: Callable[[dict[str, Any]], C]) -> C:
    carried = await query(client.get_workflow_handle(identity), names.CARRIED, patience=PATIENCE)
    try:
        return load(carried)
    except NotCarried as unknown:
        raise Unavailable(f"{identity} was written by another release: {unknown}") from None
