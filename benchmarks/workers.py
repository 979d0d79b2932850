"""Workers in processes of their own, so that what they use can be told from what their callers use."""

import asyncio
import atexit
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from temporalio.client import Client

from local.mailbox import MailSink

ENDS = 60.0
"""Seconds that a worker has to end by itself."""


@dataclass(frozen=True)
class Used:
    """So far: processor seconds of the process; runs begun, and what they took until their first task was done."""

    cpu: float
    begun: int
    seconds: float
    kept: int
    resident: int
    """Bytes of memory of the process, now."""


@dataclass(frozen=True)
class Working:
    """A worker process: `kind` is `ours` or `bare`."""

    client: Client
    kind: str
    queue: str
    sink: MailSink
    process: asyncio.subprocess.Process

    async def stop(self) -> None:
        """Let it end as workers end: it tells the server that it is gone."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        async with asyncio.timeout(ENDS):
            await self.process.wait()

    async def used(self) -> Used:
        """Raises `RuntimeError` when it has ended."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()
        if not (told := await self.process.stdout.readline()):
            raise RuntimeError(f"the {self.kind} worker ended with {await self.process.wait()}")
        return Used(**json.loads(told))


@asynccontextmanager
async def worker(
    client: Client, kind: str, *, queue: str = "", smtp_url: str = "", traced: bool = False
) -> AsyncIterator[Working]:
    """One on the task queue `queue`, or on one of its own; it keeps as many workflows in memory as ours does.

    It sends to `smtp_url`, or to a sink of its own.
    """
    queue = queue or f"{kind}-{secrets.token_hex(4)}"
    async with MailSink() as sink, _process(client, kind, queue, smtp_url or sink.url, traced) as process:
        yield Working(client, kind, queue, sink, process)


@cache
def _compiled() -> str:
    """Where workers keep compiled modules: compiled once, as everywhere else, and not beside the code."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return folder.name


@asynccontextmanager
async def _process(
    client: Client, kind: str, queue: str, smtp_url: str, traced: bool
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
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": _compiled()},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdout is None or await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"the {kind} worker did not start")
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
