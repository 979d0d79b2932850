"""The one file that touches Temporal's time skipping, which is experimental: moving the clocks of cases.

Every workflow has a clock of its own. A child starts with its parent's; from then on they part. The server moves a
clock only while its workflow is at rest: no open task, no activity that runs (one that waits for its next attempt is
no obstacle, it is tried when the clock gets there), and **no open child** in its run. So a customer with open
authorizations is asked to roll over: the next run has none. The clock stops at each timer and goes on when the worker
has dealt with it, so a worker must run.
"""

import asyncio
import uuid
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.field_mask_pb2 import FieldMask
from temporalio.api.common.v1 import FastForwardConfig, TimeSkippingConfig, WorkflowExecution
from temporalio.api.enums.v1 import FastForwardPollingResult, PendingActivityState
from temporalio.api.workflow.v1 import WorkflowExecutionOptions
from temporalio.api.workflowservice.v1 import (
    DescribeWorkflowExecutionResponse,
    PollWorkflowExecutionTimeSkippingRequest,
    UpdateWorkflowExecutionOptionsRequest,
)
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

ROLL_OVER = "roll_over"
PATIENCE = 60.0
QUIET_LOOKS = 3
_LOOK_EVERY = 0.1
_BETWEEN_LOOKS = 0.01


class ClockStuck(Exception):
    """A clock could not be moved; the message names the case and what is in its way."""


async def now_of(client: Client, workflow_id: str) -> datetime:
    """What time it is for this case."""
    return _now((await client.get_workflow_handle(workflow_id).describe()).raw_description)


async def move(
    client: Client, workflow_ids: Sequence[str], to: datetime, *, patience: float = PATIENCE, looks: int = QUIET_LOOKS
) -> None:
    """Move these cases, side by side, to `to` or a few milliseconds past it, and wait until they are at rest.

    Go from one instant at which something is due to the next: a busy server that is sent further may jump over what
    is due, since it fires a moment after the clock has reached it, and in that moment the clock may go on. Cases that
    are past `to`, or closed, stay as they are. What one tells another arrives at the other's own time: to
    keep neighbours in step, move them together, from each event to the next. Raises `ClockStuck` after `patience`
    seconds; the clocks are then stopped where they are. Never call it twice at once for one case: a second order can
    jump over a timer.
    """
    await _side_by_side(_move(client, each, to, patience) for each in dict.fromkeys(workflow_ids))
    await settle(client, workflow_ids, patience=patience, looks=looks)


async def settle(
    client: Client, workflow_ids: Sequence[str], *, patience: float = PATIENCE, looks: int = QUIET_LOOKS
) -> None:
    """Wait until nothing is under way in these cases: no task, no activity but one waiting for its next attempt.

    They are looked at together, since what one tells another shows nowhere while it is on its way: so many looks in a
    row must find nothing new. On the way to somewhere else one will do.
    """
    handles = [client.get_workflow_handle(each) for each in dict.fromkeys(workflow_ids)]
    states: list[WorkflowExecutionDescription] = []
    lengths: list[int] = []
    quiet = 0
    try:
        async with asyncio.timeout(patience):
            while quiet < looks:
                states = await asyncio.gather(*(handle.describe() for handle in handles))
                before, lengths = lengths, [state.history_length for state in states]
                quiet = quiet + 1 if lengths == before and not any(map(_busy, states)) else 0
                await asyncio.sleep(_BETWEEN_LOOKS)
    except TimeoutError:
        restless = next((state for state in states if _busy(state)), None)
        if restless is None:
            raise ClockStuck("the cases do not come to rest") from None
        raise ClockStuck(f"{restless.id} does not come to rest: {_obstacle(restless)}") from None


async def skip_while_down(client: Client, workflow_ids: Sequence[str], to: datetime) -> None:
    """Move cases past their timers while **no worker runs**: an outage; messages then come before the late timers.

    Two orders in immediate succession: the first takes the clock to the next timer, which is then no longer in the
    future; before it fires, the second goes on to `to`. The server must be slow to fire timers: its own default of
    `history.timerProcessorMaxTimeShift`, a second, not ours. Customers with open authorizations roll over before the
    worker stops. Send what happens during the outage afterwards: a waiting message blocks the clock. Raises
    `ClockStuck`.
    """
    for workflow_id in workflow_ids:
        now = await now_of(client, workflow_id)
        await _order(client, workflow_id, to - now)
        if (away := to - await now_of(client, workflow_id)) > timedelta(0):
            await _order(client, workflow_id, away)
        if (reached := await now_of(client, workflow_id)) < to:
            await _order(client, workflow_id, None)
            raise ClockStuck(f"{workflow_id} stays at {reached.isoformat()}: a task, a child or a fired timer holds it")


async def _move(client: Client, workflow_id: str, to: datetime, patience: float) -> None:
    handle = client.get_workflow_handle(workflow_id)
    state = await handle.describe()
    if state.status is not WorkflowExecutionStatus.RUNNING or (away := to - _now(state.raw_description)) <= timedelta(
        0
    ):
        return
    arrival: asyncio.Task[None] | None = None
    rolled: set[str] = set()
    try:
        async with asyncio.timeout(patience):
            arrival = asyncio.create_task(_arrival(client, workflow_id, await _order(client, workflow_id, away)))
            while not arrival.done():
                # Again in each run: what happens on the way may start another child.
                if state.raw_description.pending_children and state.run_id not in rolled:
                    rolled.add(state.run_id)
                    await handle.signal(ROLL_OVER)
                await asyncio.wait([arrival], timeout=_LOOK_EVERY)
                state = await handle.describe()
            await arrival
    except TimeoutError:
        raise ClockStuck(f"{workflow_id} stays behind {to.isoformat()}: {_obstacle(state)}") from None
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:  # it closed on the way
            raise
    finally:
        if arrival is not None and not arrival.done():
            arrival.cancel()
            with suppress(RPCError):  # the order lives in the server and would move the clock later on
                await _order(client, workflow_id, None)


async def _order(client: Client, workflow_id: str, away: timedelta | None) -> str:
    """Tell the server to take the clock forward by `away`, or to let it run as clocks do. Returns the order's ID."""
    config, order = TimeSkippingConfig(enabled=False), str(uuid.uuid4())
    if away is not None:
        duration = Duration()
        duration.FromTimedelta(away)
        # A case that is started on the way has its parent's time either way; it must not run ahead by itself.
        config = TimeSkippingConfig(
            enabled=True,
            disable_propagation=True,
            fast_forward_config=FastForwardConfig(id=order, duration=duration),
        )
    await client.workflow_service.update_workflow_execution_options(
        UpdateWorkflowExecutionOptionsRequest(
            namespace=client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            workflow_execution_options=WorkflowExecutionOptions(time_skipping_config=config),
            update_mask=FieldMask(paths=["time_skipping_config"]),
            identity=client.identity,
        ),
        retry=True,
    )
    return order


async def _arrival(client: Client, workflow_id: str, order: str) -> None:
    """Return when the order is carried out, or the case closed before; it goes on from run to run."""
    results = FastForwardPollingResult
    request = PollWorkflowExecutionTimeSkippingRequest(
        namespace=client.namespace,
        workflow_execution=WorkflowExecution(workflow_id=workflow_id),
        fast_forward_id=order,
    )
    while True:
        answer = await client.workflow_service.poll_workflow_execution_time_skipping(request, retry=True)
        if answer.fast_forward_polling_result == results.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED:
            return
        if answer.fast_forward_polling_result == results.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_FAILED:
            if "does not match" in answer.failed_reason:
                raise ClockStuck(f"somebody else moves the clock of {workflow_id}")
            return


def _now(state: DescribeWorkflowExecutionResponse) -> datetime:
    info = state.workflow_extended_info
    if info.HasField("time_skipping_info"):
        return info.time_skipping_info.current_time.ToDatetime(UTC)
    return datetime.now(UTC)


def _busy(description: WorkflowExecutionDescription) -> str:
    state = description.raw_description
    if description.status is not WorkflowExecutionStatus.RUNNING:
        return ""
    if state.HasField("pending_workflow_task"):
        return "a task waits for a worker"
    for activity in state.pending_activities:
        due = activity.next_attempt_schedule_time.ToDatetime(UTC)
        if activity.state != PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED or due <= _now(state):
            return f"{activity.activity_type.name} is under way"
    return ""


def _obstacle(state: WorkflowExecutionDescription) -> str:
    if state.raw_description.pending_children:
        return "it has open children and does not roll over"
    return _busy(state) or "nothing is seen to hold it"


async def _side_by_side(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first failure ends the others, and is raised as itself."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
