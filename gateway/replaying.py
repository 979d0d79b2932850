"""What runs is replayed with today's code, before that code is deployed: would every open case go on under it?"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from gateway.calling import Gone, reaching
from gateway.deploying import CASES
from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.reading import lenient

FETCHED_AT_ONCE = 8
"""Histories: replaying is one after the other, and need not wait for the server."""
CHANGED = "This code decides otherwise than the code that ran: put the change behind workflow.patched."
RAISES = "This code fails on what the case has been through: mend it before it is deployed."


@dataclass(frozen=True)
class Failed:
    """A case that would not go on."""

    workflow_id: str
    run_id: str
    workflow_type: str
    why: str
    advice: str


@dataclass
class Replayed:
    """What came of it."""

    cases: Counter[str] = field(default_factory=Counter)
    """How many were replayed, by workflow type."""
    events: int = 0
    failed: list[Failed] = field(default_factory=list)


async def how_many(client: Client) -> int:
    """How many cases are open. Raises `Unavailable`."""
    with reaching():
        return (await client.count_workflows(CASES)).count


async def replay(client: Client, step: Callable[[], None], *, limit: int | None = None) -> Replayed:
    """Replay every open case, or the `limit` that began last. `step` for each. Raises `Unavailable`."""
    done, types = Replayed(), dict[str, str]()
    replayer = Replayer(workflows=[Customer, PurchaseAuthorization], data_converter=lenient(client).data_converter)
    async with replayer.workflow_replay_iterator(_histories(client, types, limit)) as results:
        async for result in results:
            history = result.history
            kind = types.pop(history.run_id)
            done.cases[kind] += 1
            done.events += len(history.events)
            if (error := result.replay_failure) is not None:
                why, advice = _first_line(error), CHANGED if isinstance(error, NondeterminismError) else RAISES
                done.failed.append(Failed(history.workflow_id, history.run_id, kind, why, advice))
            step()
    return done


async def _histories(client: Client, types: dict[str, str], limit: int | None) -> AsyncIterator[WorkflowHistory]:
    waiting = list[WorkflowExecution]()
    with reaching():
        async for case in client.list_workflows(CASES, limit=limit):
            types[case.run_id] = case.workflow_type
            waiting.append(case)
            if len(waiting) == FETCHED_AT_ONCE:
                for history in await _fetched(client, waiting):
                    yield history
                waiting = []
        for history in await _fetched(client, waiting):
            yield history


async def _fetched(client: Client, cases: list[WorkflowExecution]) -> list[WorkflowHistory]:
    found = await asyncio.gather(*(_history(client, case) for case in cases))
    return [history for history in found if history is not None]


async def _history(client: Client, case: WorkflowExecution) -> WorkflowHistory | None:
    try:
        with reaching():
            return await client.get_workflow_handle(case.id, run_id=case.run_id).fetch_history()
    except Gone:  # lists lag: it is over, and nobody kept it
        return None


def _first_line(error: Any) -> str:
    return next(filter(None, map(str.strip, str(error).splitlines())), type(error).__name__)
