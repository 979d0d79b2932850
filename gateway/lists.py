"""What is read from the register: lists, counts, letters, and what of a journal its case no longer carries.

The register follows the cases by moments. Whoever changed something is never shown a list without it: those cases are
asked for their record first, and the register is told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from gateway.agenda.whole import agenda
from gateway.answers import Agenda, Counts, JournalEntry, Page, Row, ToldLetter
from gateway.errors import Refused, Unavailable
from gateway.living import Living
from gateway.recently import Recently
from register.errors import RegisterUnusable, WantedWrong
from register.wanted import Wanted

if TYPE_CHECKING:
    from register.register import Register

    Opening = Callable[[], Register]
    """How a register is made, for whoever may not need one: loading its database's driver takes a while."""

AT_ONCE = 10
"""Cases that are asked for their record side by side."""
MOST_NAMED = 100
"""Numbers that a caller may name to be asked first."""
_OF_A_ROW = frozenset(Row.__annotations__)


class Lists:
    """One register, and who has to be shown what it may not know yet."""

    def __init__(self, register: "Register | Opening | None", living: Living) -> None:
        self._register = register
        self._living = living
        self._recently = Recently()

    def note(self, reader: str, numbers: Collection[str]) -> None:
        """This reader has changed these cases."""
        if self._register is not None:
            self._recently.note(reader, numbers)

    async def page(
        self, wanted: Wanted, *, sort: str, limit: int, cursor: str | None, reader: str, after: Collection[str]
    ) -> Page:
        with _asked():
            register = await self.current(reader, after)
            found = await register.page(wanted, sort=sort, limit=limit, cursor=cursor)
        page: Page = {"items": [_row(row) for row in found.items], "total": found.total}
        if found.next_cursor is not None:
            page["next_cursor"] = found.next_cursor
        return page

    async def counts(self, managed_by: str | None, *, reader: str, after: Collection[str]) -> Counts:
        with _asked():
            register = await self.current(reader, after)
            return cast(Counts, await register.counts(managed_by))

    async def every(self, wanted: Wanted, *, sort: str, reader: str, after: Collection[str]) -> AsyncIterator[Row]:
        with _asked():
            register = await self.current(reader, after)
            async for row in register.every(wanted, sort):
                yield _row(row)

    async def letters(
        self, *, since: str | None, outcome: str | None, managed_by: str | None, limit: int, reader: str
    ) -> list[ToldLetter]:
        with _asked():
            register = await self.current(reader)
            found = await register.letters(since=since, outcome=outcome, managed_by=managed_by, limit=limit)
        return cast(list[ToldLetter], found)

    async def agenda(self, managed_by: str | None, days: int, *, reader: str, after: Collection[str]) -> Agenda:
        with _asked():
            register = await self.current(reader, after)
            return await agenda(register, datetime.now(UTC), managed_by=managed_by, days=days)

    async def journal(self, number: str) -> list[JournalEntry]:
        """All that the register knows of this case; nothing without a register."""
        if self._register is None:
            return []
        with _asked():
            return cast(list[JournalEntry], await self._opened().journal(number))

    async def customer_of(self, authorization_number: str) -> str | None:
        """Whose authorization it is; None if the register does not know it, or is away."""
        if self._register is None:
            return None
        try:
            known = await self._opened().known([authorization_number])
        except RegisterUnusable:
            return None
        return known[authorization_number].row["vip_number"] if authorization_number in known else None

    async def current(self, reader: str, after: Collection[str] = ()) -> "Register":
        """The register, once it knows what this reader has changed, and those cases that are named.

        Raises `Refused`, `Unavailable`, and what the register raises.
        """
        register, changed = self._opened(), self._recently.of(reader)
        if len(after) > MOST_NAMED:
            raise WantedWrong("after", f"must be at most {MOST_NAMED} numbers")
        turns = asyncio.Semaphore(AT_ONCE)

        async def tell(number: str) -> None:
            async with turns:
                record = await self._living.record(number)
                if record is None:
                    return  # it can't tell soon, or this is nobody's number: a list without it is better than none
                await register.put(record, again=True)
                if (noted_at := changed.get(number)) is not None:
                    self._recently.settle(reader, number, noted_at)

        await asyncio.gather(*map(tell, dict.fromkeys([*changed, *after])))
        return register

    def _opened(self) -> "Register":
        if self._register is None:
            raise Unavailable("Lists come from the register, and there is none here: set VIP_DATABASE_URL.")
        if callable(self._register):
            self._register = self._register()
        return self._register


def _row(told: dict[str, Any]) -> Row:
    """What the contract shows of a customer in a list; the register knows more."""
    return cast(Row, {name: value for name, value in told.items() if name in _OF_A_ROW})


@contextmanager
def _asked() -> Iterator[None]:
    """What the register says, in the words of a door."""
    try:
        yield
    except WantedWrong as wrong:
        reason = {"code": "invalid_request", "message": str(wrong), "field": wrong.field}
        raise Refused("invalid_request", str(wrong), [reason]) from None
    except RegisterUnusable as away:
        raise Unavailable(f"The register: {away}") from None
