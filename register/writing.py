"""Records put into the tables, in one transaction. Whoever writes a case holds its row first, tallies last, in order.

So two workers that write the same case take turns, and no two wait for each other.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from register import rows
from register.rows import AUTHORIZATION, CUSTOMER, Record, Row
from register.tables import AUTHORIZATIONS, CUSTOMERS, EVERYBODY, JOURNAL, TALLIES, WORDS

Insert = sqlite.Insert | postgresql.Insert


class Overtaken(Exception):
    """Somebody else wrote one of these cases for the first time just now. To hold it after those that were written
    here could be out of turn, so nothing is written: the next attempt finds all of them, and holds them in order."""


async def put(connection: AsyncConnection, records: Iterable[Record], *, again: bool) -> None:
    """A row is taken if its version is above the known one, with `again` also if it is the same. Entries are kept."""
    told = list(records)
    customers = rows.newest((one for one in told if one["kind"] == CUSTOMER), again=again)
    authorizations = rows.newest((one for one in told if one["kind"] == AUTHORIZATION), again=again)
    before = await _rows(connection, AUTHORIZATIONS, [rows.authorization(one) for one in authorizations], again)
    await _words(connection, [one for one in authorizations if one["number"] in before])
    now = [rows.customer(one) for one in customers]
    before = await _rows(connection, CUSTOMERS, now, again)
    await _words(connection, [one for one in customers if one["number"] in before])
    if entries := rows.entries(told):
        await connection.execute(insert(connection, JOURNAL).on_conflict_do_nothing(), entries)
    await _tallies(connection, [(before[one["vip_number"]], one) for one in now if one["vip_number"] in before])


def insert(connection: AsyncConnection, table: Table) -> Insert:
    """An insert that can say what to do about what is there already: each database has its own."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


async def _rows(connection: AsyncConnection, table: Table, told: list[Row], again: bool) -> dict[str, Row | None]:
    """Write what is newer than what is known. Returns, of the written ones alone, what was known before."""
    if not told:
        return {}
    (key,) = table.primary_key.columns
    numbers = [one[key.name] for one in told]
    known: dict[str, Row | None] = {**await _held(connection, table, key, numbers)}
    written: set[str] = set()
    if new := [one for one in told if one[key.name] not in known]:
        inserting = insert(connection, table).on_conflict_do_nothing().returning(key)
        written = set((await connection.scalars(inserting, new)).all())
        if len(written) < len(new):
            raise Overtaken
        known |= dict.fromkeys(written)
    changed = [one for one in told if (before := known[one[key.name]]) and (one["version"] > before["version"] - again)]
    if changed:
        changing = update(table).where(key == bindparam("which"))
        changing = changing.values({name: bindparam(name) for name in changed[0] if name != key.name})
        values = [{("which" if name == key.name else name): value for name, value in one.items()} for one in changed]
        await connection.execute(changing, values)
    return {number: known[number] for number in (*written, *(one[key.name] for one in changed))}


async def _held(connection: AsyncConnection, table: Table, key: Column[Any], numbers: list[str]) -> dict[str, Row]:
    """What is known of these, which nobody else writes until this transaction is over."""
    if not numbers:
        return {}
    columns = [column for column in table.columns if column.name != "row"]
    asking = select(*columns).where(key.in_(numbers)).order_by(key).with_for_update()
    return {one[key.name]: dict(one) for one in (await connection.execute(asking)).mappings()}


async def _words(connection: AsyncConnection, told: list[Record]) -> None:
    """Keep the words that these cases are found by, and no others."""
    if not told:
        return
    cases = [(one["vip_number"], one["number"]) for one in told]
    asking = select(WORDS).where(tuple_(WORDS.c.vip_number, WORDS.c.number).in_(cases))
    known = {tuple(one) for one in await connection.execute(asking)}
    names = [column.name for column in WORDS.columns]
    wanted = {(one["vip_number"], word, one["number"]) for one in told for word in rows.words(one)}
    if new := sorted(wanted - known):
        inserting = insert(connection, WORDS).on_conflict_do_nothing()
        await connection.execute(inserting, [dict(zip(names, one, strict=True)) for one in new])
    if gone := sorted(known - wanted):
        deleting = delete(WORDS).where(*(WORDS.c[name] == bindparam(f"gone_{name}") for name in names))
        await connection.execute(deleting, [{f"gone_{n}": v for n, v in zip(names, one, strict=True)} for one in gone])


async def forget(connection: AsyncConnection, vip_number: str) -> None:
    """Take out a customer, its authorizations, and all that was told of them."""
    known = await _held(connection, CUSTOMERS, CUSTOMERS.c.vip_number, [vip_number])
    own = select(AUTHORIZATIONS.c.authorization_number).where(AUTHORIZATIONS.c.vip_number == vip_number)
    await connection.execute(delete(JOURNAL).where((JOURNAL.c.number == vip_number) | JOURNAL.c.number.in_(own)))
    for table in (WORDS, AUTHORIZATIONS, CUSTOMERS):
        await connection.execute(delete(table).where(table.c.vip_number == vip_number))
    await _tallies(connection, [(before, None) for before in known.values()])


async def _tallies(connection: AsyncConnection, changes: Iterable[tuple[Row | None, Row | None]]) -> None:
    """Count customers where they are now, and no longer where they were."""
    differences: Counter[tuple[str, str]] = Counter()
    for before, now in changes:
        for row, one in ((before, -1), (now, 1)):
            if row is not None:
                for managed_by in (EVERYBODY, row["managed_by"]):
                    differences[managed_by, row["cell"]] += one
    values = [
        {"managed_by": managed_by, "cell": cell, "customers": difference}
        for (managed_by, cell), difference in sorted(differences.items())
        if difference
    ]
    if values:
        counting = insert(connection, TALLIES)
        added = TALLIES.c.customers + counting.excluded.customers
        await connection.execute(
            counting.on_conflict_do_update(index_elements=["managed_by", "cell"], set_={"customers": added}), values
        )
