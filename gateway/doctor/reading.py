"""What is read of the server and the workers: the lists, and case by case what it carries. Nothing is written."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.workflow.v1 import WorkflowExecutionVersioningInfo
from temporalio.api.workflowservice.v1 import GetWorkflowExecutionHistoryReverseRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey, VersioningBehavior

from cases.authorization import AuthorizationCase
from cases.carrying import NotCarried, load_authorization, load_customer
from cases.customer import CustomerCase
from gateway.calling import Gone, query, reaching
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from gateway.doctor.queues import Queue
from gateway.doctor.seen import Row, Seen
from gateway.errors import KeyUnknown, Refused
from workflows import names

REPORTED_PROBLEMS = SearchAttributeKey.for_keyword_list("TemporalReportedProblems")
"""The server sets it after five failed tasks in a row, and clears it."""
FAILED_TASKS = 3
"""A task that failed so often in a row is no hiccup."""
PATIENCE = 30.0
"""Seconds: cases that nobody asked for long are read anew from their histories, many at once."""
_RUNNING = f'WorkflowType IN ("{names.CUSTOMER}", "{names.AUTHORIZATION}") AND ExecutionStatus = "Running"'


async def running(client: Client) -> AsyncIterator[Row]:
    """Every case that runs. Raises `Unavailable`."""
    with reaching():
        async for one in client.list_workflows(_RUNNING, page_size=1000):
            if one.workflow_type == names.CUSTOMER or one.parent_id:  # started by hand, it is refused by a worker
                customer = None if one.workflow_type == names.CUSTOMER else one.parent_id
                yield Row(one.id, customer, one.task_queue, one.typed_search_attributes)


async def how_it_ended(client: Client, workflow_id: str) -> str | None:
    """None while it runs. Raises `Unavailable`."""
    try:
        with reaching():
            status = (await client.get_workflow_handle(workflow_id).describe()).status
    except Gone:
        return "its workflow is gone"
    if status is WorkflowExecutionStatus.RUNNING:
        return None
    return f"its workflow is {status.name.lower()}" if status else "its workflow ended"


class Reader:
    """Looks at one case after the other."""

    def __init__(self, client: Client, queues: dict[str, Queue], ahead: timedelta, patience: float = PATIENCE) -> None:
        """`ahead`: by how much the server's clock is ahead of this machine's."""
        self._client, self._queues, self._ahead, self._patience = client, queues, ahead, patience

    async def customer(self, row: Row) -> Seen[CustomerCase] | None:
        """None: it has ended meanwhile. Raises `Unavailable`."""
        seen, carried = await self._look(row)
        return None if seen is None else _with(seen, load_customer, carried)

    async def authorization(self, row: Row) -> Seen[AuthorizationCase] | None:
        """None: it has ended meanwhile. Raises `Unavailable`."""
        seen, carried = await self._look(row)
        return None if seen is None else _with(seen, load_authorization, carried)

    async def _look(self, row: Row) -> tuple[Seen[Any] | None, dict[str, Any] | None]:
        try:
            with reaching():
                description = await self._client.get_workflow_handle(row.workflow_id).describe()
        except Gone:
            return None, None
        if description.status is not WorkflowExecutionStatus.RUNNING:
            return None, None
        queue = self._queues[row.task_queue]
        why = await self._stuck(description) or _not_served(description, queue)
        carried = None
        if why is None and queue.is_polled:
            try:
                carried = await query(
                    self._client.get_workflow_handle(row.workflow_id), names.CARRIED, patience=self._patience
                )
            except Gone:
                return None, None
            except KeyUnknown as unknown:
                why = Finding(Code.KEY_MISSING, row.workflow_id, unknown.message)
            except Refused:  # its sentence may quote what the case knows
                why = Finding(Code.SILENT, row.workflow_id, f"no answer within {self._patience:g} s")
        return self._seen(description, why), carried

    def _seen(self, description: WorkflowExecutionDescription, why: Finding | None) -> Seen[Any]:
        extended = description.raw_description.workflow_extended_info
        moved = extended.HasField("time_skipping_info")
        now = extended.time_skipping_info.current_time.ToDatetime(UTC) if moved else datetime.now(UTC) + self._ahead
        attempts = [one.attempt for one in description.raw_description.pending_activities]
        return Seen(
            description.id, description.typed_search_attributes, now, moved, why=why, attempts=max(attempts, default=0)
        )

    async def _stuck(self, description: WorkflowExecutionDescription) -> Finding | None:
        attempt = description.raw_description.pending_workflow_task.attempt
        if attempt < FAILED_TASKS and not description.typed_search_attributes.get(REPORTED_PROBLEMS):
            return None
        kind = await self._failure(description)
        return Finding(Code.STUCK, description.id, f"its task fails, attempt {max(attempt, 1)}: {kind}")

    async def _failure(self, description: WorkflowExecutionDescription) -> str:
        """What kind of error; its sentence may hold personal data."""
        request = GetWorkflowExecutionHistoryReverseRequest(
            namespace=self._client.namespace,
            execution=description.raw_info.execution,
            maximum_page_size=10,
        )
        try:
            with reaching():
                answer = await self._client.workflow_service.get_workflow_execution_history_reverse(request)
        except Gone:
            return "unknown"
        return next(filter(None, map(_kind, answer.history.events)), "the server knows no reason")


def _kind(event: HistoryEvent) -> str | None:
    if not event.HasField("workflow_task_failed_event_attributes"):
        return None
    failure = event.workflow_task_failed_event_attributes.failure
    return failure.application_failure_info.type or "no reason was told"


def _not_served(description: WorkflowExecutionDescription, queue: Queue) -> Finding | None:
    """It is pinned to a version of the workers that no one is."""
    info = description.raw_info.versioning_info
    version = pinned_to(info)
    if version is None or not queue.is_polled or version in queue.versions:
        return None
    return Finding(Code.VERSION_NOT_SERVED, description.id, f"pinned to {version}; no worker is of that version")


def pinned_to(info: WorkflowExecutionVersioningInfo) -> str | None:
    """The version that alone may work on it, `deployment.build`; None where any may that is current."""
    override = info.versioning_override
    if override.HasField("pinned"):
        return f"{override.pinned.version.deployment_name}.{override.pinned.version.build_id}"
    if override.auto_upgrade or info.behavior != VersioningBehavior.PINNED.value:
        return None
    return f"{info.deployment_version.deployment_name}.{info.deployment_version.build_id}"


def _with(seen: Seen[Any], load: Any, carried: dict[str, Any] | None) -> Seen[Any]:
    if carried is None:
        return seen
    try:
        return replace(seen, case=load(carried))
    except NotCarried as unknown:
        return replace(seen, why=Finding(Code.UNKNOWN_SCHEMA, seen.workflow_id, str(unknown)))
    except ValueError as error:
        what = f"what it carries can't be read: {type(error).__name__}"
        return replace(seen, why=Finding(Code.UNKNOWN_SCHEMA, seen.workflow_id, what))
