"""What it costs a worker to hold one more workflow: time in the sandbox, and memory, beyond an empty workflow."""

import asyncio
from dataclasses import astuple
from typing import Any, NamedTuple

from temporalio.client import Client

from benchmarks.stand import INVITE, server, vip_number
from benchmarks.workers import Used, worker

MILLISECONDS = 2.0
KILOBYTES = 64.0
WARM_UP = 30
RUNS = 200


class Start(NamedTuple):
    milliseconds: float
    kilobytes: float


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    async with server() as client:
        empty = await _started(client, "bare", "Empty", None)
        ours = await _started(client, "ours", "Customer", INVITE)
    beyond = Start(*(one - other for one, other in zip(ours, empty, strict=True)))
    print(f"empty workflow: {empty.milliseconds:.2f} ms, {empty.kilobytes:.0f} KB")
    print(f"customer: {ours.milliseconds:.2f} ms, {ours.kilobytes:.0f} KB")
    print(
        f"beyond: {beyond.milliseconds:.2f} ms, at most {MILLISECONDS}; {beyond.kilobytes:.0f} KB, at most {KILOBYTES}"
    )
    return beyond.milliseconds <= MILLISECONDS and beyond.kilobytes <= KILOBYTES


async def _started(client: Client, kind: str, name: str, start: Any) -> Start:
    """Time and memory in two passes, since tracing memory takes time."""
    seconds = await _pass(client, kind, name, start, traced=False)
    return Start(
        seconds.seconds / RUNS * 1000, (await _pass(client, kind, name, start, traced=True)).kept / RUNS / 1024
    )


async def _pass(client: Client, kind: str, name: str, start: Any, *, traced: bool) -> Used:
    async with worker(client, kind, traced=traced) as working:

        async def one() -> None:
            handle = await client.start_workflow(name, start, id=f"customer:{vip_number()}", task_queue=working.queue)
            await handle.query("__temporal_workflow_metadata")

        for _ in range(WARM_UP):
            await one()
        before = await working.used()
        for _ in range(RUNS):
            await one()
        after = await working.used()
    if after.begun - before.begun != RUNS:
        raise RuntimeError(f"{after.begun - before.begun} runs were begun, not {RUNS}")
    return Used(*(one - other for one, other in zip(astuple(after), astuple(before), strict=True)))
