"""The least that a workflow can be."""

from typing import Any

from temporalio import workflow


@workflow.defn
class Empty:
    """Waits for ever."""

    @workflow.run
    async def run(self, start: Any = None) -> None:
        await workflow.wait_condition(lambda: False)
