"""Whole lifecycles on a real server: ours, and bare workflows that do the same calls to the server and decide nothing.

A lifecycle is: invite, accept, authorize, order; five letters, two workflows. Both in turn on one server, each worker
in a process of its own: lifecycles per second, processor time of the worker for each, and what 400 parked cases change.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from temporalio.client import Client

from benchmarks.stand import ACCEPT, AUTHORIZE, INVITE, server, vip_number
from benchmarks.workers import Working, worker
from workflows.names import authorization_id, customer_id

CALLERS = {1: 20, 10: 80, 50: 200}
"""Callers at once, and how many lifecycles they live together."""
ROUNDS = 2
PARKED = 400
RATE = 0.9
CPU = 1.25
SLOWER = 1.2
LETTER: dict[str, Any] = {
    "letter": "invitation_withdrawn",
    "key": "bare:1",
    "thread": "invitation:bare",
    "written_at": "2027-01-04T09:30:00Z",
    "reader": "contact",
    "contact": INVITE["contact"],
    "account_manager": INVITE["account_manager"],
    "language": "en",
    "organization": INVITE["organization"],
    "vip_number": "0" * 20,
    "time_zone": "Europe/Copenhagen",
    "invited_on": "2027-01-04",
    "expires_on": "2027-03-05",
    "reason": "a letter like the others",
}
"""A letter of average length; the bare workflows send it five times."""


@dataclass
class Pace:
    """What some lifecycles came to."""

    lifecycles: int = 0
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        return self.lifecycles / self.seconds

    @property
    def each(self) -> float:
        """Milliseconds of the worker's processor for one."""
        return self.cpu / self.lifecycles * 1000


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    async with server() as client, worker(client, "ours") as ours, worker(client, "bare") as bare:
        for working in (ours, bare):
            await _block(client, working, 10, 40)
        kept = True
        for callers, lifecycles in CALLERS.items():
            paces = {ours.kind: Pace(), bare.kind: Pace()}
            for _ in range(ROUNDS):
                for working in (ours, bare):
                    _add(paces[working.kind], await _block(client, working, callers, lifecycles // ROUNDS))
            kept = _told(callers, paces["ours"], paces["bare"]) and kept
        return await _parked(client, ours) and kept


def _told(callers: int, ours: Pace, bare: Pace) -> bool:
    rate, cpu = ours.rate / bare.rate, ours.each / bare.each
    print(
        f"{callers} callers: {ours.rate:.1f} lifecycles a second, bare {bare.rate:.1f}: {rate:.2f} (at least {RATE}); "
        f"worker {ours.each:.0f} ms each, bare {bare.each:.0f} ms: {cpu:.2f} times (at most {CPU})"
    )
    return rate >= RATE and cpu <= CPU


def _add(pace: Pace, more: Pace) -> None:
    pace.lifecycles += more.lifecycles
    pace.seconds += more.seconds
    pace.cpu += more.cpu


async def _block(client: Client, working: Working, callers: int, lifecycles: int) -> Pace:
    left = iter(range(lifecycles))
    before = await working.used()
    begun = time.perf_counter()

    async def caller() -> None:
        for _ in left:
            await _order(client, await _until_ordered(client, working))

    await asyncio.gather(*(caller() for _ in range(callers)))
    seconds = time.perf_counter() - begun
    await asyncio.sleep(0.5)  # the last letters
    return Pace(lifecycles, seconds, (await working.used()).cpu - before.cpu)


async def _until_ordered(client: Client, working: Working) -> str:
    """Invite, accept, authorize; returns the authorization's number."""
    name, start = ("Customer", INVITE) if working.kind == "ours" else ("BareCustomer", {"letter": LETTER, **INVITE})
    handle = await client.start_workflow(name, start, id=customer_id(vip_number()), task_queue=working.queue)
    await handle.execute_update("accept_invitation", ACCEPT)
    return str((await handle.execute_update("authorize_purchase", AUTHORIZE))["authorization_number"])


async def _order(client: Client, number: str) -> None:
    handle = client.get_workflow_handle(authorization_id(number))
    await handle.execute_update("place_order", {"order_reference": "PO-1"})


async def _parked(client: Client, ours: Working) -> bool:
    """How long an order takes, with and without 400 other cases that wait."""
    before = await _orders(client, ours)
    room = asyncio.Semaphore(20)

    async def park() -> None:
        async with room:
            await _until_ordered(client, ours)

    await asyncio.gather(*(park() for _ in range(PARKED // 2)))  # a customer and an authorization each
    await asyncio.sleep(2)
    after = await _orders(client, ours)
    print(
        f"an order takes {before * 1000:.1f} ms, with {PARKED} parked cases {after * 1000:.1f} ms: "
        f"{after / before:.2f} times (at most {SLOWER})"
    )
    return after <= before * SLOWER


async def _orders(client: Client, ours: Working) -> float:
    """Seconds of one order: the median of many."""
    taken = []
    for _ in range(40):
        number = await _until_ordered(client, ours)
        begun = time.perf_counter()
        await _order(client, number)
        taken.append(time.perf_counter() - begun)
    return sorted(taken)[len(taken) // 2]
