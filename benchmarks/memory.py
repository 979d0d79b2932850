"""What a worker process takes with many open cases, compared with as many workflows that only wait.

Half of the cases are customers, half their authorizations. They are begun by one worker, and taken over by the next:
memory after its start, and after each case was asked for once; and its processor while nothing happens.
"""

import asyncio
from typing import NamedTuple

from temporalio.client import Client

from benchmarks.crowd import CASES, begun, each, gather, rest, touch
from benchmarks.stand import server, settings_for, vip_number
from benchmarks.workers import Working, worker

IDLE = 20.0
"""Seconds in which nothing happens."""
HOUR = 3600.0
KILOBYTES = 200.0
"""At most, for a case that is kept in memory."""
MEGABYTE = 1 << 20


class Taken(NamedTuple):
    """Bytes of the process; seconds of processor in an hour in which nothing happens."""

    started: int
    touched: int
    idle: float
    kept: int
    """Workflows in memory in the end."""

    @property
    def kilobytes(self) -> float:
        """Of memory, for one workflow that is kept."""
        return (self.touched - self.started) / self.kept / 1024

    def __str__(self) -> str:
        return (
            f"{self.started / MEGABYTE:.0f} MB after the start, {self.touched / MEGABYTE:.0f} MB with all touched, "
            f"{self.kilobytes:.0f} KB each of {self.kept:,} kept; {self.idle:.1f} s of processor an hour idle"
        )


def run(cases: int = CASES) -> bool:
    return asyncio.run(_run(cases))


async def _run(cases: int) -> bool:
    async with server() as client:
        async with worker(client, "bare") as first:
            ids = await _empty(client, first, cases)
            await first.stop()
        floor = await _taken(client, first, ids)
        print(f"{cases:,} empty workflows: {floor}")
        async with worker(client, "ours") as first:
            ids = (await gather(client, first, cases // 2, cases // 2)).ids()
            await first.stop()
        ours = await _taken(client, first, ids)
        print(f"{cases:,} open cases: {ours}")
    print(
        f"a case is {ours.kilobytes / floor.kilobytes:.1f} times an empty workflow (at most {KILOBYTES:.0f} KB); "
        f"idle {ours.idle / floor.idle:.2f} times"
    )
    return ours.kilobytes <= KILOBYTES


async def _empty(client: Client, working: Working, number: int) -> list[str]:
    ids = [f"empty:{vip_number()}" for _ in range(number)]
    await each(ids, lambda one: client.start_workflow("Empty", id=one, task_queue=working.queue))
    await begun(working, number)
    return ids


async def _taken(client: Client, before: Working, ids: list[str]) -> Taken:
    """What the next worker takes on the task queue of one that has stopped."""
    async with worker(client, before.kind, queue=before.queue) as working:
        await rest(working)
        started = await working.used()
        await touch(client, ids)
        await rest(working)
        touched = await working.used()
        await asyncio.sleep(IDLE)
        idle = (await working.used()).cpu - touched.cpu
    kept = min(len(ids), settings_for(working.sink.url, working.queue).cached_cases)
    return Taken(started.resident, touched.resident, idle / IDLE * HOUR, kept)
