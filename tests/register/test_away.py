"""The database is away: that is said in time, and when it is back the register works again by itself."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from register.database import PATIENCE
from register.errors import RegisterAway, RegisterUnusable
from register.register import Register
from register.wanted import Wanted
from tests.postgres import Postgres
from tests.register.gate import Gate
from tests.register.records import customer, entry, numbers, vip

LATEST = PATIENCE + 3
"""Seconds after which something was not bounded; the machine may be busy."""


@pytest.fixture
async def gate(server: Postgres) -> AsyncIterator[Gate]:
    with tempfile.TemporaryDirectory() as folder:  # a path of pytest's would be too long for a socket
        gate = Gate(Path(folder), server.folder)
        yield gate
        await gate.open()
        await gate.shut()


async def is_away_in_time(register: Register) -> None:
    begun = time.monotonic()
    asked = (register.put(customer(1, version=9)), register.page(Wanted()), register.counts(), register.journal(vip(1)))
    for answer in await asyncio.gather(*asked, return_exceptions=True):
        assert isinstance(answer, RegisterAway)
        assert "\n" not in str(answer)
    assert not await register.ready()
    assert time.monotonic() - begun < 2 * LATEST


@pytest.mark.parametrize("how", ["shut", "deaf"])
async def test_a_server_that_does_not_answer_is_away_and_nothing_is_lost_when_it_is_back(
    server: Postgres, gate: Gate, how: str
) -> None:
    with server.database() as name:
        await gate.open()
        async with await Register.at(server.address(name, gate.folder)) as register:
            await asyncio.gather(*(register.put(customer(number)) for number in range(5)))
            if how == "shut":
                await gate.shut()
            else:
                gate.grow_deaf()
            await is_away_in_time(register)
            await gate.shut()
            await gate.open()
            assert await register.ready()
            assert len(await numbers(register)) == 5
            await register.put(customer(1, version=1, entries=(entry(1),)))
            assert await register.journal(vip(1)) == [entry(1)]


async def test_a_register_may_be_opened_before_its_server_is_there(server: Postgres, gate: Gate) -> None:
    with server.database() as name:
        address = server.address(name, gate.folder)
        with pytest.raises(RegisterAway):
            await Register.at(address)
        async with Register(address) as register:
            await is_away_in_time(register)
            await gate.open()
            await asyncio.gather(*(register.put(customer(number)) for number in range(3)))
            assert len(await numbers(register)) == 3


async def test_a_database_that_was_made_anew_is_filled_anew(server: Postgres) -> None:
    with server.database() as name:
        async with await Register.at(server.address(name)) as register:
            await register.put(customer(1))
            server.run(f"drop database {name} with (force)")
            with pytest.raises(RegisterAway):
                await register.put(customer(2))
            server.run(f"create database {name}")
            await register.put(customer(2))
            assert await numbers(register) == [2]


async def test_a_file_that_another_program_holds_can_be_read_and_is_written_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "register.sqlite3"
    async with await Register.at(f"sqlite:///{path}") as register:
        await register.put(customer(1))
        with closing(sqlite3.connect(path)) as holder:
            holder.execute("begin immediate")
            begun = time.monotonic()
            with pytest.raises(RegisterAway, match=r"database is locked|did not answer"):
                await register.put(customer(2))
            assert time.monotonic() - begun < LATEST
            assert await numbers(register) == [1]
            holder.rollback()
        await register.put(customer(2))
        assert await numbers(register) == [1, 2]


async def test_an_error_shows_no_person_and_no_password(server: Postgres) -> None:
    for address in (f"postgresql://nobody:s3cret@/none?host={server.folder}", "postgresql://nobody:s3cret@/"):
        with pytest.raises(RegisterUnusable) as wrong:
            await Register.at(address)
        assert "s3cret" not in str(wrong.value)
