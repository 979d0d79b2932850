"""What the register adds to each step: billable actions, workflow tasks, and milliseconds until a caller is answered.

The same lives with a register and without one, on one server and in turn, so that whatever else the machine does hits
both: an authorization ordered on day 3, and orders one after the other.
"""

import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

from benchmarks.actions import Cost, ordered_on_day_3
from benchmarks.stand import ACCEPT, AUTHORIZE, INVITE, Stand, server, stand, vip_number
from local import clock
from workflows.names import authorization_id, customer_id

ORDERS = 100
SLOWER = 1.25
"""A caller waits for nothing of the register: what it feels is that the machine has more to do."""


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        without = await stack.enter_async_context(stand(client))
        told = await stack.enter_async_context(stand(client, register=f"sqlite:///{folder / 'register.sqlite3'}"))
        seconds = await _orders(without, told)
    # Each with a server of its own: moved clocks leave traces.
    costs: list[tuple[Cost, Cost]] = []
    for register in ("off", "sqlite"):
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(server())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = "off" if register == "off" else f"sqlite:///{folder / 'register.sqlite3'}"
            costs.append(await ordered_on_day_3(await stack.enter_async_context(stand(client, register=url))))
    for name, before, after in zip(("ordered", "settled"), *costs, strict=True):
        more = Cost(*(two - one for one, two in zip(before, after, strict=True)))
        print(f"to {name} the register adds {more}: {after.actions / before.actions:.2f} times the actions")
    p50 = [median(each) * 1000 for each in seconds]
    print(
        f"an order takes p50 {p50[0]:.1f} ms without a register, {p50[1]:.1f} ms with one: {p50[1] / p50[0]:.2f} times"
    )
    return p50[1] / p50[0] <= SLOWER


async def _orders(*houses: Stand) -> list[list[float]]:
    """Seconds of each order, in turn in each house."""
    numbers = []
    for house in houses:
        vip = vip_number()
        handle = await house.client.start_workflow(
            "Customer", INVITE, id=customer_id(vip), task_queue=house.settings.task_queue
        )
        await handle.execute_update("accept_invitation", ACCEPT)
        lines = [{**AUTHORIZE["lines"][0], "quantity": ORDERS}]
        answer = await handle.execute_update("authorize_purchase", {**AUTHORIZE, "lines": lines})
        numbers.append(str(answer["authorization_number"]))
        await clock.settle(house.client, [customer_id(vip), authorization_id(numbers[-1])])
    seconds: list[list[float]] = [[] for _ in houses]
    for turn in range(ORDERS):
        for house, number, took in zip(houses, numbers, seconds, strict=True):
            body = {"order_reference": f"PO-{turn}", "lines": [{**AUTHORIZE["lines"][0], "quantity": 1}]}
            began = time.perf_counter()
            await house.client.get_workflow_handle(authorization_id(number)).execute_update("place_order", body)
            took.append(time.perf_counter() - began)
            await clock.settle(house.client, [authorization_id(number)])
    return seconds
