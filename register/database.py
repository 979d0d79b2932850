"""A connection to the database, whichever it is: SQLite in a file, or PostgreSQL. Every question is bounded in time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError, DatabaseError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from register.errors import RegisterAway, RegisterUnusable

T = TypeVar("T")
PATIENCE: Final = 5.0
"""Seconds until a question or a record is given up."""
WAIT: Final = 4
"""Seconds to wait for a connection, or for another process that is writing: less than `PATIENCE`, so it can be told."""
CONNECTIONS: Final = 10
_WRITING: Final = "register_writing"


class Database:
    """A pool of connections that recovers by itself."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        """Nothing is connected yet. Raises `RegisterUnusable` for what is no address of a database."""
        self._url = _driver(url)
        self._patience = patience
        self._engine = _engine(self._url)
        self.dialect = self._engine.dialect.name
        # SQLite lets one write at a time: those of this process queue here instead of trying again and again.
        self._turn: AbstractAsyncContextManager[None] = asyncio.Lock() if self.dialect == "sqlite" else nullcontext()
        self._given_up: set[asyncio.Task[Any]] = set()
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self._engine.execution_options(**(snapshot if self.dialect == "postgresql" else {}))

    async def close(self) -> None:
        for task in self._given_up:
            task.cancel()
        await asyncio.gather(*self._given_up, return_exceptions=True)
        await self._engine.dispose()

    def make(self) -> None:
        """The file of a SQLite database, for its owner alone. Raises `RegisterUnusable`."""
        if self.dialect != "sqlite" or self._url.database is None:
            return
        path = Path(self._url.database)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise RegisterUnusable(f"{path} cannot be opened: {error.strerror}") from None

    async def read(self, question: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        """The answer, all of it from one moment. Raises `RegisterAway`."""

        async def ask() -> T:
            async with self._reading.begin() as connection:
                return await question(connection)

        return await self._bounded(ask())

    async def write(self, work: Callable[[AsyncConnection], Coroutine[Any, Any, T]], *, seconds: float = 0) -> T:
        """All of the work or nothing of it, within `seconds` if not the usual ones. Raises `RegisterAway`."""

        async def do() -> T:
            async with self._turn, self._written() as connection:
                return await work(connection)

        return await self._bounded(do(), seconds)

    @asynccontextmanager
    async def _written(self) -> AsyncIterator[AsyncConnection]:
        async with self._engine.connect() as connection:
            await connection.execution_options(**{_WRITING: True})
            async with connection.begin():
                yield connection

    async def _bounded(self, doing: Coroutine[Any, Any, T], seconds: float = 0) -> T:
        """A driver may need long to give up a connection that is dead: nobody waits for that."""
        task = asyncio.create_task(doing)
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds or self._patience)
        except asyncio.CancelledError:
            self._give_up(task)
            raise
        if not done:
            self._give_up(task)
            raise RegisterAway(f"the register did not answer within {seconds or self._patience:g} s")
        try:
            return task.result()
        except (DataError, IntegrityError):
            raise
        except DBAPIError as error:
            if type(error) is DatabaseError:  # as SQLite says of a file that is none of its own, or damaged
                raise RegisterUnusable(f"the register cannot be used: {_first_line(error.orig)}") from error
            raise RegisterAway(f"the register does not answer: {_first_line(error.orig)}") from error
        except (PoolExhausted, OSError) as error:
            raise RegisterAway(f"the register does not answer: {_first_line(error)}") from error

    def _give_up(self, task: asyncio.Task[Any]) -> None:
        task.cancel()
        self._given_up.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # it has been told already that there is no answer


def _driver(text: str) -> URL:
    """With the driver that is used. Raises `RegisterUnusable`, without the password."""
    right = "it looks like sqlite:///register.sqlite3 or postgresql://user:password@db.example.com:5432/vip"
    try:
        url = make_url(text)
        kind = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise RegisterUnusable(f"the register's address cannot be read; {right}") from None
    if kind == "sqlite":
        if not url.database or url.database == ":memory:" or url.query or url.host:
            raise RegisterUnusable(f"a SQLite register is a file; {right}")
        return url.set(drivername="sqlite+aiosqlite")
    if kind != "postgresql" or not url.database:
        raise RegisterUnusable(f"the register is a SQLite file or a PostgreSQL database; {right}")
    return url.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> AsyncEngine:
    # Parameters are names and addresses of people: no error may show them.
    common: dict[str, Any] = {"pool_size": CONNECTIONS, "pool_timeout": WAIT, "hide_parameters": True}
    if url.get_backend_name() == "postgresql":
        options = {"connect_timeout": WAIT, "application_name": "vip-register", "tcp_user_timeout": WAIT * 1000}
        engine = create_async_engine(url, pool_pre_ping=True, connect_args=options, **common)
    else:
        # Without an isolation level the driver begins no transaction of its own: ours do, see `_begin`.
        engine = create_async_engine(url, connect_args={"timeout": WAIT, "isolation_level": None}, **common)
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma synchronous = full")  # what was taken is not told again, so it must outlive a power cut
    cursor.close()


def _begin(connection: Connection) -> None:
    """Who will write says so at once: two that read first and then want to write would be in each other's way."""
    writing = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("begin immediate" if writing else "begin")


def _first_line(error: BaseException | None) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
