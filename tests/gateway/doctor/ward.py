"""Cases to be examined, faults to be planted in them, and the doctor's visit."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle

from cases import carrying
from gateway.connecting import register_of
from gateway.doctor.codes import Code
from gateway.doctor.examining import Examination
from gateway.doctor.findings import Report
from local import clock
from register.register import Register
from tests.workflows.histories import runs, until
from tests.workflows.lab import ACCEPT, Lab
from workflows.names import authorization_id, customer_id

Handle = WorkflowHandle[Any, Any]
Found = list[tuple[Code, str]]
RUNNING = 'ExecutionStatus = "Running"'


def counted(client: Client, count: int, query: str = RUNNING) -> Callable[[], Awaitable[bool]]:
    """So many are listed; lists lag by moments."""

    async def are_listed() -> bool:
        return (await client.count_workflows(query)).count == count

    return are_listed


async def examined(house: Lab, *, quick: bool = False, patience: float = 10) -> Report:
    queues = house.settings.task_queue, house.settings.mail_task_queue
    async with AsyncExitStack() as stack:
        address = register_of(house.settings)
        register = None if address is None else await stack.enter_async_context(Register(address))
        visit = Examination(house.client, *queues, patience=patience, register=register)
        return await visit.run(quick, lambda _families: lambda: None)


async def found(house: Lab, *, quick: bool = False) -> Found:
    return [(one.code, one.concerns) for one in (await examined(house, quick=quick)).findings]


def finds(house: Lab, expected: Found, *, quick: bool = False) -> Callable[[], Awaitable[bool]]:
    """Exactly that is found, in the end."""

    async def exactly() -> bool:
        return await found(house, quick=quick) == expected

    return exactly


async def alone(house: Lab, **changes: Any) -> str:
    """A customer at rest, and listed."""
    vip = await house.invite(**changes)
    await clock.settle(house.client, [customer_id(vip)])
    await until(counted(house.client, 1, f'VipNumber = "{vip}" AND {RUNNING}'))
    return vip


async def couple(house: Lab) -> tuple[str, str]:
    """A customer and its authorization, at rest, and listed."""
    vip = await house.invite()
    await house.tell(vip, "accept_invitation", ACCEPT)
    number = await house.authorize(vip)
    await clock.settle(house.client, [customer_id(vip), authorization_id(number)])
    await until(counted(house.client, 2, f'VipNumber = "{vip}" AND {RUNNING}'))
    return vip, number


async def rolled_over(house: Lab, *handles: Handle) -> None:
    before = {handle.id: len(await runs(house.client, handle.id)) for handle in handles}
    for handle in handles:
        await handle.signal("roll_over")
    for handle in handles:
        await until(partial(_more_runs, house.client, handle.id, before[handle.id]))
    await clock.settle(house.client, [handle.id for handle in handles])


async def plant_in(house: Lab, handle: Handle, monkeypatch: pytest.MonkeyPatch, change: Callable[[Any], None]) -> None:
    """Its next run takes up something else than the one before left."""
    for name in ("load_customer", "load_authorization"):
        monkeypatch.setattr(carrying, name, partial(_changed, getattr(carrying, name), handle.id, change))
    await rolled_over(house, handle)


def _changed(load: Any, workflow_id: str, change: Callable[[Any], None], carried: dict[str, Any]) -> Any:
    case = load(carried)
    if workflow_id.endswith(case.number):
        change(case)
    return case


async def _more_runs(client: Client, workflow_id: str, before: int) -> bool:
    return len(await runs(client, workflow_id)) > before
