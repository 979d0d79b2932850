"""What one order costs with many open customers, compared with few.

Two servers in one run, each with a worker of its own: a hundred open customers here, many there. An order is the update
`place_order` through the `Gateway`, one after the other and in turn here and there, so that whatever else the machine
does hits both. Who orders is spread over all customers: with more cases than a worker keeps in memory, most are not.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.crowd import CASES, gather, rest
from benchmarks.stand import server
from benchmarks.workers import Working, worker
from gateway.client import Gateway

FEW = 100
BLOCK = 10
"""Orders here, then as many there."""
DEARER = 1.2


@dataclass
class House:
    """One server with its worker, and the authorizations that will be ordered."""

    gateway: Gateway
    working: Working
    waiting: Iterator[str]
    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    begun: int = 0

    async def block(self) -> None:
        """Some orders, one after the other, and what they took of the worker."""
        before = await self.working.used()
        for _ in range(BLOCK):
            number, started = next(self.waiting), time.perf_counter()
            await self.gateway.update_authorization(number, "place_order", {"order_reference": f"PO-{number}"}, number)
            self.seconds.append(time.perf_counter() - started)
        await rest(self.working, looks=1)
        after = await self.working.used()
        self.cpu += after.cpu - before.cpu
        self.begun += after.begun - before.begun

    @property
    def each(self) -> float:
        """Seconds of the worker's processor for one order."""
        return self.cpu / len(self.seconds)

    def percentile(self, percent: int) -> float:
        return sorted(self.seconds)[len(self.seconds) * percent // 100]


def run(customers: int = CASES) -> bool:
    return asyncio.run(_run(customers))


async def _run(customers: int) -> bool:
    async with AsyncExitStack() as stack:
        few, many = [await _open(stack, number) for number in (FEW, customers)]
        for _ in range(FEW // BLOCK):
            await few.block()
            await many.block()
    for name, house in ((f"{FEW:,}", few), (f"{customers:,}", many)):
        print(
            f"{name:>7} open customers: p50 {house.percentile(50) * 1000:.1f} ms, p95 {house.percentile(95) * 1000:.1f}"
            f" ms, worker {house.each * 1000:.1f} ms an order, {house.begun / FEW:.2f} cases replayed"
        )
    slower, dearer = many.percentile(50) / few.percentile(50), many.each / few.each
    print(f"p50 {slower:.2f} times, worker {dearer:.2f} times (at most {DEARER})")
    return max(slower, dearer) <= DEARER


async def _open(stack: AsyncExitStack, customers: int) -> House:
    client = await stack.enter_async_context(server())
    working = await stack.enter_async_context(worker(client, "ours"))
    crowd = await gather(client, working, customers, FEW)
    gateway = Gateway(client, task_queue=working.queue, patience=60)
    return House(gateway, working, iter(crowd.authorizations))
