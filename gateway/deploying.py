"""A new version comes: every running case is brought onto a fresh run, so that nothing of the old code is needed."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.batch.v1 import BatchOperationSignal
from temporalio.api.workflowservice.v1 import StartBatchOperationRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from gateway.calling import reaching
from gateway.errors import Refused
from workflows import names

CASES = f'WorkflowType IN ("{names.CUSTOMER}", "{names.AUTHORIZATION}") AND ExecutionStatus = "Running"'
LOOK_EVERY = 0.5
"""Seconds between two looks at who has moved, at least: long lists are looked at less often."""
STILL = 60.0
"""Seconds in which no case moves: then those that are left are given up."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Roll:
    """The runs there were, and the batch that asks them to end."""

    runs: dict[str, str]
    """Workflow ID by run ID."""
    job_id: str | None
    """None: there was nobody to ask."""


async def ask_all_to_roll_over(client: Client) -> Roll:
    """One batch, carried out by the server: each case continues as new when it can.

    Raises `Refused` (`batch_under_way`): a namespace has one at a time; and `Unavailable`.
    """
    runs, newest = dict[str, str](), _LONG_AGO
    with reaching():
        async for case in client.list_workflows(CASES):
            runs[case.run_id] = case.id
            newest = max(newest, case.start_time)
        if not runs:
            return Roll(runs, None)
        job_id = f"roll-over-{uuid.uuid4().hex[:12]}"
        # The clock of a case may be ahead of everybody's, so the newest run says up to when. Later ones need nothing.
        query = f'{CASES} AND StartTime <= "{newest.isoformat()}"'
        signal = BatchOperationSignal(signal=names.ROLL_OVER, identity=client.identity)
        request = StartBatchOperationRequest(
            namespace=client.namespace,
            visibility_query=query,
            job_id=job_id,
            reason="vip roll-over",
            signal_operation=signal,
        )
        try:
            await client.workflow_service.start_batch_operation(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.RESOURCE_EXHAUSTED:
                raise
            message = "A batch is under way in this namespace, which takes one at a time: wait until it is done"
            raise Refused("batch_under_way", message, [_reason(message)]) from None
    return Roll(runs, job_id)


def _reason(message: str) -> dict[str, Any]:
    return {"code": "batch_under_way", "message": message, "see": "temporal batch list"}


async def wait_for_fresh_runs(
    client: Client, roll: Roll, step: Callable[[], None], *, still: float = STILL
) -> dict[str, str]:
    """Return the runs that are left, once none is or nothing has moved for so many seconds. `step` for each that left.

    Raises `Unavailable`.
    """
    left, clock = dict(roll.runs), asyncio.get_running_loop().time
    moved, took = clock(), 0.0
    while left and clock() - moved < still:
        await asyncio.sleep(max(LOOK_EVERY, took))
        begun = clock()
        with reaching():
            there = {case.run_id async for case in client.list_workflows(CASES)}
        took = clock() - begun
        for run_id in left.keys() - there:
            del left[run_id]
            moved = clock()
            step()
    return left
