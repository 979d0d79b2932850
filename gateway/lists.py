"""What is read from the register: lists, counts, letters, and what of a journal its case no longer carries.

The register follows the cases by moments. Whoever changed something is never shown a list without it: those cases are
asked for their record first, and the register is told.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from gateway.answers import Counts, JournalEntry, Page, Row
from gateway.errors import Refused, Unavailable
from gateway.living import Living
from gateway.recently import Recently

T = TypeVar("T")
AT_ONCE = 10
"""Cases that are asked for their record side by side."""
MOST_NAMED = 100
"""Numbers that a caller may name to be asked first."""


class Register(Protocol):
    """The part of the register that is needed here."""

    async def put(self, record: dict[str, Any], *, again: bool = False) -> None: ...

    async def page(self, wanted: Any, *, sort: str = "name", limit: int = 50, cursor: str | None = None) -> Any: ...

    async def counts(self, managed_by: str | None = None) -> dict[str, int]: ...

    def every(self, wanted: Any, sort: str = "name") -> AsyncIterator[dict[str, Any]]: ...

    async def journal(self, number: str) -> list[dict[str, Any]]: ...


Opening = Callable[[], Awaitable[Register]]
"""How a register is opened, for whoever may not need it."""


class Lists:
    """One register, and who has to be shown what it may not know yet."""

    def __init__(self, register: Register | Opening | None, living: Living) -> None:
        self._register = register
        self._living = living
        self._opening = asyncio.Lock()
        self.recently = Recently()

    @property
    def given(self) -> bool:
        """Whether there is a register at all."""
        return self._register is not None

    async def page(
        self, wanted: Any, *, sort: str, limit: int, cursor: str | None, reader: str, after: Collection[str]
    ) -> Page:
        register = await self._current(reader, after)
        with _asked():
            found = await register.page(wanted, sort=sort, limit=limit, cursor=cursor)
        page: Page = {"items": list(found.items), "total": found.total}
        if found.next_cursor is not None:
            page["next_cursor"] = found.next_cursor
        return page

    async def counts(self, managed_by: str | None, *, reader: str, after: Collection[str]) -> Counts:
        register = await self._current(reader, after)
        with _asked():
            counts: Any = await register.counts(managed_by)
        answer: Counts = counts
        return answer

    async def every(self, wanted: Any, *, sort: str, reader: str, after: Collection[str]) -> AsyncIterator[Row]:
        register = await self._current(reader, after)
        with _asked():
            async for found in register.every(wanted, sort):
                row: Any = found
                yield row

    async def journal(self, number: str) -> list[JournalEntry]:
        """All that the register knows of this case; nothing without a register."""
        if self._register is None:
            return []
        register = await self._opened()
        with _asked():
            entries: Any = await register.journal(number)
        told: list[JournalEntry] = entries
        return told

    # --- private

    async def _opened(self) -> Register:
        async with self._opening:
            if self._register is None:
                raise Unavailable("Lists come from the register, and there is none here: set VIP_DATABASE_URL.")
            if callable(self._register):
                with _asked():
                    self._register = await self._register()
            return self._register

    async def _current(self, reader: str, after: Collection[str]) -> Register:
        """The register, once it knows what this reader has changed, and those that it names."""
        register, changed = await self._opened(), self.recently.of(reader)
        if len(after) > MOST_NAMED:
            raise Refused("invalid_request", f"At most {MOST_NAMED} numbers can be named to be read after.")
        turns = asyncio.Semaphore(AT_ONCE)

        async def tell(number: str) -> None:
            async with turns:
                record = await self._living.record(number)
                if record is not None:
                    with _asked():
                        await register.put(record, again=True)
                    if (noted_at := changed.get(number)) is not None:
                        self.recently.settle(reader, number, noted_at)

        await asyncio.gather(*map(tell, dict.fromkeys([*changed, *after])))
        return register


@contextmanager
def _asked() -> Iterator[None]:
    """What the register says, in the words of a door."""
    yield
