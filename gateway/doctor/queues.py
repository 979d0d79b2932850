"""Task queues: who polls them, of which versions the workers are, and whether work waits."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import TaskQueueType, WorkerVersioningMode
from temporalio.api.taskqueue.v1 import PollerInfo, TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, DescribeTaskQueueResponse
from temporalio.client import Client

from gateway.calling import reaching
from gateway.doctor.codes import Code
from gateway.doctor.findings import Finding

SEEN_LATELY = timedelta(minutes=2)
"""A worker asks for work at least once a minute; the server remembers it for five."""
WAITS = timedelta(minutes=1)
"""Work that waits for longer than that."""
UNVERSIONED = "__unversioned__"


@dataclass(frozen=True)
class Queue:
    """One task queue, as the server knows it."""

    name: str
    for_mail: bool
    pollers: frozenset[str] = frozenset()
    """Identities of the workers that asked for work lately."""
    versions: frozenset[str] = frozenset()
    """What they are: `deployment.build`, or `__unversioned__`."""
    current: str = UNVERSIONED
    """The version that gets the work."""
    last_seen: datetime | None = None
    backlog: timedelta = timedelta(0)
    """How long the oldest task waits."""

    @property
    def is_polled(self) -> bool:
        return bool(self.pollers)


async def describe(client: Client, name: str, now: datetime, *, for_mail: bool) -> Queue:
    """`now` is the server's. Raises `Unavailable`."""
    kind = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY if for_mail else TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=name), task_queue_type=kind, report_stats=True
    )
    with reaching():
        return _queue(name, for_mail, await client.workflow_service.describe_task_queue(request), now)


def _queue(name: str, for_mail: bool, said: DescribeTaskQueueResponse, now: datetime) -> Queue:
    lately = [one for one in said.pollers if now - one.last_access_time.ToDatetime(UTC) < SEEN_LATELY]
    current = said.versioning_info.current_deployment_version
    return Queue(
        name,
        for_mail,
        frozenset(one.identity for one in lately),
        frozenset(map(_version, lately)),
        f"{current.deployment_name}.{current.build_id}" if current.build_id else UNVERSIONED,
        max((one.last_access_time.ToDatetime(UTC) for one in said.pollers), default=None),
        said.stats.approximate_backlog_age.ToTimedelta(),
    )


def _version(poller: PollerInfo) -> str:
    options = poller.deployment_options
    if options.worker_versioning_mode != WorkerVersioningMode.WORKER_VERSIONING_MODE_VERSIONED:
        return UNVERSIONED
    return f"{options.deployment_name}.{options.build_id}"


def examine(queue: Queue) -> list[Finding]:
    """What is wrong with it."""
    if not queue.is_polled:
        code = Code.NO_MAIL_WORKER if queue.for_mail else Code.NO_WORKER
        last = f"{queue.last_seen:%Y-%m-%d %H:%M} UTC" if queue.last_seen else "longer ago than the server remembers"
        return [Finding(code, queue.name, f"no worker polls it; the last one did: {last}")]
    if queue.current not in queue.versions:
        there = ", ".join(sorted(queue.versions))
        what = f"its work goes to {queue.current}, and its workers are {there}"
        return [Finding(Code.VERSION_NOT_SERVED, queue.name, what)]
    if queue.backlog > WAITS:
        return [Finding(Code.WORK_WAITS, queue.name, f"its oldest task waits for {queue.backlog.seconds} s")]
    return []
