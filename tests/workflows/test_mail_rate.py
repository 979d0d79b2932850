"""Letters go out at no higher rate than the settings allow, however many workers there are."""

import asyncio
import secrets
from contextlib import AsyncExitStack

from temporalio.client import Client

from tests.workflows.killing.processes import Relay
from tests.workflows.lab import Lab, settings_for
from tests.workflows.stories.stage import connected_as
from worker import working

LETTERS, A_SECOND = 24, 4.0


async def test_all_workers_together_keep_to_the_ceiling(client: Client) -> None:
    async with Relay() as sink, AsyncExitStack() as stack:
        settings = settings_for(sink, f"rate-{secrets.token_hex(4)}", mails_per_second=A_SECOND)
        for one in (client, await connected_as(client)):
            await stack.enter_async_context(working(one, settings))
        house = Lab(client, sink, settings)
        await asyncio.gather(*(house.invite() for _ in range(LETTERS)))
        await sink.wait_for(LETTERS, seconds=60)
    took = sink.arrivals[-1].at - sink.arrivals[0].at
    assert took > LETTERS / A_SECOND / 2, "some may go at once at the beginning; without a ceiling it takes one second"
