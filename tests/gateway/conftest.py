"""One server for all tests of the doors; a worker, a gateway and the `vip` command on a task queue of their own."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import Client

from gateway import cli
from gateway.client import Gateway
from tests.workflows.lab import PAYLOAD_KEYS, Lab, lab, server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def client(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Client]:
    async with server(tmp_path_factory.mktemp("server")) as client:
        yield client


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(client: Client, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with lab(client, f"sqlite:///{tmp_path_factory.mktemp('register')}/register.sqlite3") as lab_:
        yield lab_


@pytest.fixture
def gateway(house: Lab) -> Gateway:
    # The machine may be busy; who gives up in time is tested elsewhere.
    return Gateway(house.client, task_queue=house.settings.task_queue, number_secret="only for tests", patience=60)


@dataclass
class Said:
    """What one command said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Vip:
    """The `vip` command, as a person calls it."""

    capsys: pytest.CaptureFixture[str]

    async def __call__(self, *words: str) -> Said:
        self.capsys.readouterr()
        status = await asyncio.to_thread(cli.run, list(words))
        said = self.capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Said(status, said.out, said.err)

    async def done(self, *words: str) -> Any:
        """The answer of a command that succeeds."""
        said = await self(*words, "--json")
        assert said.status == 0, said
        return said.json


@pytest.fixture
def vip(house: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Vip:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TEMPORAL_ADDRESS", house.client.service_client.config.target_host)
    monkeypatch.setenv("VIP_TASK_QUEUE", house.settings.task_queue)
    monkeypatch.setenv("VIP_PAYLOAD_KEYS", PAYLOAD_KEYS)
    monkeypatch.setenv("VIP_DATABASE_URL", house.settings.database_url.get_secret_value())
    return Vip(capsys)
