"""A real server with a file, and a real worker, each a process that can be killed at any moment and comes back."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import Client

from local.mailbox import MailSink, Received
from local.ports import ANY
from local.server import serving
from tests.workflows.lab import ENCRYPTING
from tests.workflows.test_worker import ROOT, environment

LEASH = ROOT / "local" / "leash.py"
LOOK_EVERY = 0.01


class Pace(NamedTuple):
    """How long it takes until a killed worker is given up."""

    program: Sequence[str]
    changes: Mapping[str, str]
    """Of the server's dynamic configuration."""


USUAL = Pace([str(ROOT / "worker.py")], {})
"""`python worker.py`, as it is run everywhere."""
HASTY = Pace(["-m", "tests.workflows.killing.hasty"], {"history.defaultWorkflowTaskTimeout": '"3s"'})


class Arrival(NamedTuple):
    at: float
    """Seconds of the event loop's clock."""
    letter: Received


class Relay(MailSink):
    """Remembers when each letter came."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        answer = await super().handle_DATA(server, session, envelope)
        self.arrivals.append(Arrival(asyncio.get_running_loop().time(), self.letters[-1]))
        return answer


class Server:
    """The dev server on one port and one file."""

    def __init__(self, folder: Path, changes: Mapping[str, str]) -> None:
        self._folder, self._changes, self._port = folder, changes, ANY.free().temporal
        self._process = 0
        self._running = AsyncExitStack()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def start(self) -> Client:
        return await self._running.enter_async_context(
            serving(
                port=self._port,
                data=self._folder,
                log=self._folder / "server.log",
                converter=ENCRYPTING,
                changes=self._changes,
                started=self._is,
            )
        )

    async def kill(self) -> None:
        """SIGKILL, and start again on the same port and file."""
        os.kill(self._process, signal.SIGKILL)
        await self._running.aclose()
        await self.start()

    async def stop(self) -> None:
        await self._running.aclose()

    def _is(self, process: int) -> None:
        self._process = process


class Worker:
    """One process of the program; another takes its place as soon as it ends, as under any supervisor."""

    def __init__(
        self, program: Sequence[str], folder: Path, address: str, relay: str, policy: Path, **more: str
    ) -> None:
        """`more` are settings."""
        self._program, self._folder = program, folder
        remembered = str(folder / "sent-letters.db")
        self._environment = environment(address, relay, VIP_POLICY=str(policy), VIP_SENT_LETTERS=remembered, **more)
        self._process: asyncio.subprocess.Process
        self._supervisor: asyncio.Task[None]

    async def start(self) -> None:
        self._process = await self._begun()
        self._supervisor = asyncio.create_task(self._supervise())

    async def kill(self) -> None:
        """SIGKILL; it is started again at once."""
        killed = self._process
        with suppress(ProcessLookupError):  # it has just ended: it found no server
            killed.kill()
        while self._process is killed:  # noqa: ASYNC110 - the supervisor sees to it
            await asyncio.sleep(LOOK_EVERY)

    async def stop(self) -> None:
        self._supervisor.cancel()
        with suppress(asyncio.CancelledError):
            await self._supervisor
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _supervise(self) -> None:
        while True:
            await self._process.wait()
            self._process = await self._begun()

    async def _begun(self) -> asyncio.subprocess.Process:
        with (self._folder / "worker.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(LEASH), str(os.getpid())),
                *(sys.executable, *self._program),
                cwd=self._folder,
                env={**self._environment, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
            )


@asynccontextmanager
async def house(pace: Pace, folder: Path, policy: Path) -> AsyncIterator[tuple[Client, Server, Worker, Relay]]:
    """Everything that a customer's life needs, each in a process of its own, but for the relay, which watches."""
    server = Server(folder, pace.changes)
    async with Relay() as relay, AsyncExitStack() as stack:
        client = await server.start()
        stack.push_async_callback(server.stop)
        worker = Worker(pace.program, folder, server.address, relay.url, policy)
        await worker.start()
        stack.push_async_callback(worker.stop)
        yield client, server, worker, relay
