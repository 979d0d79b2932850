"""The register with ten and a hundred times as many customers: what a page, a count, a search and a CSV cost, compared.

Three registers in each database, filled first. Each question is asked of all three in turn, so that whatever else the
machine does hits all of them. What must count one by one is told and promises nothing.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.crowd import CASES
from register.cursor import Place, written
from register.register import Register
from register.rows import customer as kept
from register.wanted import Wanted
from tests.postgres import postgres
from tests.register.records import authorization, customer, entry, order

TIMES = 60
"""How often each question is asked."""
SLOWER = 1.5
BATCH = 2000
PAGE = 20
MANAGERS = 4
FOUND = 20
"""Customers that a search finds, however many there are."""
FIRST = (
    "Aarhus",
    "Ærø",
    "Borg",
    "Delft",
    "Esbjerg",
    "Gouda",
    "Horsens",
    "Leiden",
    "Odense",
    "Ribe",
    "Utrecht",
    "Zwolle",
)
SECOND = ("Design", "Film", "Grafik", "Huset", "Media", "Print", "Skole", "Studio", "Tryk", "Werk")
LISTS: tuple[list[str], ...] = (
    [],
    [],
    [],
    [],
    ["no_products"],
    ["pending_requests"],
    ["overdue_requests"],
    ["ready_for_renewal"],
)
MANY = Wanted(q="aps")
OVERDUE = Wanted(lists=("overdue_requests",))
MINE = Wanted(lists=("pending_requests",), managed_by="am-3")
RARE = Wanted(q="mette rarely")


@dataclass
class House:
    """A register, and where the middle of its lists is."""

    register: Register
    customers: int
    middle: dict[tuple[Wanted, str], str]

    async def page(self, wanted: Wanted, sort: str = "name", *, middle: bool = False, found: int = PAGE) -> None:
        cursor = self.middle[wanted, sort] if middle else None
        page = await self.register.page(wanted, sort=sort, cursor=cursor, limit=PAGE)
        _expect(len(page.items), found)

    async def count(self) -> None:
        _expect((await self.register.counts())["all"], self.customers)


def _expect(found: int, expected: int) -> None:
    if found != expected:
        raise RuntimeError(f"{found} were found instead of {expected}")


QUESTIONS: dict[str, Callable[[House], Awaitable[None]]] = {
    "first page, by name": lambda house: house.page(Wanted()),
    "a page in the middle": lambda house: house.page(Wanted(), middle=True),
    "first page of a list, by next event": lambda house: house.page(OVERDUE, "-next_event_at"),
    "its middle": lambda house: house.page(OVERDUE, "-next_event_at", middle=True),
    "of one manager and a list": lambda house: house.page(MINE, "anniversary_date"),
    "counts": lambda house: house.count(),
    f"a search that finds {FOUND}": lambda house: house.page(RARE),
}


def run(customers: int = CASES) -> bool:
    return asyncio.run(_run((1_000, 10_000, 100_000) if customers >= CASES else (1_000, 10_000)))


async def _run(sizes: tuple[int, ...]) -> bool:
    with TemporaryDirectory() as folder:
        files = [f"sqlite:///{Path(folder)}/{size}.sqlite3" for size in sizes]
        kept = await _compared("SQLite", list(zip(files, sizes, strict=True)))
    async with AsyncExitStack() as stack:
        server = stack.enter_context(postgres())
        names = [stack.enter_context(server.database()) for _ in sizes]
        kept &= await _compared(
            "PostgreSQL", [(server.address(name), size) for name, size in zip(names, sizes, strict=True)]
        )
    return kept


async def _compared(database: str, places: list[tuple[str, int]]) -> bool:
    async with AsyncExitStack() as stack:
        houses = []
        for url, size in places:
            register = await stack.enter_async_context(await Register.at(url))
            houses.append(await _filled(register, size))
        print(f"{database}: {', '.join(f'{house.customers:,}' for house in houses)} customers")
        slowest = 0.0
        for name, ask in QUESTIONS.items():
            quick = await _asked(ask, houses)
            ratios = [one / quick[0] for one in quick[1:]]
            slowest = max(slowest, *ratios)
            _tell(name, quick, f"{' and '.join(f'{ratio:.2f}' for ratio in ratios)} times")
        _tell(
            "a search that finds a third",
            await _asked(lambda house: house.page(MANY), houses, TIMES // 4),
            "counts each",
        )
        rates = [await _csv(house) for house in houses]
        print(f"  {'rows of a CSV a second':<38}{'  '.join(f'{rate:>9,.0f}' for rate in rates)}")
    print(f"  the slowest {slowest:.2f} times (at most {SLOWER})", flush=True)
    return slowest <= SLOWER


def _tell(name: str, seconds: list[float], compared: str) -> None:
    print(f"  {name:<38}{'  '.join(f'{one * 1000:>6.1f} ms' for one in seconds)}   {compared}")


async def _asked(ask: Callable[[House], Awaitable[None]], houses: list[House], times: int = TIMES) -> list[float]:
    """The seconds of the quickest answer: what it costs when nothing else is going on."""
    seconds: list[list[float]] = [[] for _ in houses]
    for _ in range(times):
        for house, taken in zip(houses, seconds, strict=True):
            begun = time.perf_counter()
            await ask(house)
            taken.append(time.perf_counter() - begun)
    return [min(taken) for taken in seconds]


async def _csv(house: House) -> float:
    begun, rows = time.perf_counter(), 0
    async for _ in house.register.every(Wanted()):
        rows += 1
    _expect(rows, house.customers)
    return rows / (time.perf_counter() - begun)


async def _filled(register: Register, customers: int) -> House:
    begun = time.perf_counter()
    told: list[dict[str, Any]] = []
    places: dict[tuple[Wanted, str], list[Place]] = {(Wanted(), "name"): [], (OVERDUE, "-next_event_at"): []}
    for record in _records(customers):
        told.append(record)
        if record["kind"] == "customer":
            row = kept(record)
            places[Wanted(), "name"].append(Place(row["sort_name"], row["vip_number"]))
            if record["row"]["lists"] == ["overdue_requests"]:
                places[OVERDUE, "-next_event_at"].append(Place(row["sort_event"], row["vip_number"]))
        if len(told) == BATCH:
            await register.put_all(told)
            told.clear()
    await register.put_all(told)
    taken = time.perf_counter() - begun
    print(f"  {customers:>9,} customers put in {taken:.1f} s, {customers / taken:,.0f} a second", flush=True)
    middle = {of: written(sorted(known)[len(known) // 2], *of) for of, known in places.items()}
    return House(register, customers, middle)


def _records(customers: int) -> list[dict[str, Any]]:
    chance = random.Random(customers)  # noqa: S311  # the same ones every time
    rare = set(chance.sample(range(customers), FOUND))
    found = []
    for number in range(customers):
        name = f"{chance.choice(FIRST)} {chance.choice(SECOND)} {number % 977} {'ApS' if number % 3 == 0 else 'BV'}"
        found.append(
            customer(
                number,
                organization=f"{name} Rarely" if number in rare else name,
                manager=f"am-{chance.randrange(MANAGERS)}",
                segment=chance.choice(("commercial", "commercial", "education", "government")),
                status=chance.choice(("accepted", "accepted", "accepted", "invited", "expired")),
                lists=chance.choice(LISTS),
                event=f"2027-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}T00:00:00Z",
                anniversary_date=f"2028-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
                order_references=[f"D-{number}"],
                entries=(entry(1), entry(2, "letter", outcome="sent")),
            )
        )
        if number % 5 == 0:
            found.append(authorization(number, of=number, purchase_order=f"PO-{number}", orders=[order(f"R-{number}")]))
    return found
