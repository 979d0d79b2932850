"""Search, and looking up an external ID: by what customers are found by, not by where they are in a list.

A search that finds few takes them all and sorts them. One that finds many goes along the list, where it soon meets
enough of them; only how many there are in all must be counted one by one then.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, FromClause, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from register.cursor import Place
from register.reading import sorted_by, stretches
from register.tables import CUSTOMERS, WORDS
from register.wanted import Wanted
from register.words import LAST

FEW: Final = 1000
"""Customers that are taken and sorted."""
MANY: Final = 3 * FEW
"""Words: a customer is found by several that begin alike, in its name, its contact's address, its orders."""


@dataclass(frozen=True)
class Search:
    """What is looked for within the cells that the other filters let through."""

    wanted: Wanted
    sort: str
    through: list[str]
    every: bool
    """Whether these are all cells."""

    def filters(self) -> list[ColumnElement[bool]]:
        """All but the words."""
        wanted, found = self.wanted, []
        if wanted.managed_by is not None:
            found.append(CUSTOMERS.c.managed_by == wanted.managed_by)
        if wanted.external_id is not None:
            found.append(CUSTOMERS.c.external_id == wanted.external_id)
        if not self.every:
            found.append(CUSTOMERS.c.cell.in_(self.through))
        return found


async def found(
    connection: AsyncConnection, search: Search, place: Place | None, room: int, *, counted: bool
) -> tuple[list[Place], int]:
    """The first customers after a place, no more than there is room for, and how many there are in all (if counted)."""
    words = await _rarest_first(connection, search.wanted.words())
    if search.wanted.external_id is not None:
        numbers = await _numbers(connection, words, CUSTOMERS.c.external_id == search.wanted.external_id)
    else:
        numbers = await _numbers(connection, words)
    if numbers is None:
        total = await _count(connection, search, words) if counted else 0
        return await _along(connection, search, words, place, room), total
    asking = select(sorted_by(search.sort).label("key"), CUSTOMERS.c.vip_number)
    asking = asking.where(CUSTOMERS.c.vip_number.in_(numbers), *search.filters())
    at_hand = [Place(key, number) for key, number in await connection.execute(asking)]
    picked = [one for stretch, begin in stretches(search.sort, place) for one in stretch.picked(at_hand, begin)]
    return picked[:room], len(at_hand)


async def _rarest_first(connection: AsyncConnection, words: tuple[str, ...]) -> list[str]:
    """What fewest customers have says most; beyond a few it makes no difference."""
    if len(words) < 2:
        return list(words)
    each = [
        select(WORDS.c.word).where(_begins(word)).order_by(WORDS.c.word).limit(FEW + 1).subquery() for word in words
    ]
    counting = select(*(select(func.count()).select_from(one).scalar_subquery() for one in each))
    counted = (await connection.execute(counting)).one()
    return [word for _, word in sorted(zip(counted, words, strict=True))]


async def _numbers(connection: AsyncConnection, words: list[str], *more: ColumnElement[bool]) -> list[str] | None:
    """Who has all these words; None: more than a few."""
    if more:
        return _few(await _narrowed(connection, words, *more))
    rarest, *others = words
    told = await _having(connection, rarest)
    if told is not None:
        numbers = list(dict.fromkeys(told))
        # In two questions: asked for both at once, PostgreSQL may begin with the word that everybody has.
        return _few(await _narrowed(connection, others, CUSTOMERS.c.vip_number.in_(numbers)) if others else numbers)
    if not others:
        return None
    asking = select(WORDS.c.vip_number).where(_begins(rarest), *(_has(WORDS.c.vip_number, word) for word in others))
    return _few(list(await connection.scalars(asking.distinct().limit(FEW + 1))))


def _few(numbers: list[str]) -> list[str] | None:
    return numbers if len(numbers) <= FEW else None


async def _having(connection: AsyncConnection, word: str) -> list[str] | None:
    """Who has this word, perhaps several times; None: that is many."""
    # In the order of the index, so that it is not read to its end before the limit counts.
    asking = select(WORDS.c.vip_number).where(_begins(word)).order_by(WORDS.c.word, WORDS.c.vip_number)
    told = list(await connection.scalars(asking.limit(MANY + 1)))
    return told if len(told) <= MANY else None


async def _narrowed(connection: AsyncConnection, words: list[str], *to: ColumnElement[bool]) -> list[str]:
    having = (_has(CUSTOMERS.c.vip_number, word) for word in words)
    return list(await connection.scalars(select(CUSTOMERS.c.vip_number).where(*to, *having).limit(FEW + 1)))


async def _along(
    connection: AsyncConnection, search: Search, words: list[str], place: Place | None, room: int
) -> list[Place]:
    """Go along the list from a place on, and look at each customer."""
    picked: list[Place] = []
    conditions = [*search.filters(), *(_has(CUSTOMERS.c.vip_number, word) for word in words)]
    for stretch, begin in stretches(search.sort, place):
        if len(picked) < room:
            asking = select(stretch.key.label("key"), CUSTOMERS.c.vip_number)
            asking = asking.where(*stretch.after(begin), *conditions).order_by(*stretch.order())
            picked += [Place(key, number) for key, number in await connection.execute(asking.limit(room - len(picked)))]
    return picked


async def _count(connection: AsyncConnection, search: Search, words: list[str]) -> int:
    having = [CUSTOMERS.c.vip_number.in_(select(WORDS.c.vip_number).where(_begins(word))) for word in words]
    counting = select(func.count()).select_from(CUSTOMERS).where(*search.filters(), *having)
    return (await connection.execute(counting)).scalar_one()


def _begins(word: str, table: FromClause = WORDS) -> ColumnElement[bool]:
    return and_(table.c.word >= word, table.c.word < word + LAST)


def _has(number: ColumnElement[str], word: str) -> ColumnElement[bool]:
    """Whether that customer has a word that begins so."""
    also = WORDS.alias()
    return exists().where(also.c.vip_number == number, _begins(word, also))
