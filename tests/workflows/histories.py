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


async def assert_well(client: Client, workflow_ids: Sequence[str]) -> None:
    """No task of these cases ever failed, and none does now."""
    for workflow_id in workflow_ids:
        assert failures(await events(client, workflow_id)) == [], workflow_id
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
