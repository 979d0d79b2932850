"""A thousand deadlines in one minute: as many authorizations want their reminder at the same instant.

The server's own timers fire, in real time: the clock of each case is moved to as long before its deadline as is left
until the instant that all have in common. Every letter must get out, once, and the relay must never see more
connections than a worker may have. Worker and relay run in processes of their own.
"""

import asyncio
import time
from datetime import datetime, timedelta

from temporalio.client import Client

from benchmarks.crowd import CASES, each, gather
from benchmarks.relay import Relay, relay
from benchmarks.stand import server, settings_for
from benchmarks.workers import Working, worker
from local import clock
from workflows.names import authorization_id

DEADLINES = 1_000
"""At most, whatever `--cases` says."""
AHEAD, AHEAD_EACH = 15.0, 0.1
"""Seconds from the first clock that is moved to the instant: these, and so many more for each case."""
MINUTE = 60.0
PATIENCE = 900.0
"""Seconds for all letters to get out."""
COPIES = 3.0
"""Seconds to wait for what should not come: a letter once more."""


def run(cases: int = CASES) -> bool:
    return asyncio.run(_run(min(cases, DEADLINES)))


async def _run(number: int) -> bool:
    async with server() as client, relay(tls=False) as to, worker(client, "ours", smtp_url=to.url) as working:
        crowd = await gather(client, working, number, number)
        at = time.perf_counter() + AHEAD + AHEAD_EACH * number
        due = await _set_clocks(client, crowd.authorizations, at)
        early = (await to.got()).letters if time.perf_counter() < at else 0
        await asyncio.sleep(at - time.perf_counter())
        half, whole, spent = await _all_out(to, working, number, at)
        await asyncio.sleep(COPIES)
        got, limit = await to.got(), settings_for(to.url, working.queue).mail_connections
    within = max(due) - at
    print(f"{number:,} reminders fell due within {within:.1f} s (at most {MINUTE:.0f}); {early} were out before")
    print(f"half were out after {half:.1f} s, all after {whole:.1f} s, {number / whole:.0f} a second;", end=" ")
    print(f"{spent / number * 1000:.1f} ms of the worker's processor each")
    print(f"{got.letters:,} letters arrived, {got.different:,} of them different (all, and each once),", end=" ")
    print(f"over {got.most} connections at once (at most {limit})")
    return not early and within <= MINUTE and got.letters == got.different == number and got.most <= limit


async def _set_clocks(client: Client, numbers: list[str], at: float) -> list[float]:
    """Let them all fall due at `at`. Returns when each does: later than that when it could not be set in time."""
    due = []

    async def set_clock(number: str) -> None:
        workflow_id = authorization_id(number)
        wake = await client.get_workflow_handle(workflow_id).query("wake")
        left = max(at - time.perf_counter(), 0.0)
        await clock.move(client, [workflow_id], datetime.fromisoformat(wake["at"]) - timedelta(seconds=left), looks=1)
        due.append(at if left else time.perf_counter())

    await each(numbers, set_clock)
    return due


async def _all_out(to: Relay, working: Working, number: int, at: float) -> tuple[float, float, float]:
    """Seconds until half of the letters were out, and all; and the worker's seconds of processor meanwhile."""
    before, half = (await working.used()).cpu, 0.0
    async with asyncio.timeout(PATIENCE):
        while (letters := (await to.got()).letters) < number:
            half = half or (time.perf_counter() - at if letters >= number / 2 else 0.0)
            await asyncio.sleep(0.2)
    whole = time.perf_counter() - at
    return half or whole, whole, (await working.used()).cpu - before
