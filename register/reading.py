"""Lists read a page at a time: as fast with many customers as with few.

An index gives the customers of one cell in the wanted order, from any place on; there are some dozens of cells, however
many customers. A page takes as many as it has room for from each cell that the filters let through, and of these the
first ones. How many there are in all, the tallies know.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, bindparam, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from register.cursor import Place
from register.rows import Cell
from register.tables import CUSTOMERS, EVERYBODY, TALLIES
from register.wanted import Wanted
from states.standing import CustomerList

_KEYS: Final = {
    "name": CUSTOMERS.c.sort_name,
    "anniversary_date": CUSTOMERS.c.sort_anniversary,
    "next_event_at": CUSTOMERS.c.sort_event,
}


@dataclass(frozen=True)
class Stretch:
    """A part of a list whose order is the order of an index: those who have what is sorted by, then those without."""

    key: ColumnElement[str]
    descending: bool = False
    without: bool = False

    def order(self) -> tuple[ColumnElement[str], ...]:
        number: ColumnElement[str] = CUSTOMERS.c.vip_number
        return (self.key.desc(), number.desc()) if self.descending else (self.key, number)

    def after(self, place: Place | None) -> list[ColumnElement[bool]]:
        """Who belongs here and comes after that place."""
        if self.without:
            return [self.key == "", *([] if place is None else [CUSTOMERS.c.vip_number > place.vip_number])]
        present = [] if self.key is CUSTOMERS.c.sort_name else [self.key > ""]
        if place is None:
            return present
        here, there = tuple_(self.key, CUSTOMERS.c.vip_number), tuple_(*place)
        # Of two lower bounds SQLite takes one to find its way, which must be this.
        return [here < there, *present] if self.descending else [here > there]

    def picked(self, found: Iterable[Place], place: Place | None) -> list[Place]:
        """The same of customers that are at hand, in order."""
        mine = [one for one in found if (one.key == "") == self.without or self.key is CUSTOMERS.c.sort_name]
        mine.sort(reverse=self.descending)
        return [one for one in mine if place is None or (one < place if self.descending else one > place)]


def sorted_by(sort: str) -> ColumnElement[str]:
    """The column that a list is sorted by."""
    return _KEYS[sort.removeprefix("-")]


def stretches(sort: str, place: Place | None) -> list[tuple[Stretch, Place | None]]:
    """What is left of a list after that place: each stretch, and where to go on in it."""
    key, descending = sorted_by(sort), sort.startswith("-")
    if key is CUSTOMERS.c.sort_name:
        return [(Stretch(key, descending), place)]
    rest = Stretch(key, without=True)
    if place is not None and place.key == "":
        return [(rest, place)]
    return [(Stretch(key, descending), place), (rest, None)]


async def cells(connection: AsyncConnection, wanted: Wanted) -> tuple[list[str], int, bool]:
    """The cells that the filters let through, how many customers are in them, and whether these are all there are."""
    scope = EVERYBODY if wanted.managed_by is None else wanted.managed_by
    asking = select(TALLIES.c.cell, TALLIES.c.customers)
    asking = asking.where(TALLIES.c.managed_by == scope, TALLIES.c.customers > 0).order_by(TALLIES.c.cell)
    known = (await connection.execute(asking)).all()
    through = [(cell, customers) for cell, customers in known if _lets_through(wanted, Cell.parse(cell))]
    return [cell for cell, _ in through], sum(customers for _, customers in through), len(through) == len(known)


def _lets_through(wanted: Wanted, cell: Cell) -> bool:
    return (
        wanted.segment in (None, cell.segment)
        and wanted.invitation_status in (None, cell.invitation_status)
        and cell.lists.issuperset(wanted.lists)
    )


async def counts(connection: AsyncConnection, managed_by: str | None) -> dict[str, int]:
    """How many customers there are, and how many are in each list."""
    asking = select(TALLIES.c.cell, TALLIES.c.customers)
    asking = asking.where(TALLIES.c.managed_by == (EVERYBODY if managed_by is None else managed_by))
    found = {"all": 0, **dict.fromkeys((one.value for one in CustomerList), 0)}
    for cell, customers in await connection.execute(asking):
        for name in ("all", *(Cell.parse(cell).lists & found.keys())):
            found[name] += customers
    return found


async def first(
    connection: AsyncConnection,
    wanted: Wanted,
    sort: str,
    place: Place | None,
    room: int,
    through: list[str],
    *,
    every: bool,
) -> list[Place]:
    """The first customers after a place, no more than there is room for."""
    found: list[Place] = []
    for stretch, begin in stretches(sort, place):
        if len(found) < room and through:
            asking = _in_cells(wanted, stretch, begin, through, every)
            found += [
                Place(key, number) for key, number in await connection.execute(asking, {"room": room - len(found)})
            ]
    return found


def _in_cells(
    wanted: Wanted, stretch: Stretch, place: Place | None, through: list[str], every: bool
) -> Select[str, str]:
    asking = select(stretch.key.label("key"), CUSTOMERS.c.vip_number).where(*stretch.after(place))
    asking = asking.order_by(*stretch.order()).limit(bindparam("room"))
    if every and wanted.managed_by is None:
        return asking
    if wanted.managed_by is not None:
        asking = asking.where(CUSTOMERS.c.managed_by == wanted.managed_by)
    each = [asking.where(CUSTOMERS.c.cell == cell).subquery() for cell in through]
    together = union_all(*(select(one) for one in each)).subquery()
    order: Any = (together.c.key, together.c.vip_number)
    if stretch.descending:
        order = tuple(column.desc() for column in order)
    return select(together.c.key, together.c.vip_number).order_by(*order).limit(bindparam("room"))


async def shown(connection: AsyncConnection, found: list[Place]) -> list[dict[str, Any]]:
    """Their rows as they were told, in this order."""
    asking = select(CUSTOMERS.c.vip_number, CUSTOMERS.c.row).where(
        CUSTOMERS.c.vip_number.in_([one.vip_number for one in found])
    )
    by_number = {one.vip_number: one.row for one in await connection.execute(asking)}
    return [by_number[one.vip_number] for one in found]
