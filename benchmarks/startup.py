"""How soon a worker is of use that starts with many open cases, compared with one that has a single customer.

Half of the cases are customers, half their authorizations. Every start is timed from the process to the first answer
to an order, which waits from before; on one server, both in turn. In the end some authorizations fall due while no
worker runs: then also until the last reminder is handed over.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from statistics import median

from temporalio.client import Client

from benchmarks.crowd import CASES, Crowd, each, gather, rest
from benchmarks.stand import server
from benchmarks.workers import Working, worker
from gateway.client import Gateway
from local import clock
from workflows.names import authorization_id

ROUNDS = 3
DUE = 20
"""One of so many cases falls due."""
LATER = timedelta(days=5)
"""Past the first reminder and before the second."""
SLOWER = 1.2


def run(cases: int = CASES) -> bool:
    return asyncio.run(_run(cases))


async def _run(cases: int) -> bool:
    async with server() as client:
        alone, one = await _parked(client, ROUNDS)
        many, crowd = await _parked(client, cases // 2)
        waiting = iter(crowd.authorizations)
        kept = await _starts(client, (alone, iter(one.authorizations)), (many, waiting), cases)
        await _after_an_outage(client, many, waiting, cases // DUE)
    return kept


async def _starts(
    client: Client, few: tuple[Working, Iterator[str]], many: tuple[Working, Iterator[str]], cases: int
) -> bool:
    floor, ours = list[float](), list[float]()
    for _ in range(ROUNDS):
        for (before, numbers), taken in ((few, floor), (many, ours)):
            async with _started(client, before, numbers) as (seconds, _working):
                taken.append(seconds)
    slower = median(ours) / median(floor)
    print(f"first order answered after {median(floor):.2f} s with {2 * ROUNDS} open cases, the floor")
    print(f"with {cases:,}: {median(ours):.2f} s, {slower:.2f} times (at most {SLOWER})")
    return slower <= SLOWER


async def _after_an_outage(client: Client, before: Working, waiting: Iterator[str], number: int) -> None:
    due = [next(waiting) for _ in range(number)]
    await each(due, lambda one: _fall_due(client, one))
    began = time.perf_counter()
    async with _started(client, before, waiting) as (seconds, working):
        await working.sink.wait_for(len(due) + 1, seconds=600)  # the order has its letter too
        took = time.perf_counter() - began
    print(f"with {number:,} of them due: {seconds:.2f} s, and {took:.1f} s until the last reminder is out")


async def _parked(client: Client, customers: int) -> tuple[Working, Crowd]:
    async with worker(client, "ours") as working:
        crowd = await gather(client, working, customers, customers)
        await working.stop()
    return working, crowd


@asynccontextmanager
async def _started(client: Client, before: Working, numbers: Iterator[str]) -> AsyncIterator[tuple[float, Working]]:
    """The next worker on a queue whose worker has stopped, and the seconds until it answered an order."""
    number, began = next(numbers), time.perf_counter()
    gateway = Gateway(client, task_queue=before.queue, patience=600)
    order = gateway.place_order(number, {"order_reference": f"PO-{number}"}, number)
    answered = asyncio.create_task(order)
    async with worker(client, "ours", queue=before.queue) as working:
        await answered
        yield time.perf_counter() - began, working
        await rest(working)
        await working.stop()


async def _fall_due(client: Client, number: str) -> None:
    """The clock stops at the reminder, which needs a worker, or goes on past it; noon is no time to wait for."""
    workflow_id = authorization_id(number)
    to = (await clock.now_of(client, workflow_id) + LATER).replace(hour=12)
    with suppress(clock.ClockStuck):
        await clock.skip_while_down(client, [workflow_id], to)
