"""Orders through the HTTP gateway, compared with the same update sent by the bare Temporal client.

One server, one worker process of ours, one process of `vip serve`; callers in this process. An order is one licence of
an authorization with many, so that the same authorizations serve both sides. Both sides in turn, so that whatever else
the machine does hits both.
"""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from httpx2 import AsyncClient, Limits
from temporalio.client import Client

from benchmarks.stand import ACCEPT, INVITE, PAYLOAD_KEYS, server, vip_number
from benchmarks.workers import worker
from workflows.names import authorization_id, customer_id

CALLERS = {1: 12, 10: 60, 50: 100}
"""Callers at once, and how many orders each side places in a round."""
ROUNDS = 11
"""What counts is the median: a round of some seconds has whatever the machine does meanwhile in it."""
RATE = 0.85
BUSY = 503
_PRODUCT, _LICENCES = "cc-all-apps-team", 250
_AT_ONCE = 10

Order = Callable[[str, dict[str, Any]], Awaitable[Any]]


@dataclass
class Pace:
    orders: int
    seconds: float
    cpu: float
    """Of the gateway's process."""

    @property
    def rate(self) -> float:
        return self.orders / self.seconds


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    async with server() as client, worker(client, "ours") as ours, _gateway(client, ours.queue) as (http, process):
        numbers = await _authorized(client, ours.queue, max(CALLERS))
        names = (f"SO-{count}" for count in itertools.count(1))

        async def bare(number: str, body: dict[str, Any]) -> None:
            handle = client.get_workflow_handle(authorization_id(number))
            await handle.execute_update("place_order", body, id=body["order_reference"], result_type=dict[str, Any])

        async def over_http(number: str, body: dict[str, Any]) -> None:
            path, headers = f"/v1/authorizations/{number}/orders", {"Idempotency-Key": body["order_reference"]}
            while (answer := await http.post(path, json=body, headers=headers)).status_code == BUSY:
                pass  # the same key finds the outcome
            answer.raise_for_status()
            answer.json()

        for side in (bare, over_http):
            await _block(side, numbers, 10, 40, names, process.pid)
        kept = True
        for callers, orders in CALLERS.items():
            paces: dict[Order, list[Pace]] = {bare: [], over_http: []}
            for turn in range(ROUNDS):
                for side in (bare, over_http) if turn % 2 else (over_http, bare):
                    paces[side].append(await _block(side, numbers, callers, orders, names, process.pid))
            kept = _told(callers, paces[over_http], paces[bare]) and kept
        return kept


def _told(callers: int, http: list[Pace], bare: list[Pace]) -> bool:
    ratios = sorted(one.rate / other.rate for one, other in zip(http, bare, strict=True))
    ratio, rates = median(ratios), [median(one.rate for one in side) for side in (http, bare)]
    cpu = sum(one.cpu for one in http) / sum(one.orders for one in http)
    print(
        f"{callers} callers: {rates[0]:.1f} orders a second over HTTP, {rates[1]:.1f} by the bare client: {ratio:.2f} "
        f"(at least {RATE}; the rounds {ratios[0]:.2f} to {ratios[-1]:.2f}); "
        f"the gateway takes {cpu * 1000:.1f} ms of processor for each"
    )
    return ratio >= RATE


async def _block(
    side: Order, numbers: list[str], callers: int, orders: int, names: Iterator[str], gateway: int
) -> Pace:
    left, whose = iter(range(orders)), itertools.cycle(numbers)
    lines = [{"product": _PRODUCT, "quantity": 1}]
    before, begun = _cpu(gateway), time.perf_counter()

    async def caller() -> None:
        for _ in left:
            await side(next(whose), {"order_reference": next(names), "lines": lines})

    await asyncio.gather(*(caller() for _ in range(callers)))
    return Pace(orders, time.perf_counter() - begun, _cpu(gateway) - before)


def _cpu(process: int) -> float:
    """Seconds of processor so far (Linux)."""
    with open(f"/proc/{process}/stat") as told:
        fields = told.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _authorized(client: Client, queue: str, customers: int) -> list[str]:
    """A customer each, with one authorization."""
    room = asyncio.Semaphore(_AT_ONCE)
    body = {"lines": [{"product": _PRODUCT, "quantity": _LICENCES}], "requested_by": "account_manager"}

    async def one() -> str:
        async with room:
            handle = await client.start_workflow("Customer", INVITE, id=customer_id(vip_number()), task_queue=queue)
            await handle.execute_update("accept_invitation", ACCEPT)
            return str((await handle.execute_update("authorize_purchase", body))["authorization_number"])

    return await asyncio.gather(*(one() for _ in range(customers)))


@asynccontextmanager
async def _gateway(client: Client, queue: str) -> AsyncIterator[tuple[AsyncClient, asyncio.subprocess.Process]]:
    """`vip serve` in a process of its own, and a client with as many connections as there are callers."""
    settings = {
        "TEMPORAL_ADDRESS": client.service_client.config.target_host,
        "VIP_TASK_QUEUE": queue,
        "VIP_PAYLOAD_KEYS": PAYLOAD_KEYS,
        "VIP_DATABASE_URL": "off",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway.cli", "serve", "--port", "0", "--json"),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if process.stdout is None:
        raise RuntimeError("the gateway has no pipe")
    try:
        where = json.loads(await process.stdout.readuntil(b"}"))["http"]
        async with AsyncClient(base_url=where, timeout=30, limits=Limits(max_connections=max(CALLERS))) as http:
            yield http, process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()
