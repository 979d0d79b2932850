"""Connections to the relay, kept for the next letter: the last one used first, none too long, none in doubt."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import aiosmtplib


@dataclass(frozen=True)
class Keeping:
    """How many connections there are at most, and how long one is kept."""

    connections: int = 8
    letters: int = 100
    """Sent over one connection; then another is made."""
    idle: float = 30
    """Seconds without a letter; shorter than relays wait."""
    reset: float = 2
    """Seconds for the relay to answer RSET or QUIT."""


@dataclass(eq=False)
class Connection:
    """One connection; `used` counts the letters that were begun on it."""

    client: aiosmtplib.SMTP
    used: int = 0
    idle_since: float = 0


class Pool:
    """Hands out connections. Whoever took one gives it back, or drops it when anything but a clean reply ended its use:
    a reply that comes late must never be taken for that of another letter."""

    def __init__(self, connect: Callable[[], Awaitable[aiosmtplib.SMTP]], keeping: Keeping) -> None:
        """`connect` makes a connection that is ready for MAIL."""
        self._connect, self._keeping = connect, keeping
        self._room = asyncio.Semaphore(keeping.connections)
        self._idle: list[Connection] = []
        self._taken: set[Connection] = set()
        self._tidying: set[asyncio.Task[None]] = set()
        self._closed = False

    async def take(self) -> Connection:
        """The connection used last, or a new one; waits while all are taken. Raises what connecting raises."""
        await self._room.acquire()
        try:
            self._drop_old()
            connection = self._idle.pop() if self._idle else Connection(await self._connect())
        except BaseException:
            self._room.release()
            raise
        connection.used += 1
        self._taken.add(connection)
        return connection

    def give(self, connection: Connection, *, reset: bool = False) -> None:
        """For the next letter, if it is still good. `reset`: a transaction was broken off on it."""
        if reset or self._spent(connection):
            # Nobody waits for it: what became of the letter is known, and the relay may take its time over RSET.
            self._tidying.add(task := asyncio.ensure_future(self._tidy(connection)))
            task.add_done_callback(self._tidying.discard)
        else:
            self._keep(connection)

    def drop(self, connection: Connection) -> None:
        """Close it at once."""
        connection.client.close()
        self._leave(connection)

    async def close(self) -> None:
        """Say goodbye on what is idle, cut what is not; nothing is kept any more."""
        self._closed = True
        idle, self._idle = self._idle, []
        await asyncio.gather(*map(self._quit, idle), *self._tidying)
        for connection in list(self._taken):
            connection.client.close()

    async def _tidy(self, connection: Connection) -> None:
        try:
            if not self._spent(connection):
                await connection.client.rset(timeout=self._keeping.reset)
        except (aiosmtplib.SMTPException, OSError):
            self.drop(connection)
            return
        if self._spent(connection):
            await self._quit(connection)
            self._leave(connection)
        else:
            self._keep(connection)

    def _keep(self, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        self._leave(connection)
        loop.call_later(self._keeping.idle, self._drop_old)

    def _leave(self, connection: Connection) -> None:
        self._taken.discard(connection)
        self._room.release()

    def _spent(self, connection: Connection) -> bool:
        worn = connection.used >= self._keeping.letters
        return self._closed or worn or not connection.client.is_connected

    def _drop_old(self) -> None:
        """What the relay has closed, and what was idle for too long."""
        now = asyncio.get_running_loop().time()
        fresh = []
        for connection in self._idle:
            if connection.client.is_connected and now - connection.idle_since < self._keeping.idle:
                fresh.append(connection)
            else:
                connection.client.close()
        self._idle = fresh

    async def _quit(self, connection: Connection) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            if connection.client.is_connected:
                await connection.client.quit(timeout=self._keeping.reset)
        connection.client.close()
