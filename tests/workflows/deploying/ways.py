"""Two ways to deploy: plain workers, one release after the other; and versioned ones, the current version switched."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from temporalio.client import Client

from local.mailbox import MailSink
from tests.workflows.builds import make_current
from tests.workflows.deploying.releases import Machine, Release
from tests.workflows.lab import Lab, server, settings_for
from workflows.versioning import BUILD_ID, DEPLOYMENT_NAME

DEPLOYMENT = "vip"


class Way(Protocol):
    """How a release takes the place of the one before."""

    async def deploy(self, tree: Release) -> None:
        """From now on this one works, alone."""

    async def stop(self) -> None:
        """Nobody works any more."""


class Plain:
    def __init__(self, _client: Client, machine: Machine) -> None:
        self._machine, self._running = machine, AsyncExitStack()

    async def deploy(self, tree: Release) -> None:
        await self.stop()
        await self._running.enter_async_context(self._machine.working(tree, {}))

    async def stop(self) -> None:
        await self._running.aclose()


class Versioned:
    def __init__(self, client: Client, machine: Machine) -> None:
        self._client, self._machine, self._running = client, machine, AsyncExitStack()

    async def deploy(self, tree: Release) -> None:
        running = AsyncExitStack()
        named = {DEPLOYMENT_NAME: DEPLOYMENT, BUILD_ID: tree.build}
        await running.enter_async_context(self._machine.working(tree, named))
        try:
            await make_current(self._client, DEPLOYMENT, tree.build)
        finally:
            await self.stop()
            self._running = running

    async def stop(self) -> None:
        await self._running.aclose()


@asynccontextmanager
async def installed(way: type[Plain] | type[Versioned], folder: Path) -> AsyncIterator[tuple[Lab, Machine, Way]]:
    """A server and a relay; nobody works yet."""
    async with server(folder) as client, MailSink() as sink, AsyncExitStack() as stack:
        machine = Machine(client.service_client.config.target_host, sink.url, "deploying")
        deployment = way(client, machine)
        stack.push_async_callback(deployment.stop)
        yield Lab(client, sink, settings_for(sink, "deploying")), machine, deployment
