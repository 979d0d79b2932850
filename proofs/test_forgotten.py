"""The server forgets an authorization that ended with its namespace's retention; its customer knows it for life.

Half a minute: the server takes its time to delete.
"""

from pathlib import Path

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from gateway.client import Gateway
from gateway.errors import NotFound, Refused
from register.register import Register
from tests.workflows.histories import until
from tests.workflows.lab import lab, server
from workflows.names import authorization_id


async def forget(client: Client, number: str) -> None:
    """What retention does, at once."""
    execution = WorkflowExecution(workflow_id=authorization_id(number))
    request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    await client.workflow_service.delete_workflow_execution(request)

    async def is_gone() -> bool:
        try:
            await client.get_workflow_handle(authorization_id(number)).describe()
        except RPCError:
            return True
        return False

    await until(is_gone, seconds=120)


async def test_what_the_server_has_forgotten_the_register_and_the_customer_still_tell(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'register.sqlite3'}"
    async with server(tmp_path) as client, lab(client, url) as house, await Register.at(url) as register:
        vip = await house.invite()
        number = await house.authorize(vip)
        await house.order(number, "cancel", {"reason": "a mistake"})
        await house.authorization(number).result()
        gateway = Gateway(client, task_queue=house.settings.task_queue, patience=60, register=register)
        journal = await gateway.journal(number)
        await forget(client, number)
        assert (await gateway.authorization(number))["state"] == "cancelled"
        assert await gateway.journal(number) == journal
        with pytest.raises(Refused) as refused:
            await gateway.place_order(number, {"order_reference": "PO-1"})
        assert refused.value.code == "nothing_open"
        without = Gateway(client, task_queue=house.settings.task_queue, patience=60)
        with pytest.raises(NotFound):
            await without.authorization(number)
