"""One server for all tests of the doctor, who looks at everything that runs there; workers of a test's own."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import Client

from cases import shelf
from gateway.doctor import examining, registered
from states.policy import Policy
from tests.gateway.conftest import Vip
from tests.gateway.doctor.ward import RUNNING, counted
from tests.model.both import POLICIES, SOLD
from tests.workflows.histories import until
from tests.workflows.lab import PAYLOAD_KEYS, Lab, lab, server


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with server(tmp_path_factory.mktemp("ward")) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def house(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Lab]:
    """Its cases end with the test, and its register too."""
    monkeypatch.setattr(examining, "PAUSE", 0.1)
    monkeypatch.setattr(registered, "PAUSE", 0.1)
    async with lab(client, f"sqlite:///{tmp_path}/register.sqlite3") as house:
        yield house
    running = [one async for one in client.list_workflows(RUNNING)]
    await asyncio.gather(*(client.get_workflow_handle(one.id).terminate() for one in running))
    await until(counted(client, 0))


@pytest.fixture(scope="session")
def policy() -> Policy:
    shelf.put(SOLD)
    return Policy.from_toml(POLICIES, "default")


@pytest.fixture
def vip(house: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Vip:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.client.service_client.config.target_host)
    monkeypatch.setenv("VIP_TASK_QUEUE", house.settings.task_queue)
    monkeypatch.setenv("VIP_MAIL_TASK_QUEUE", house.settings.mail_task_queue)
    monkeypatch.setenv("VIP_PAYLOAD_KEYS", PAYLOAD_KEYS)
    monkeypatch.setenv("VIP_DATABASE_URL", house.settings.database_url.get_secret_value())
    return Vip(capsys)
