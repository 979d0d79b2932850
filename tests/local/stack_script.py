"""`vip up` with small parts, run as a process of its own by the tests: python stack_script.py DATA."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from temporalio.client import Client
from temporalio.worker import Worker

from local import up
from local.ports import ANY
from settings import Settings
from tests.local.waiting import Mailing, Waiting, never_gets_out


async def worker(client: Client, settings: Settings, ready: asyncio.Event) -> None:
    running = Worker(client, task_queue=settings.task_queue, workflows=[Waiting, Mailing], activities=[never_gets_out])
    async with running:
        ready.set()
        await asyncio.Event().wait()


def codec(settings: Settings) -> Any:
    return page(None, settings)


def page(_client: Client | None, _settings: Settings) -> Any:
    async def answer(_: Request) -> Response:
        return PlainTextResponse("the page")

    return Starlette(routes=[Route("/{path:path}", answer)])


async def samples(client: Client, settings: Settings) -> str:
    await client.start_workflow("Waiting", args=[[], [], None], id="sample", task_queue=settings.task_queue)
    return "One sample was made."


if __name__ == "__main__":
    sys.exit(up.run(up.Parts(worker, page, codec, samples), data=Path(sys.argv[1]), usual=ANY))
