"""How often somebody may ask: a limit for each key, and one for those who guess keys and invitations."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from gateway.http.problems import TooOften

WRONG_PER_MINUTE = 30
"""Wrong keys, and links of nobody, from one address."""


class Pace:
    """Counts in the memory of this process; whoever is right is never slowed down by those who are wrong."""

    def __init__(self, requests_per_minute: int | None = None, wrong_per_minute: int = WRONG_PER_MINUTE) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._requests = RateLimitItemPerMinute(requests_per_minute) if requests_per_minute else None
        self._wrong = RateLimitItemPerMinute(wrong_per_minute)

    async def request_of(self, caller: str) -> None:
        """One more request with this key. Raises `TooOften`."""
        if self._requests is not None:
            await self._count(self._requests, "key", caller, "This key sends too many requests.")

    async def wrong_from(self, address: str) -> None:
        """One more wrong key or link from there. Raises `TooOften`."""
        await self._count(self._wrong, "wrong", address, "Too many wrong keys or links come from this address.")

    async def _count(self, most: RateLimitItemPerMinute, kind: str, who: str, told: str) -> None:
        if not await self._limiter.hit(most, kind, who):
            reset = (await self._limiter.get_window_stats(most, kind, who)).reset_time
            raise TooOften(told, max(1, math.ceil(reset - time.time())))
