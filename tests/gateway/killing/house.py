"""Everything that doors need, each part a process that can be killed: server, workers, gateways, database."""

import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from temporalio.client import Client

from local.ports import ANY
from tests.gateway.killing.databases import Database
from tests.workflows.killing.processes import Pace, Relay, Server, Worker

WORKERS = GATEWAYS = 2
KEY = secrets.token_hex(16)
NUMBER_SECRET = "n" * 40


class Victim(Protocol):
    async def kill(self) -> None: ...


@dataclass
class House:
    client: Client
    urls: list[str]
    """Of the gateways."""
    register: str
    """Address of its database."""
    victims: dict[str, list[Victim]]
    """What can be killed, by what it is called."""
    relay: Relay


@asynccontextmanager
async def house(pace: Pace, folder: Path, policy: Path, database: Database) -> AsyncIterator[House]:
    """All of it, while the block lasts; the relay alone is in this process, and watches."""
    server = Server(folder, pace.changes)
    async with Relay() as relay, AsyncExitStack() as stack:
        await database.start()
        stack.push_async_callback(database.stop)
        client = await server.start()
        stack.push_async_callback(server.stop)
        settings = {
            "VIP_DATABASE_URL": database.url,
            "VIP_NUMBER_SECRET": NUMBER_SECRET,
            "VIP_API_KEYS": f"caller:manage:{hashlib.sha256(KEY.encode()).hexdigest()}",
        }

        async def started(program: list[str]) -> Worker:
            one = Worker(program, folder, server.address, relay.url, policy, **settings)
            await one.start()
            stack.push_async_callback(one.stop)
            return one

        ports = [ANY.free().temporal for _ in range(GATEWAYS)]
        workers = [await started([*pace.program]) for _ in range(WORKERS)]
        gateways = [await started(["-m", "gateway.cli", "serve", "--port", str(port)]) for port in ports]
        victims: dict[str, list[Victim]] = {
            "gateway": [*gateways],
            "worker": [*workers],
            "server": [server],
            "database": [database],
        }
        yield House(client, [f"http://127.0.0.1:{port}" for port in ports], database.url, victims, relay)
