"""What the cases run on: the namespace, its search attributes, and the clocks of everybody."""

import asyncio
import secrets
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.worker.v1 import WorkerHeartbeat
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    DescribeTaskQueueRequest,
    ListWorkersRequest,
    PollWorkflowTaskQueueRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from cases.ledger import KEPT_FOR
from gateway.calling import reaching
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding
from workflows.names import SEARCH_ATTRIBUTES

RETENTION = KEPT_FOR
"""A closed authorization answers as long as a repeated request gets its first answer: 400 days."""
TOLERANCE = timedelta(minutes=1)
"""By how much a clock may be away from the server's: a fraction of what an event may lie in the future."""
HEARTBEAT = timedelta(minutes=2)
"""A worker tells its time once a minute; what is older was told by a clock that is behind."""
_OWN_QUEUE = "vip-doctor"
"""Nothing is ever on it: the server notes its own time when somebody asks there for work."""


class Clock(NamedTuple):
    """The server's clock, from here."""

    ahead: timedelta
    """By how much it is ahead of this machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


HERE = Clock(timedelta(0))
"""Where nobody tells the server's time, this machine's has to do."""


# --- search attributes


async def registered(client: Client) -> Mapping[str, int] | None:
    """Types by name; None where the server does not let this be asked. Raises `Unavailable`."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    with reaching():
        try:
            return (await client.operator_service.list_search_attributes(request)).custom_attributes
        except RPCError as error:
            if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED):
                return None
            raise


def examine_attributes(known: Mapping[str, int]) -> list[Finding]:
    """Those that are missing, or of another type."""
    found = []
    for key in SEARCH_ATTRIBUTES:
        kind = int(key.indexed_value_type)
        if key.name not in known:
            found.append(Finding(Code.SEARCH_ATTRIBUTE_MISSING, key.name, f"must be {_type(kind)}"))
        elif known[key.name] != kind:
            what = f"is {_type(known[key.name])}, must be {_type(kind)}"
            found.append(Finding(Code.SEARCH_ATTRIBUTE_WRONG_TYPE, key.name, what))
    return found


def _type(kind: int) -> str:
    name = IndexedValueType.Name(IndexedValueType.ValueType(kind)).removeprefix("INDEXED_VALUE_TYPE_")
    return name.title().replace("_", "")


# --- retention


async def retention(client: Client) -> timedelta:
    """How long the namespace keeps what is closed. Raises `Unavailable`."""
    with reaching():
        said = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return said.config.workflow_execution_retention_ttl.ToTimedelta()


def examine_retention(namespace: str, kept: timedelta) -> list[Finding]:
    if kept >= RETENTION:
        return []
    what = f"keeps closed cases for {kept.total_seconds() / 86400:g} days, fewer than {RETENTION.days}"
    return [Finding(Code.RETENTION_TOO_SHORT, namespace, what)]


# --- clocks


async def server_clock(client: Client) -> Clock | None:
    """From asking for work where there is none. None where the server does not let us. Raises `Unavailable`."""
    queue, identity = TaskQueue(name=_OWN_QUEUE), f"{_OWN_QUEUE}-{secrets.token_hex(8)}"
    poll = PollWorkflowTaskQueueRequest(namespace=client.namespace, task_queue=queue, identity=identity)
    look = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=queue, task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    )
    since = datetime.now(UTC)
    asking = asyncio.create_task(client.workflow_service.poll_workflow_task_queue(poll))
    try:
        with reaching():
            while not asking.done():
                pollers = (await client.workflow_service.describe_task_queue(look)).pollers
                asked_at = [one.last_access_time.ToDatetime(UTC) for one in pollers if one.identity == identity]
                if asked_at:
                    return Clock(asked_at[0] - (since + (datetime.now(UTC) - since) / 2))
                await asyncio.sleep(0.02)
        return None
    finally:
        asking.cancel()
        with suppress(RPCError, asyncio.CancelledError):
            await asking


async def heartbeats(client: Client) -> list[WorkerHeartbeat]:
    """What workers say of themselves; none where the server keeps no such thing. Raises `Unavailable`."""
    with reaching():
        try:
            said = await client.workflow_service.list_workers(ListWorkersRequest(namespace=client.namespace))
        except RPCError as error:
            if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED):
                return []
            raise
    return [one.worker_heartbeat for one in said.workers_info]


def examine_clocks(clock: Clock, told: Iterable[WorkerHeartbeat], polling: Collection[str]) -> list[Finding]:
    """This machine's clock, and those of the workers that poll at the moment."""
    found = []
    if abs(clock.ahead) > TOLERANCE:
        found.append(Finding(Code.CLOCKS_DISAGREE, "this machine", f"its clock is {_by(-clock.ahead)} the server's"))
    newest: dict[str, datetime] = {}  # a worker that was restarted may bear the name of the one before
    for one in told:
        at = one.heartbeat_time.ToDatetime(UTC)
        newest[one.worker_identity] = max(at, newest.get(one.worker_identity, at))
    for identity in sorted(newest.keys() & set(polling)):
        ahead = newest[identity] - clock.now()
        if ahead > TOLERANCE or ahead < -TOLERANCE - HEARTBEAT:
            what = f"its clock is {_by(ahead)} the server's"
            found.append(Finding(Code.CLOCKS_DISAGREE, f"worker {identity}", what))
    return found


def _by(ahead: timedelta) -> str:
    return f"{abs(ahead.total_seconds()):.0f} s {'ahead of' if ahead > timedelta(0) else 'behind'}"
