"""Records put into the register: repeated, late, out of order, and by several workers at once."""

import asyncio
import itertools
import random
import subprocess
import sys
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from register import writing
from register.database import Database
from register.register import Register
from register.tables import CUSTOMERS, EVERYBODY, TALLIES
from register.wanted import Wanted
from tests.postgres import Postgres
from tests.register.records import authorization, authorization_number, customer, entry, numbers, vip


async def shown(register: Register) -> list[str]:
    return [item["organization"] for item in (await register.page(Wanted())).items]


async def test_a_late_or_repeated_record_changes_nothing(register: Register) -> None:
    await register.put(customer(1, version=3, organization="Three"))
    for version, organization in ((3, "Another three"), (2, "Two"), (0, "None")):
        await register.put(customer(1, version=version, organization=organization, manager="am-2"))
    assert await shown(register) == ["Three"]
    assert await numbers(register, Wanted(q="two")) == []
    assert (await register.counts("am-2"))["all"] == 0
    await register.put(customer(1, version=4, organization="Four"))
    assert await shown(register) == ["Four"]
    assert [one async for one in register.versions("customer")] == [(vip(1), 4)]


async def test_what_is_put_again_takes_the_place_of_its_own_version_and_of_no_later_one(register: Register) -> None:
    await register.put(customer(1, version=3, organization="Three"))
    await register.put(customer(1, version=3, organization="Three again"), again=True)
    await register.put(customer(1, version=2, organization="Two again"), again=True)
    assert await shown(register) == ["Three again"]


async def test_entries_that_are_still_missing_are_added_by_a_late_record_and_none_is_changed(
    register: Register,
) -> None:
    await register.put(customer(1, version=5, entries=(entry(3), entry(4, actor="first"))))
    await register.put(customer(1, version=2, entries=(entry(1), entry(2), entry(4, actor="second"))))
    await register.put(customer(1, version=6, entries=(entry(3, actor="second"),)), again=True)
    assert await register.journal(vip(1)) == [entry(1), entry(2), entry(3), entry(4, actor="first")]
    assert await register.journal(vip(2)) == []


async def test_a_case_of_either_kind_has_its_own_journal(register: Register) -> None:
    await register.put(customer(1, entries=(entry(1, actor="customer"),)))
    await register.put(authorization(1, entries=(entry(1, actor="authorization"),)))
    assert await register.journal(vip(1)) == [entry(1, actor="customer")]
    assert await register.journal(authorization_number(1)) == [entry(1, actor="authorization")]


async def test_a_customer_that_is_forgotten_leaves_nothing_and_others_as_they_are(register: Register, url: str) -> None:
    for number in (1, 2):
        await register.put(customer(number, entries=(entry(0),)))
        await register.put(authorization(number, of=number, purchase_order="PO-1", entries=(entry(1, "letter"),)))
    await register.forget(vip(1))
    await register.forget(vip(3))
    assert await numbers(register, Wanted(q="po-1")) == [2]
    assert (await register.counts("am-1"))["all"] == 1
    assert [one["vip_number"] for one in (*await register.letters(), *await register.authorizations())] == [vip(2)] * 2
    assert await register.journal(vip(1)) == await register.journal(authorization_number(1)) == []
    await everything_adds_up(url, {2: 0})


async def test_a_record_that_fails_leaves_nothing(register: Register) -> None:
    await register.put(customer(1, organization="One"))
    broken: dict[str, Any] = customer(2, version=1)
    del broken["row"]["contact"]
    with pytest.raises(KeyError):
        await register.put_all([customer(1, version=1, organization="Two", entries=(entry(1),)), broken])
    assert await shown(register) == ["One"]
    assert await register.journal(vip(1)) == []


async def test_records_that_workers_put_at_once_are_all_there_and_counted_once(url: str) -> None:
    """Every worker tells of the same cases, in an order of its own, some together and some alone."""
    told = [
        customer(number, version=version, manager=f"am-{(number + version) % 3}", entries=(entry(version),))
        for number, version in itertools.product(range(5), range(8))
    ]
    told += [
        authorization(number, of=number, version=version) for number, version in itertools.product(range(5), range(4))
    ]

    async def work(register: Register, seed: int) -> None:
        mine = random.Random(seed).sample(told, len(told))
        for begin in range(0, len(mine), 6):
            if begin % 4:
                await register.put_all(mine[begin : begin + 6])
            else:
                for record in mine[begin : begin + 6]:
                    await register.put(record)

    async with AsyncExitStack() as stack:
        registers = [await stack.enter_async_context(await Register.at(url)) for _ in range(4)]
        await asyncio.gather(*(work(register, seed) for seed, register in enumerate(registers)))
    await everything_adds_up(url, dict.fromkeys(range(5), 7))


async def test_whoever_writes_known_and_new_customers_waits_for_nobody_who_waits_for_it(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One holds the known second customer when somebody else writes the first, and a third program wants both."""
    look = writing._held
    overtaking: list[asyncio.Task[None]] = []

    async def overtaken(connection: AsyncConnection, table: Table, *wanted: Any) -> dict[str, Any]:
        known = await look(connection, table, *wanted)
        if table is CUSTOMERS and not overtaking:
            overtaking.append(asyncio.current_task() or pytest.fail("no task"))
            await others[0].put(customer(1))
            overtaking.append(asyncio.create_task(others[1].put_all([customer(1, version=1), customer(2, version=1)])))
            await asyncio.to_thread(server.until_somebody_waits)
        return known

    with server.database() as name:
        url = server.address(name)
        async with AsyncExitStack() as stack:
            first, *others = [await stack.enter_async_context(await Register.at(url)) for _ in range(3)]
            await first.put(customer(2))
            monkeypatch.setattr(writing, "_held", overtaken)
            await first.put_all([customer(1, version=2), customer(2, version=2)])
            await overtaking[1]
        monkeypatch.undo()
        async with await Register.at(url) as register:
            assert [one async for one in register.versions("customer")] == [(vip(1), 2), (vip(2), 2)]


async def test_programs_that_put_at_once_lose_nothing(url: str) -> None:
    """Three processes that begin with no table at all."""
    script = [sys.executable, "-m", "tests.register.putting", url]
    programs = [
        await asyncio.create_subprocess_exec(*script, str(seed), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for seed in range(3)
    ]
    for program in programs:
        output, _ = await program.communicate()
        assert program.returncode == 0, output.decode()
    await everything_adds_up(url, dict.fromkeys(range(6), 9))


async def everything_adds_up(url: str, versions: dict[int, int]) -> None:
    """Each customer's newest version and all its entries are there, and the tallies are what a count comes to."""
    async with await Register.at(url) as register:
        assert {number: version async for number, version in register.versions("customer")} == {
            vip(number): version for number, version in versions.items()
        }
        for number, version in versions.items():
            assert await register.journal(vip(number)) == [entry(sequence) for sequence in range(version + 1)]
    database = Database(url)
    places = select(CUSTOMERS.c.managed_by, CUSTOMERS.c.cell)
    kept = select(TALLIES).where(TALLIES.c.customers != 0)
    rows, tallies = await database.read(lambda connection: _both(connection.execute(places), connection.execute(kept)))
    counted = Counter((managed_by, cell) for row in rows for managed_by, cell in (row, (EVERYBODY, row[1])))
    assert {(managed_by, cell): customers for managed_by, cell, customers in tallies} == counted
    await database.close()


async def _both(*asked: Any) -> list[list[Any]]:
    return [list(await one) for one in asked]
