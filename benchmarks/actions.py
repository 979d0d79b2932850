"""What the server is asked to do, counted from real histories: billable actions, workflow tasks and events.

An authorization that is ordered on day 3, from its request to *ordered* and on to *settled*, in both workflows; and the
year of a customer with three authorizations: one in time, one late, one never, and a renewal.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from benchmarks.stand import ACCEPT, AUTHORIZE, INVITE, Stand, actions, histories, server, stand, tasks, vip_number
from local import clock
from workflows.names import authorization_id, customer_id

ACTIONS_TO_ORDERED = 12
TASKS_TO_ORDERED = 12
ACTIONS_TO_SETTLED = 15


class Cost(NamedTuple):
    actions: int
    tasks: int
    events: int

    def __str__(self) -> str:
        return f"{self.actions} actions, {self.tasks} workflow tasks, {self.events} events"


def cost(events: list[HistoryEvent]) -> Cost:
    return Cost(actions(events), tasks(events), len(events))


def kinds(events: list[HistoryEvent]) -> str:
    counted = Counter(EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower() for event in events)
    return ", ".join(f"{number} {kind}" for kind, number in sorted(counted.items()))


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    async with server() as client, stand(client) as house:
        ordered, settled = await ordered_on_day_3(house)
        await _a_year(house)
        kept = ordered.actions <= ACTIONS_TO_ORDERED and ordered.tasks <= TASKS_TO_ORDERED
        return kept and settled.actions <= ACTIONS_TO_SETTLED


async def _accepted(house: Stand) -> str:
    vip = vip_number()
    handle = await house.client.start_workflow(
        "Customer", INVITE, id=customer_id(vip), task_queue=house.settings.task_queue
    )
    await handle.execute_update("accept_invitation", ACCEPT)
    await clock.settle(house.client, [customer_id(vip)])
    return vip


async def _authorize(house: Stand, vip: str) -> str:
    answer = await house.client.get_workflow_handle(customer_id(vip)).execute_update("authorize_purchase", AUTHORIZE)
    return str(answer["authorization_number"])


async def _order(house: Stand, number: str, reference: str) -> None:
    handle = house.client.get_workflow_handle(authorization_id(number))
    await handle.execute_update("place_order", {"order_reference": reference})


async def ordered_on_day_3(house: Stand) -> tuple[Cost, Cost]:
    """What it costs to *ordered* and to *settled*. The customer's own clock stays: that it is moved asks for a run of
    its own, which nobody does in life."""
    vip = await _accepted(house)
    before = len(await histories(house.client, customer_id(vip)))
    number = await _authorize(house, vip)
    both = [customer_id(vip), authorization_id(number)]
    await clock.settle(house.client, both)
    now = await clock.now_of(house.client, both[1])
    await clock.move(house.client, both[1:], now + timedelta(days=3))
    await _order(house, number, "PO-1")
    await clock.settle(house.client, both)
    ordered = (await histories(house.client, both[0]))[before:] + await histories(house.client, both[1])
    print(f"ordered on day 3: {cost(ordered)}  (at most {ACTIONS_TO_ORDERED} and {TASKS_TO_ORDERED})")
    print(f"  {kinds(ordered)}")
    await clock.move(house.client, both[1:], now + timedelta(days=25))
    await house.client.get_workflow_handle(both[1]).result()
    await clock.settle(house.client, both)
    settled = (await histories(house.client, both[0]))[before:] + await histories(house.client, both[1])
    print(f"to settled: {cost(settled)}  (at most {ACTIONS_TO_SETTLED} actions)")
    print(f"  {kinds(settled)}")
    return cost(ordered), cost(settled)


async def _a_year(house: Stand) -> None:
    vip = await _accepted(house)
    handle = house.client.get_workflow_handle(customer_id(vip))
    begun = await clock.now_of(house.client, customer_id(vip))
    numbers = [await _authorize(house, vip) for _ in range(3)]
    cases = [customer_id(vip), *map(authorization_id, numbers)]

    async def until(day: int) -> None:
        step = await clock.now_of(house.client, cases[0])
        while step < begun + timedelta(days=day):
            step = min(step + timedelta(days=1), begun + timedelta(days=day))
            await clock.move(house.client, cases, step)

    await until(9)
    await _order(house, numbers[0], "PO-1")
    await until(38)
    await _order(house, numbers[1], "PO-2")
    await until(362)
    await handle.execute_update("place_renewal_order", {"order_reference": "R-1"})
    await until(366)
    every = [event for case in cases for event in await histories(house.client, case)]
    letters = sum(event.HasField("activity_task_scheduled_event_attributes") for event in every)
    print(f"a customer's year with three authorizations: {cost(every)}")
    print(f"  {letters} letters among them")
    print(f"  {kinds(every)}")
