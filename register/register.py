"""The register: a relational picture of all cases, fed by them, from which lists are read. Nothing is decided by it.

It may be behind by moments, or by as long as its database was away; it is never wrong for good, since every case tells
its newest state until it has been heard. It can be thrown away and filled again from the cases.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from register import migrating, reading, searching, telling, writing
from register.cursor import Place, read, written
from register.database import PATIENCE, Database
from register.errors import RegisterAway, RegisterUnusable
from register.rows import Record, Row
from register.telling import Known
from register.wanted import Wanted, checked_limit, checked_manager, checked_sort

T = TypeVar("T")
BATCH = 1000
"""Rows that are read at a time when all are wanted."""
EACH = 0.05
"""Seconds more for each further record that is put with others: a hundred times what it takes."""
MIGRATING = 600.0
"""Seconds that a migration may take."""


@dataclass(frozen=True)
class Page:
    """Some customers of a list, where to go on (None: that was all), and how many there are in the whole list."""

    items: list[Row]
    next_cursor: str | None
    total: int


class Register:
    """The register in one database. Every method but `close` raises `RegisterAway` when the database does not answer.

    Dates and instants are texts of ISO 8601, as cases tell them.
    """

    def __init__(self, url: str) -> None:
        """Not opened yet: whatever is asked or put first does that. Raises `RegisterUnusable` for a wrong address."""
        self._database = Database(url)
        self._opening: asyncio.Task[None] | None = None
        self._open = False

    @classmethod
    async def at(cls, url: str) -> Self:
        """Open it, its tables made or brought to this release's form. Raises `RegisterUnusable`, `RegisterAway`."""
        register = cls(url)
        try:
            await register._opened(MIGRATING)
        except BaseException:
            await register.close()
            raise
        return register

    async def close(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        await self.close()

    async def ready(self) -> bool:
        """Whether it answers now."""
        try:
            await self._read(lambda connection: connection.run_sync(migrating.is_current))
        except RegisterUnusable:
            return False
        return True

    async def put(self, record: Record, *, again: bool = False) -> None:
        """What a case tells. Its row is taken if its version is above the known one, with `again` also if it is equal.

        Entries of the journal that are known already stay as they are; missing ones are added, whatever the version.
        """
        await self.put_all([record], again=again)

    async def put_all(self, records: Iterable[Record], *, again: bool = False) -> None:
        """The same for some hundreds of records at once: all of them are taken, or none if the register is away."""
        told = list(records)
        seconds = PATIENCE + (len(told) - 1) * EACH
        with self._looked_at_again():
            database = await self._opened()
            while True:
                try:
                    await database.write(lambda connection: writing.put(connection, told, again=again), seconds=seconds)
                    return
                except writing.Overtaken:
                    continue

    async def forget(self, vip_number: str) -> None:
        """Take out a customer that is no more, with its authorizations, journals and letters.

        A case that still lives tells of itself again. Raises `RegisterAway`.
        """
        with self._looked_at_again():
            database = await self._opened()
            await database.write(functools.partial(writing.forget, vip_number=vip_number))

    async def page(self, wanted: Wanted, *, sort: str = "name", limit: int = 50, cursor: str | None = None) -> Page:
        """A page of a list. A customer that does not change meanwhile is on exactly one. Raises `WantedWrong`."""
        wanted.checked(), checked_limit(limit)
        place = None if cursor is None else read(cursor, wanted, checked_sort(sort))
        found, items, total = await self._listed(wanted, checked_sort(sort), place, limit + 1, counted=True)
        more = written(found[limit - 1], wanted, sort) if len(found) > limit else None
        return Page(items[:limit], more, total)

    async def every(self, wanted: Wanted, sort: str = "name") -> AsyncIterator[Row]:
        """All rows of a list, read in batches: a customer that changes meanwhile may come twice, or not at all.

        Raises `WantedWrong`.
        """
        wanted.checked(), checked_sort(sort)
        place: Place | None = None
        while True:
            found, items, _ = await self._listed(wanted, sort, place, BATCH, counted=False)
            for item in items:
                yield item
            if len(found) < BATCH:
                return
            place = found[-1]

    async def counts(self, managed_by: str | None = None) -> dict[str, int]:
        """How many customers there are (`all`), and in each list. Raises `WantedWrong`."""
        checked_manager(managed_by)
        return await self._read(functools.partial(reading.counts, managed_by=managed_by))

    async def journal(self, number: str) -> list[Row]:
        """The entries of a customer or an authorization, in their sequence. None are known of a number nobody has."""
        return await self._read(functools.partial(telling.journal, number=number))

    async def letters(
        self, *, since: str | None = None, outcome: str | None = None, managed_by: str | None = None, limit: int = 100
    ) -> list[Row]:
        """What became of letters over all cases, the newest first: entries of journals, and whose they are.

        `since` is an instant: when it became of them. Raises `WantedWrong`.
        """
        return await self._read(telling.Letters(since, outcome, managed_by, limit).checked().read)

    async def authorizations(
        self, vip_number: str | None = None, *, managed_by: str | None = None, states: Collection[str] = ()
    ) -> list[Row]:
        """Authorizations of a customer, of a manager, in some states, with `organization` and `account_manager`.

        By VIP number, and those of one customer as they were asked for. Raises `WantedWrong`.
        """
        return await self._read(telling.Authorizations(vip_number, checked_manager(managed_by), tuple(states)).read)

    async def versions(self, kind: str) -> AsyncIterator[tuple[str, int]]:
        """Number and version of every `customer` or `authorization` that is known, by number."""
        last = ""
        while True:
            known = await self._read(functools.partial(telling.versions, kind=kind, after=last, room=BATCH))
            for one in known:
                yield one
            if len(known) < BATCH:
                return
            last, _ = known[-1]

    async def known(self, numbers: Collection[str]) -> dict[str, Known]:
        """Kind, version and row of these cases, by number; of some hundreds at once. Unknown ones are left out."""
        return await self._read(functools.partial(telling.known, numbers=numbers))

    async def _listed(
        self, wanted: Wanted, sort: str, place: Place | None, room: int, *, counted: bool
    ) -> tuple[list[Place], list[Row], int]:
        """Where customers stand, their rows, and how many there are."""

        async def ask(connection: AsyncConnection) -> tuple[list[Place], list[Row], int]:
            through, total, every = await reading.cells(connection, wanted)
            if wanted.words() or wanted.external_id is not None:
                search = searching.Search(wanted, sort, through, every)
                found, total = await searching.found(connection, search, place, room, counted=counted)
            else:
                found = await reading.first(connection, wanted, sort, place, room, through, every=every)
            return found, await reading.shown(connection, found), total

        return await self._read(ask)

    async def _opened(self, seconds: float = PATIENCE) -> Database:
        """The database, its tables as this release knows them. Whoever comes while it is being opened waits a while."""
        if not self._open:
            if self._opening is None or self._opening.done():
                self._opening = asyncio.create_task(self._open_now())
                self._opening.add_done_callback(lambda task: task.cancelled() or task.exception())
            await asyncio.wait({self._opening}, timeout=seconds)
            if not self._opening.done():
                raise RegisterAway(f"the register could not be opened within {seconds:g} s")
            self._opening.result()
        return self._database

    async def _open_now(self) -> None:
        self._database.make()
        if not await self._database.read(lambda connection: connection.run_sync(migrating.is_current)):
            await self._database.write(lambda connection: connection.run_sync(migrating.migrate), seconds=MIGRATING)
        self._open = True

    async def _read(self, question: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        with self._looked_at_again():
            return await (await self._opened()).read(question)

    @contextmanager
    def _looked_at_again(self) -> Iterator[None]:
        """Whether it is usable: a database that was away may be another one when it is back."""
        try:
            yield
        except RegisterAway:
            self._open = False
            raise
