"""One server for all tests of the doctor, who looks at everything that runs there; workers of a test's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from cases import shelf
from gateway.doctor import examining
from states.policy import Policy
from tests.gateway.doctor.ward import RUNNING, counted
from tests.model.both import POLICIES, SOLD
from tests.workflows.histories import until
from tests.workflows.lab import Lab, lab, server


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with server(tmp_path_factory.mktemp("ward")) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def house(client: Client, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lab]:
    """Its cases end with the test."""
    monkeypatch.setattr(examining, "PAUSE", 0.1)
    async with lab(client) as house:
        yield house
    running = [one async for one in client.list_workflows(RUNNING)]
    await asyncio.gather(*(client.get_workflow_handle(one.id).terminate() for one in running))
    await until(counted(client, 0))


@pytest.fixture(scope="session")
def policy() -> Policy:
    shelf.put(SOLD)
    return Policy.from_toml(POLICIES, "default")
