"""Starting the sample customers, and letting happen to them what makes them worth looking at."""

import asyncio
from datetime import UTC, date, datetime

from gateway.client import Gateway
from gateway.errors import Refused
from samples.making import SampleCustomer
from samples.portfolio import generate

AT_ONCE = 6
"""Customers that are made side by side: a server on one disk is not faster with more."""


async def plant(gateway: Gateway, today: date | None = None) -> str:
    """Make the portfolio, and say what was made. Interrupted, it can be called again, and goes on. Raises `Refused`."""
    samples = generate(today or datetime.now(UTC).date())
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(sample: SampleCustomer) -> None:
        async with turns:
            await _plant(gateway, sample)

    try:
        async with asyncio.TaskGroup() as group:
            for sample in samples:
                group.create_task(one(sample))
    except* Refused as failed:
        raise failed.exceptions[0] from None
    authorizations = sum(len(sample.body.get("history", {}).get("authorizations", ())) for sample in samples)
    return f"{len(samples)} sample customers with {authorizations} authorizations were made."


async def _plant(gateway: Gateway, sample: SampleCustomer) -> None:
    try:
        await gateway.start_customer(sample.body, f"sample-{sample.vip_number}", sample.vip_number)
    except Refused as refused:
        if refused.code != "idempotency_key_reused":
            raise
        return  # made on an earlier day, with the dates of that day
    for count, step in enumerate(sample.then):
        key = f"sample-{count}"
        if step.authorization is None:
            await gateway.update_customer(sample.vip_number, step.name, step.body, key)
        else:
            await gateway.update_authorization(step.authorization, step.name, step.body, key)
