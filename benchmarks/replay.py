"""How fast histories are replayed, in events per second of processor, compared with bare workflows.

Those that were recorded for the tests; and one customer's long life, lived here on a server together with a bare
workflow that asked as much of the server. All are replayed in this process, which does nothing else meanwhile.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from temporalio.client import Client, WorkflowHistory
from temporalio.worker import Replayer

from benchmarks.bare import BareAuthorization, BareCustomer
from benchmarks.stand import ACCEPT, AUTHORIZE, INVITE, server, vip_number
from benchmarks.throughput import LETTER
from benchmarks.workers import Working, worker
from workflows.authorization import PurchaseAuthorization
from workflows.customer import Customer
from workflows.names import authorization_id, customer_id
from workflows.reading import lenient

RECORDED = Path(__file__).parents[1] / "tests" / "replay" / "histories"
EVENTS = 2_000
ROUNDS = 3
SLOWER = 2.5


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    async with server() as client, worker(client, "ours") as ours, worker(client, "bare") as bare:
        long, floor = await asyncio.gather(_long_life(client, ours), _long_life(client, bare))
        of_ours = Replayer(workflows=[Customer, PurchaseAuthorization], data_converter=lenient(client).data_converter)
        of_bare = Replayer(workflows=[BareCustomer, BareAuthorization], data_converter=client.data_converter)
    fastest = await _rate(of_bare, [floor])
    print(f"a bare workflow of {len(floor.events):,} events: {fastest:,.0f} events a second, the floor")
    rate = await _rate(of_ours, [long])
    print(f"a customer of {len(long.events):,} events: {rate:,.0f}, {fastest / rate:.2f} times (at most {SLOWER})")
    recorded = [_recorded(path) for path in sorted(RECORDED.rglob("*.json"))]
    events = sum(len(history.events) for history in recorded)
    many = await _rate(of_ours, recorded)
    print(f"{len(recorded)} recorded runs of {events:,} events: {many:,.0f}; each begins with a workflow of its own")
    return fastest / rate <= SLOWER


def _recorded(path: Path) -> WorkflowHistory:
    text = path.read_text(encoding="utf-8")
    began = json.loads(text)["events"][0]["workflowExecutionStartedEventAttributes"]
    return WorkflowHistory.from_json(began["workflowId"], text)


async def _rate(replayer: Replayer, histories: Sequence[WorkflowHistory]) -> float:
    """Events per second of processor. Raises what the first history raises that does not replay."""
    await replayer.replay_workflows(_all(histories[:1]))  # what is loaded once
    began = time.process_time()
    for _ in range(ROUNDS):
        await replayer.replay_workflows(_all(histories))
    return ROUNDS * sum(len(history.events) for history in histories) / (time.process_time() - began)


async def _all(histories: Sequence[WorkflowHistory]) -> AsyncIterator[WorkflowHistory]:
    for history in histories:
        yield history


async def _long_life(client: Client, working: Working) -> WorkflowHistory:
    """Authorize and order, again and again, until the customer's one run has as many events."""
    name, start = ("Customer", INVITE) if working.kind == "ours" else ("BareCustomer", {"letter": LETTER, **INVITE})
    handle = await client.start_workflow(name, start, id=customer_id(vip_number()), task_queue=working.queue)
    await handle.execute_update("accept_invitation", ACCEPT)
    while (await handle.describe()).history_length < EVENTS:
        answer = await handle.execute_update("authorize_purchase", AUTHORIZE)
        bought = client.get_workflow_handle(authorization_id(answer["authorization_number"]))
        await bought.execute_update("place_order", {"order_reference": f"PO-{answer['authorization_number']}"})
    return await handle.fetch_history()
