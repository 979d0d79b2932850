"""A relay that does not take our mail at all is left alone for a while: each try counts towards a lock-out."""

import asyncio
from datetime import timedelta

from activities.mail import MailSystem

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)


class Circuit:
    """Open after a fault that is not of one letter. Then one attempt at a time tries again, later and later.

    What comes meanwhile is told when to come again, and does not reach the relay.
    """

    def __init__(self, first: timedelta = FIRST, longest: timedelta = LONGEST) -> None:
        self._first, self._longest = first, longest
        self._rest = timedelta(0)
        self._until = 0.0
        """By the event loop's clock; also while one attempt tries whether it goes again."""

    def enter(self, attempt_takes: float) -> None:
        """Before an attempt, which takes so many seconds at most. Raises `MailSystem` while the relay is left alone."""
        if not self._rest:
            return
        now = asyncio.get_running_loop().time()
        if now < self._until:
            wait = timedelta(seconds=self._until - now)
            raise MailSystem("the relay did not take our mail lately, and is left alone", retry_after=wait)
        self._until = now + attempt_takes

    def open(self) -> timedelta:
        """The relay does not take our mail. Returns for how long it is left alone."""
        self._rest = min(max(2 * self._rest, self._first), self._longest)
        self._until = asyncio.get_running_loop().time() + self._rest.total_seconds()
        return self._rest

    def close(self) -> None:
        """It answers as it should."""
        self._rest = timedelta(0)
