"""Workers in processes of their own, so that what they use can be told from what their callers use."""

import asyncio
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client

from local.mailbox import MailSink


@dataclass(frozen=True)
class Used:
    """So far: processor seconds of the process; runs begun, and what they took until their first task was done."""

    cpu: float
    begun: int
    seconds: float
    kept: int


@dataclass(frozen=True)
class Working:
    """A worker process: `kind` is `ours` or `bare`."""

    client: Client
    kind: str
    queue: str
    process: asyncio.subprocess.Process

    async def used(self) -> Used:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()
        return Used(**json.loads(await self.process.stdout.readline()))


@asynccontextmanager
async def worker(client: Client, kind: str, *, traced: bool = False) -> AsyncIterator[Working]:
    queue = f"{kind}-{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory() as compiled:
        async with MailSink() as sink, _process(client, kind, queue, sink.url, compiled, traced) as process:
            yield Working(client, kind, queue, process)


@asynccontextmanager
async def _process(
    client: Client, kind: str, queue: str, smtp_url: str, compiled: str, traced: bool
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.worker_process",
        kind,
        client.service_client.config.target_host,
        queue,
        smtp_url,
        "traced" if traced else "",
        # Compiled once, as everywhere else, and not beside the code.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": compiled},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None or await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"the {kind} worker did not start")
        yield process
    finally:
        process.kill()
        await process.wait()
