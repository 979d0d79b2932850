"""What runs is replayed with today's code, before that code is deployed: would every open case go on under it?"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from temporalio.client import Client, WorkflowExecution, WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from encryption.codec import KeyMissing
from gateway.calling import Gone, reaching
from gateway.deploying import CASES
from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.reading import lenient

FETCHED_AT_ONCE = 8
"""Histories: replaying is one after the other, and need not wait for the server."""
CHANGED = "This code decides otherwise than the code that ran: put the change behind workflow.patched."
UNREADABLE = "VIP_PAYLOAD_KEYS needs every key that is in use."
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
    done, listed = Replayed(), dict[str, WorkflowExecution]()
    replayer = Replayer(
        workflows=[Customer, PurchaseAuthorization],
        data_converter=lenient(client).data_converter,
        runtime=Runtime(telemetry=TelemetryConfig(logging=None)),
    )
    with _overhearing() as heard:
        async with replayer.workflow_replay_iterator(_histories(client, listed, limit)) as results:
            async for result in results:
                history, case = result.history, listed[result.history.workflow_id]
                done.cases[case.workflow_type] += 1
                done.events += len(history.events)
                raised = heard.last()
                if (error := result.replay_failure) is not None:
                    why, advice = _reason(error, raised)
                    done.failed.append(Failed(case.id, case.run_id, case.workflow_type, why, advice))
                step()
    return done


def _reason(failure: Exception, raised: BaseException | None) -> tuple[str, str]:
    """Why, in one line, and what to do. What the code raised says more than what became of it."""
    if isinstance(failure, NondeterminismError) or raised is None:
        return _first_line(failure), CHANGED if isinstance(failure, NondeterminismError) else RAISES
    return f"{type(raised).__name__}: {_first_line(raised)}", UNREADABLE if isinstance(raised, KeyMissing) else RAISES


class _Overheard(logging.Handler):
    """What a worker logs of code that raises; a person at a terminal needs its last line, and no stack trace."""

    def __init__(self) -> None:
        super().__init__()
        self._last: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self._last = record.exc_info[1]

    def last(self) -> BaseException | None:
        """What was raised since this was last asked."""
        raised, self._last = self._last, None
        return raised


@contextmanager
def _overhearing() -> Iterator[_Overheard]:
    heard, worker = _Overheard(), logging.getLogger("temporalio.worker")
    before, worker.propagate = worker.propagate, False
    worker.addHandler(heard)
    try:
        yield heard
    finally:
        worker.removeHandler(heard)
        worker.propagate = before


async def _histories(
    client: Client, listed: dict[str, WorkflowExecution], limit: int | None
) -> AsyncIterator[WorkflowHistory]:
    """As listed; `listed` gets each case by its ID, since the history of one that was reset names another run."""
    waiting = list[WorkflowExecution]()
    with reaching():
        async for case in client.list_workflows(CASES, limit=limit):
            listed[case.id] = case
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


def _first_line(error: BaseException) -> str:
    return next(filter(None, map(str.strip, str(error).splitlines())), type(error).__name__)
