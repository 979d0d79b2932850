"""Every task of a case that hears of something leaves a command in the history.

One that leaves none, after another that left none, may be run together with the next one when the case has left the
worker's memory: at that one's time, and with its updates first. A later replay runs the two apart, comes to other
commands, and the case is stuck (temporalio/sdk-rust#1146).
"""

from typing import Final

from temporalio import workflow

TRACE: Final = "trace"
"""In the memo, where a change is not billed: how many traces the run has left."""


class Traces:
    """What a task leaves when it leaves nothing else."""

    def __init__(self) -> None:
        self.on = False
        """Runs that began without go on without: their histories have none."""
        self._count = 0
        self._left_in = -1

    def left(self) -> None:
        """This task has left a command."""
        self._left_in = workflow.info().get_current_history_length()

    def leave(self) -> None:
        """Leave one, unless this task did."""
        if self.on and self._left_in != workflow.info().get_current_history_length():
            self._count += 1
            workflow.upsert_memo({TRACE: self._count})
            self.left()
