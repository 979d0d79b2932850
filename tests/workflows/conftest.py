"""One server for all workflow tests of a process; each test has task queues and customers of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

from tests.workflows.lab import Lab, lab, server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with server(tmp_path_factory.mktemp("server")) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def house(client: Client) -> AsyncIterator[Lab]:
    async with lab(client) as lab_:
        yield lab_
