"""Reading what the server recorded: runs, events, and whether a case is well."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import Client, WorkflowHandle, WorkflowHistory

_HARMLESS = {
    # Something came while the run was about to end; the server has it handled first.
    WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND,
}
_COMMANDS = {
    *(
        "ACTIVITY_TASK_SCHEDULED",
        "ACTIVITY_TASK_CANCEL_REQUESTED",
        "TIMER_STARTED",
        "TIMER_CANCELED",
        "MARKER_RECORDED",
    ),
    *("SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED"),
    *("UPSERT_WORKFLOW_SEARCH_ATTRIBUTES", "WORKFLOW_PROPERTIES_MODIFIED"),
    *("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", "WORKFLOW_EXECUTION_UPDATE_COMPLETED"),
    *("WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_CONTINUED_AS_NEW"),
}
_NEWS = {
    *("ACTIVITY_TASK_COMPLETED", "ACTIVITY_TASK_FAILED", "ACTIVITY_TASK_CANCELED", "TIMER_FIRED"),
    *("EXTERNAL_WORKFLOW_EXECUTION_SIGNALED", "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED"),
    *("CHILD_WORKFLOW_EXECUTION_STARTED", "CHILD_WORKFLOW_EXECUTION_COMPLETED", "CHILD_WORKFLOW_EXECUTION_TERMINATED"),
}
# Not signals: they come before updates wherever they are heard, and of an unknown one nobody hears.


async def runs(client: Client, workflow_id: str) -> list[str]:
    """The run IDs of one case, oldest first. From the runs themselves: lists lag behind."""
    found: list[str] = []
    run_id: str | None = (await client.get_workflow_handle(workflow_id).describe()).raw_info.first_run_id
    while run_id:
        found.append(run_id)
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        last = history.events[-1]
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id or None
    return found


async def history(client: Client, workflow_id: str, run_id: str | None = None) -> WorkflowHistory:
    return await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()


async def events(client: Client, workflow_id: str) -> list[HistoryEvent]:
    """Every event of every run."""
    return [
        event for run in await runs(client, workflow_id) for event in (await history(client, workflow_id, run)).events
    ]


def of_type(found: Iterable[HistoryEvent], *types: str) -> list[HistoryEvent]:
    wanted = {EventType.Value(f"EVENT_TYPE_{one}") for one in types}
    return [event for event in found if event.event_type in wanted]


def failures(found: Iterable[HistoryEvent]) -> list[str]:
    """What made workflow tasks fail."""
    failed = [one.workflow_task_failed_event_attributes for one in of_type(found, "WORKFLOW_TASK_FAILED")]
    return [f"{one.cause}: {one.failure.message}" for one in failed if one.cause not in _HARMLESS]


def traceless(found: Iterable[HistoryEvent]) -> list[int]:
    """Tasks that heard of something and left nothing, after another that left nothing: by their started event.

    Such a task may be run together with the next one when the case is replayed (temporalio/sdk-rust#1146).
    """
    traceless, started, heard, left, left_before = [], 0, False, True, True
    to_hear = False
    for event in found:
        kind = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
        if kind == "WORKFLOW_TASK_STARTED":
            if started and heard and not left and not left_before:
                traceless.append(started)
            heard, to_hear, left_before, left, started = to_hear, False, left, False, event.event_id
        elif kind == "WORKFLOW_EXECUTION_STARTED":
            started, left = 0, True
        elif kind in ("WORKFLOW_TASK_FAILED", "WORKFLOW_TASK_TIMED_OUT"):
            started, to_hear, left = 0, to_hear or heard, left_before  # it comes again
        elif kind in _NEWS:
            to_hear = True
        else:
            left = left or kind in _COMMANDS
    return traceless


async def assert_well(client: Client, workflow_ids: Sequence[str]) -> None:
    """No task of these cases ever failed, and none does now; and none is run together with another one day."""
    for workflow_id in workflow_ids:
        history = await events(client, workflow_id)
        assert failures(history) == [], (workflow_id, failures(history))
        assert traceless(history) == [], (workflow_id, traceless(history))
        state = await client.get_workflow_handle(workflow_id).describe()
        assert state.raw_description.pending_workflow_task.attempt <= 1, workflow_id
        assert "TemporalReportedProblems" not in state.search_attributes, workflow_id


async def metadata(handle: WorkflowHandle[Any, Any]) -> WorkflowMetadata:
    """What a running worker says of itself to the UI: updates, signals and queries, and the current details."""
    found: WorkflowMetadata = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return found


async def current_details(handle: WorkflowHandle[Any, Any]) -> str:
    return (await metadata(handle)).current_details


async def journal(handle: WorkflowHandle[Any, Any]) -> list[dict[str, Any]]:
    return list((await handle.query("journal"))["items"])


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 20) -> None:
    """Wait for what comes by itself. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the server tells no one
            await asyncio.sleep(0.05)
