"""A workflow and an activity that say something. In a file of its own, which the sandbox reads again."""

from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def speak() -> None:
    activity.logger.warning("sent a %s", "letter", extra={"letter": "welcome"})


@workflow.defn
class Speaking:
    @workflow.run
    async def run(self) -> None:
        workflow.logger.warning("became %s", "overdue")
        await workflow.execute_activity(speak, start_to_close_timeout=timedelta(seconds=5))
