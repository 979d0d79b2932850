"""What is fuzzed: the real application, before a real server, worker and register, with cases in every state."""

import asyncio
import hashlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from temporalio.client import Client

from gateway.cli.doors import doors
from local.mailbox import MailSink
from settings import Settings
from tests.workflows.deploying.parking import PARKED, Parked, Place, ago, park
from tests.workflows.lab import LINES, Lab, settings_for
from worker import working

KEY = secrets.token_hex(16)
"""May do everything."""


WANTED_BY = {
    "acceptance": ("invited",),
    "resend": ("expired", "invited"),
    "withdraw": ("invited", "expired"),
    "renewal-orders": ("ready", "past_due"),
    "renewal-decline": ("upcoming", "ready"),
    "orders": ("pending", "overdue", "deactivated", "accepted", "in_term"),
    "cancel": ("pending",),
    "extend": ("pending",),
    "returns": ("ordered",),
    "confirm": ("return_requested",),
    "decline": ("return_requested",),
    "write-off": ("overdue",),
    "deactivate": ("unwarned",),
}
"""States from which a command has an effect, by the last word of its address; other commands have one in many."""
_UNWARNED = Parked(
    "authorization",
    "overdue",
    {
        "history": {
            "invited_on": ago(90),
            "accepted_on": ago(90),
            "authorizations": [{"requested_on": ago(80), "lines": LINES}],
        }
    },
    None,
)
"""Overdue past its last day, since no warning got out."""


@dataclass
class Fuzzed:
    """Where it serves, and whom it knows."""

    url: str
    places: list[Place] = field(default_factory=list)

    def number(self, operation: str, name: str, turn: int) -> str:
        """A number that exists; every other time of a case for which this operation means something."""
        known = [place for place in self.places if name == "vip_number" or place.number is not None]
        wanted = WANTED_BY.get(operation.rpartition("/")[2], ())
        if turn % 2 and (fitting := [place for place in known if _state(place) in wanted]):
            known = fitting
        place = known[turn // 2 % len(known)]
        return place.vip if name == "vip_number" else str(place.number)


def _state(place: Place) -> str:
    return "unwarned" if place.parked is _UNWARNED else place.parked.state


@asynccontextmanager
async def serving_cases(client: Client, folder: Path, times: int) -> AsyncIterator[Fuzzed]:
    """The application, while the block lasts. It knows so many cases in every state of the three machines."""
    async with MailSink() as sink:
        settings = settings_for(
            sink,
            f"fuzz-{secrets.token_hex(4)}",
            database_url=f"sqlite:///{folder / 'register.sqlite3'}",
            number_secret="n" * 32,
            api_keys=f"fuzzer:manage:{hashlib.sha256(KEY.encode()).hexdigest()}",
            requests_per_minute=10**6,
        )
        async with working(client, settings, debug_mode=True), _served(client, settings) as url:
            house = Lab(client, sink, settings)
            yield Fuzzed(url, [place for _ in range(times) for place in await park(house, (*PARKED, _UNWARNED))])


@asynccontextmanager
async def _served(client: Client, settings: Settings) -> AsyncIterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(doors(client, settings), log_config=None, access_log=False, lifespan="on")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server._serve(sockets=[listener]))  # as `serve`, but signals are pytest's
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
