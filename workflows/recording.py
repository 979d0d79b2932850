"""The register is told what a case has come to: one activity at a time, with all that happened since the last.

Nobody waits for it: no decision, no answer, no roll-over. A case that has ended closes once the register knows its end.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from cases.case import Case
    from cases.recording import Record, record_of, version_of
    from workflows.names import RECORD_CASE
    from workflows.traces import Traces

ATTEMPT = timedelta(seconds=20)
"""A database that takes longer counts as away."""
RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=1)
)
"""For as long as the register is away."""


class Recording:
    """What the register was told of a case, carried from run to run."""

    def __init__(self, case: Callable[[], Case], traces: Traces) -> None:
        self._case, self._traces = case, traces
        self.on = False
        self.version = self.told = 0
        self._under_way: asyncio.Task[None] | None = None

    @property
    def untold(self) -> int:
        """How many entries of the journal the register does not have yet."""
        return self._case().sequence - self.told if self.on else 0

    def follow(self, now: datetime) -> None:
        """Tell the register, if there is something to tell and nothing under way."""
        if not self.all_told() and (self._under_way is None or self._under_way.done()):
            record = record_of(self._case(), now, self.told)
            telling = workflow.start_activity(
                RECORD_CASE, record, start_to_close_timeout=ATTEMPT, retry_policy=RETRIES, summary="tell the register"
            )
            self._traces.left()
            self._under_way = asyncio.ensure_future(self._tell(telling, record, self._case().sequence))

    def all_told(self) -> bool:
        """The register knows how the case stands, or is to know nothing."""
        return not self.on or version_of(self._case()) <= self.version

    async def _tell(self, telling: ActivityHandle[Any], record: Record, sequence: int) -> None:
        await telling
        self.version, self.told, self._under_way = record["version"], sequence, None
        self.follow(workflow.now())
        self._traces.leave()
