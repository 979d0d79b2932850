"""One attempt to send a letter, seen through to its end, with signs of life for the server meanwhile."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from temporalio import activity

T = TypeVar("T")

BEAT = 5.0
"""Seconds between signs of life. Most letters are gone before the first one, which costs nothing then."""


async def seen_through(sending: Coroutine[Any, Any, T]) -> T:
    """What the attempt comes to. A cancelled one is not broken off: nobody would know whether the letter arrived.

    Only a worker that is stopping, and has waited, breaks it off. Raises what the attempt raises.
    """
    attempt, beating = asyncio.ensure_future(sending), asyncio.ensure_future(_beat())
    try:
        return await asyncio.shield(attempt)
    except asyncio.CancelledError:
        why = activity.cancellation_details()
        if why is None or why.worker_shutdown:
            attempt.cancel()
        return await attempt
    finally:
        beating.cancel()


async def _beat() -> None:
    while True:
        await asyncio.sleep(BEAT)
        activity.heartbeat()
