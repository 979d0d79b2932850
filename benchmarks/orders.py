"""What one order costs with many open customers, compared with few.

Two servers in one run, each with a worker of its own: a hundred open customers here, many there. An order is the update
`place_order` through the `Gateway`, one after the other and in turn here and there, so that whatever else the machine
does hits both. Who orders is spread over all customers, so it was not heard of lately.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.crowd import CASES, gather, rest
from benchmarks.stand import server
from benchmarks.workers import Used, Working, worker
from gateway.client import Gateway

FEW = 100
"""Customers here, and orders here and there."""
DEARER = 1.2


@dataclass
class House:
    """One server with its worker, the authorizations that will be ordered, and the seconds that each order took."""

    gateway: Gateway
    working: Working
    waiting: Iterator[str]
    before: Used
    seconds: list[float] = field(default_factory=list)

    async def order(self) -> None:
        number, began = next(self.waiting), time.perf_counter()
        await self.gateway.place_order(number, {"order_reference": f"PO-{number}"}, number)
        self.seconds.append(time.perf_counter() - began)

    def percentile(self, percent: int) -> float:
        return sorted(self.seconds)[len(self.seconds) * percent // 100]


def run(customers: int = CASES) -> bool:
    return asyncio.run(_run(customers))


async def _run(customers: int) -> bool:
    async with AsyncExitStack() as stack:
        few, many = [await _open(stack, number) for number in (FEW, customers)]
        for _ in range(FEW):
            await few.order()
            await many.order()
        cpu = [await _told(number, house) for number, house in ((FEW, few), (customers, many))]
    slower, dearer = many.percentile(50) / few.percentile(50), cpu[1] / cpu[0]
    print(f"p50 {slower:.2f} times, worker {dearer:.2f} times (at most {DEARER})")
    return max(slower, dearer) <= DEARER


async def _open(stack: AsyncExitStack, customers: int) -> House:
    client = await stack.enter_async_context(server())
    working = await stack.enter_async_context(worker(client, "ours"))
    crowd = await gather(client, working, customers, FEW)
    gateway = Gateway(client, task_queue=working.queue, patience=60)
    return House(gateway, working, iter(crowd.authorizations), await working.used())


async def _told(customers: int, house: House) -> float:
    """Seconds of the worker's processor for one order."""
    await rest(house.working)
    after = await house.working.used()
    each, replayed = (after.cpu - house.before.cpu) / FEW, (after.begun - house.before.begun) / FEW
    p50, p95 = (house.percentile(percent) * 1000 for percent in (50, 95))
    print(
        f"{customers:>7,} open customers: an order takes p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
        f"and {each * 1000:.1f} ms of the worker; {replayed:.2f} cases replayed for it"
    )
    return each
