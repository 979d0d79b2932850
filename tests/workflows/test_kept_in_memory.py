"""How many cases a worker keeps in memory is a setting; any other is replayed when something happens to it."""

from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from local import clock
from local.mailbox import MailSink
from tests.workflows.lab import Lab, settings_for
from worker import working
from workflows.names import customer_id


class Counting(SandboxedWorkflowRunner):
    """Remembers which workflow was begun, and begun again, in its sandbox."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[str] = []

    def create_instance(self, det: Any) -> Any:
        self.begun.append(det.info.workflow_id)
        return super().create_instance(det)


@pytest.mark.parametrize(("kept", "replayed"), [(2, False), (1, True)])
async def test_a_worker_keeps_as_many_cases_in_memory_as_it_is_told(client: Client, kept: int, replayed: bool) -> None:
    runner = Counting()
    async with MailSink() as sink:
        settings = settings_for(sink, f"kept-{kept}", cached_cases=kept)
        async with working(client, settings, workflow_runner=runner):
            house = Lab(client, sink, settings)
            first = await house.invite()
            await clock.settle(client, [customer_id(first)])
            second = await house.invite()
            await clock.settle(client, [customer_id(second)])
            await house.customer(first).query("wake")
    assert runner.begun.count(customer_id(second)) == 1
    assert (runner.begun.count(customer_id(first)) > 1) is replayed
