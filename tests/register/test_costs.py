"""What is read costs the same with many more customers: counted in steps of SQLite's own machine, not in time."""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from register.register import Register
from register.wanted import LARGEST_PAGE, SORTS, Wanted
from tests.register.records import customer, entry, vip

FEW, MANY = 400, 2000
PAGE = 10
DEARER = 1.2
LISTS: tuple[list[str], ...] = ([], ["no_products"], ["pending_requests"], ["pending_requests", "overdue_requests"])


@pytest.fixture(scope="module")
async def filled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[dict[int, tuple[Register, Path]]]:
    """Two registers, with few and with many of the same kind."""
    found = {}
    for size in (FEW, MANY):
        path = tmp_path_factory.mktemp("costs") / "register.sqlite3"
        register = await Register.at(f"sqlite:///{path}")
        await register.put_all(
            customer(
                number,
                organization=f"{'Rare' if number < PAGE else 'Common'} {number * 7919 % size}",
                manager=f"am-{number % 2}",
                lists=list(LISTS[number // 2 % 4]),
                event=None if number % 5 == 0 else f"2027-{number % 12 + 1:02}-{number % 27 + 1:02}T00:00:00Z",
                entries=(entry(1, "letter", outcome="sent"),),
            )
            for number in range(size)
        )
        found[size] = register, path
    yield found
    for register, _ in found.values():
        await register.close()


async def steps(register: Register, path: Path, ask: Callable[[Register], Awaitable[Any]]) -> int:
    """How many steps SQLite takes for all statements of an answer."""
    statements: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        statements.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await ask(register)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1

    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(step, 1)
        for statement, parameters in statements:
            if statement.startswith("SELECT"):
                connection.execute(statement, parameters).fetchall()
    assert taken
    return taken


async def middle(register: Register, wanted: Wanted, sort: str) -> str | None:
    """Where the second half of a list begins."""
    rows = [row async for row in register.every(wanted, sort)]
    cursor, seen = None, 0
    while seen < len(rows) // 2:
        found = await register.page(wanted, sort=sort, limit=min(LARGEST_PAGE, len(rows) // 2 - seen), cursor=cursor)
        cursor, seen = found.next_cursor, seen + len(found.items)
    return cursor


FILTERS = [
    Wanted(),
    Wanted(managed_by="am-1"),
    Wanted(lists=("overdue_requests",)),
    Wanted(lists=("pending_requests",), managed_by="am-1", segment="commercial", invitation_status="accepted"),
    Wanted(q="rare"),
]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("wanted", FILTERS, ids=str)
async def test_a_page_costs_the_same(filled: dict[int, tuple[Register, Path]], wanted: Wanted, sort: str) -> None:
    few, many = [
        await steps(*filled[size], lambda register: register.page(wanted, sort=sort, limit=PAGE)) for size in filled
    ]
    assert many <= few * DEARER
    if wanted.q is None:
        halves = [await middle(register, wanted, sort) for register, _ in filled.values()]
        few, many = [
            await steps(*at, partial(Register.page, wanted=wanted, sort=sort, limit=PAGE, cursor=half))
            for at, half in zip(filled.values(), halves, strict=True)
        ]
        assert many <= few * DEARER


async def test_counts_and_journals_cost_the_same(filled: dict[int, tuple[Register, Path]]) -> None:
    for ask in (
        lambda register: register.counts("am-1"),
        lambda register: register.journal(vip(1)),
        lambda register: register.letters(limit=PAGE, outcome="sent"),
        lambda register: register.authorizations(vip(1)),
    ):
        few, many = [await steps(*filled[size], ask) for size in (FEW, MANY)]
        assert many <= few * DEARER
