"""Many open cases on a real server: accepted customers, some with an authorization that is pending, all at rest."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from temporalio.client import Client

from benchmarks.stand import AUTHORIZE, INVITE, vip_number
from benchmarks.workers import Working
from workflows.names import CUSTOMER, authorization_id, customer_id

T = TypeVar("T")
CASES = 10_000
"""What is measured, unless `--cases` says otherwise."""
AT_ONCE = 32
"""Requests that are under way together."""
AT_REST, LOOKS = 0.1, 3
"""Share of a processor below which a worker has nothing to do, as often as this in a row, a second between."""


class Crowd(NamedTuple):
    customers: list[str]
    authorizations: list[str]

    def ids(self) -> list[str]:
        """Of all cases, each authorization beside its customer while there are some."""
        numbers = [authorization_id(number) for number in self.authorizations]
        return [customer_id(vip) for vip in self.customers] + numbers


async def gather(client: Client, working: Working, customers: int, buyers: int) -> Crowd:
    """Start them, and wait until all are at rest. The authorizations belong to as many customers, evenly spread.

    They are taken over, as an import does it, so a customer costs one request; nothing is due, no letter goes out.
    """
    vips = [vip_number() for _ in range(customers)]
    bought = {vips[turn * customers // buyers]: secrets.token_hex(10).upper() for turn in range(buyers)}

    async def start(vip: str) -> None:
        body = {**INVITE, "history": _history(bought.get(vip))}
        await client.start_workflow(CUSTOMER, body, id=customer_id(vip), task_queue=working.queue)

    await each(vips, start)
    await begun(working, customers + buyers)
    return Crowd(vips, list(bought.values()))


def _history(number: str | None) -> dict[str, Any]:
    invited, accepted, requested = (f"{datetime.now(UTC).date() - timedelta(days=days)}" for days in (9, 8, 4))
    authorizations = [{**AUTHORIZE, "authorization_number": number, "requested_on": requested}] if number else []
    return {"invited_on": invited, "accepted_on": accepted, "authorizations": authorizations}


async def touch(client: Client, workflow_ids: Iterable[str]) -> None:
    """Ask each something that its worker must have it in memory for."""

    async def ask(workflow_id: str) -> None:
        await client.get_workflow_handle(workflow_id).query("__temporal_workflow_metadata")

    await each(workflow_ids, ask)


async def each(things: Iterable[T], do: Callable[[T], Awaitable[Any]]) -> None:
    """Do it to each, so many at once."""
    waiting = iter(things)

    async def one_after_another() -> None:
        for thing in waiting:
            await do(thing)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_another())


async def begun(working: Working, number: int) -> None:
    """Wait until the worker has begun so many, and has nothing to do any more."""
    while (await working.used()).begun < number:  # noqa: ASYNC110 - in another process
        await asyncio.sleep(0.2)
    await rest(working)


async def rest(working: Working, looks: int = LOOKS) -> None:
    """Wait until the worker has nothing to do any more."""
    before, quiet = (await working.used()).cpu, 0
    while quiet < looks:
        await asyncio.sleep(1)
        after = (await working.used()).cpu
        before, quiet = after, quiet + 1 if after - before < AT_REST else 0
