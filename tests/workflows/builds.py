"""Builds of a worker deployment: making one current, and of which one a case is."""

import asyncio
from typing import Any

from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode


async def make_current(client: Client, deployment: str, build: str, *, seconds: float = 20) -> None:
    """What `temporal worker deployment set-current-version` does, once the workers of that build have come."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name=deployment, build_id=build, identity=client.identity
    )
    async with asyncio.timeout(seconds):
        while True:
            try:
                await client.workflow_service.set_worker_deployment_current_version(request)
                return
            except RPCError as error:
                # Until both task queues have pollers of that build, the server does not know it whole.
                if error.status not in (RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION):
                    raise
            await asyncio.sleep(0.05)


async def build_of(case: WorkflowHandle[Any, Any]) -> str:
    """The build of its last task; empty for a plain worker's."""
    described = (await case.describe()).raw_description.workflow_execution_info
    return described.versioning_info.deployment_version.build_id
