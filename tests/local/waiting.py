"""Small cases for the tests of the clock: timers, children, mail that does not get out. Read again by the sandbox."""

from datetime import datetime, timedelta
from typing import Any

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def never_gets_out() -> None:
    raise RuntimeError("the relay is down")


@workflow.defn
class Waiting:
    """Has timers, one after the other; writes down when each of them was due and when it was noticed."""

    def __init__(self) -> None:
        self.log: list[list[str]] = []
        self.rolls = False

    @workflow.run
    async def run(self, due: list[datetime], log: list[list[str]], opens: str | None = None) -> None:
        self.log = log
        if opens:
            await workflow.start_child_workflow(
                Waiting.run,
                args=[due, [], None],
                id=opens,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
            )
        for number, moment in enumerate(due):
            while moment > workflow.now():
                try:
                    await workflow.wait_condition(lambda: self.rolls, timeout=moment - workflow.now())
                except TimeoutError:
                    break
                workflow.continue_as_new(args=[due[number:], self.log, None])
            self.log.append([moment.isoformat(), workflow.now().isoformat()])
        await workflow.wait_condition(lambda: False)

    @workflow.signal
    def roll_over(self) -> None:
        self.rolls = True

    @workflow.update
    def note(self) -> str:
        self.log.append(["note", workflow.now().isoformat()])
        return workflow.now().isoformat()

    @workflow.query
    def noticed(self) -> list[list[str]]:
        return self.log


@workflow.defn
class Mailing:
    """Sends a letter that never gets out."""

    @workflow.run
    async def run(self) -> Any:
        await workflow.execute_activity(
            never_gets_out,
            schedule_to_close_timeout=timedelta(days=30),
            start_to_close_timeout=timedelta(seconds=5),
            retry_policy=RetryPolicy(initial_interval=timedelta(hours=1), maximum_interval=timedelta(days=1)),
        )
