"""A key of its own for each request, and waiting for what happens elsewhere."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.workflows.lab import Lab

T = TypeVar("T")


def key() -> str:
    return secrets.token_hex(8)


async def until(look: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
    """What is seen once it is as it should be; lists and lost cases lag."""
    async with asyncio.timeout(10):
        while not good(found := await look()):  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.05)
    return found


async def closed(house: Lab, number: str) -> None:
    """Once the authorization's workflow has ended."""
    await house.authorization(number).result()
