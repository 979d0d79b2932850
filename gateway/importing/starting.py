"""Starting customers: so many at once, each once, and safe to stop at any moment."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from gateway.calling import reaching
from gateway.errors import Unavailable
from gateway.importing.checking import Plan
from gateway.importing.meeting import another
from gateway.inviting import INVITATION
from workflows import names


class Became(StrEnum):
    """What became of a customer."""

    IMPORTED = "imported"
    ALREADY_THERE = "already_there"
    REFUSED = "refused"
    NOT_REACHED = "not_reached"
    FORETOLD = "foretold"
    """Nobody moved in: it was only asked, or something was wrong with others."""


class Outcome(NamedTuple):
    """What became of it, and why not more."""

    became: Became
    code: str = ""
    message: str = ""


async def start_all(
    client: Client,
    task_queue: str,
    plans: Iterable[Plan],
    at_once: int,
    tell: Callable[[Plan, Outcome], None],
    stop: asyncio.Event,
) -> None:
    """Start them all, and tell of each. Once `stop` is set, what is under way ends, and no other begins.

    A customer is started when the server has written it down: from then on it lives, whatever becomes of the importer.
    Raises `Unavailable`; what was not told of was not reached, or is found by running again.
    """
    waiting = iter(plans)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(_one_after_another(client, task_queue, waiting, tell, stop))
    except* Unavailable as failed:
        raise Unavailable(str(failed.exceptions[0])) from None


async def _one_after_another(
    client: Client, task_queue: str, waiting: Iterator[Plan], tell: Callable[[Plan, Outcome], None], stop: asyncio.Event
) -> None:
    for plan in waiting:
        if stop.is_set():
            return
        tell(plan, await start(client, task_queue, plan))


async def start(client: Client, task_queue: str, plan: Plan) -> Outcome:
    """Start one; its lists are right from the first moment, since attributes and memo come with it."""
    try:
        with reaching():
            await client.start_workflow(
                names.CUSTOMER,
                plan.body,
                id=names.customer_id(plan.vip_number),
                task_queue=task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,  # a refused start may come again
                memo={INVITATION: plan.digest, **plan.memo},
                search_attributes=plan.attributes,
                static_summary=f"customer {plan.vip_number}",
            )
    except WorkflowAlreadyStartedError:
        with reaching():
            handle = client.get_workflow_handle(names.customer_id(plan.vip_number))
            known = await (await handle.describe()).memo()
        if known.get(INVITATION) == plan.digest:
            return Outcome(Became.ALREADY_THERE)
        problem = another(plan)
        return Outcome(Became.REFUSED, problem.code, problem.message)
    return Outcome(Became.IMPORTED)
