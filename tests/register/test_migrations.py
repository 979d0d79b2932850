"""The tables come to the form of this release by themselves, from whatever form they have."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import column, table, update
from sqlalchemy.ext.asyncio import AsyncConnection

from register.database import Database
from register.errors import RegisterUnusable
from register.migrating import NEWEST, VERSION_TABLE, config, is_current, migrate
from register.register import Register
from register.wanted import Wanted
from tests.register.records import customer

REVISIONS = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]


def test_the_newest_migration_is_the_one_that_programs_look_for() -> None:
    assert ScriptDirectory.from_config(config()).get_current_head() == NEWEST


async def test_the_tables_are_what_the_program_thinks_they_are(register: Register, url: str) -> None:
    """Fails when a table was changed without a migration: `alembic check` looks for what is left to do."""
    database = Database(url)
    await database.write(lambda connection: connection.run_sync(lambda one: command.check(config(one))))
    await database.close()
    assert await register.ready()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_form_there_ever_was_comes_to_that_of_today(url: str, revision: str) -> None:
    database = Database(url)
    database.make()
    await database.write(lambda connection: connection.run_sync(migrate, revision))
    async with await Register.at(url) as register:
        await register.put(customer(1))
        assert (await register.page(Wanted())).total == 1
    assert await database.read(lambda connection: connection.run_sync(is_current))
    await database.close()


async def test_programs_that_start_at_once_with_an_empty_database_all_start(url: str) -> None:
    registers = await asyncio.gather(*(Register.at(url) for _ in range(5)))
    await asyncio.gather(*(register.put(customer(number)) for number, register in enumerate(registers)))
    for register in registers:
        assert (await register.page(Wanted())).total == 5
        await register.close()


async def test_tables_of_a_later_release_are_left_alone(register: Register, url: str) -> None:
    async def later(connection: AsyncConnection) -> None:
        await connection.execute(
            update(table(VERSION_TABLE, column("version_num"))).values(version_num="from the future")
        )

    database = Database(url)
    await database.write(later)
    await database.close()
    with pytest.raises(RegisterUnusable, match=r"of a later release than this one: from the future$"):
        await Register.at(url)


async def test_what_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, " * 1000)
    (tmp_path / "folder").mkdir()
    for name, why in (
        ("letter.txt", "file is not a database"),
        ("folder", "unable to open"),
        ("letter.txt/x", "Not a directory|File exists"),
    ):
        with pytest.raises(RegisterUnusable, match=why) as wrong:
            await Register.at(f"sqlite:///{tmp_path}/{name}")
        assert "\n" not in str(wrong.value)
    assert (tmp_path / "letter.txt").read_text() == "Dear reader, " * 1000


async def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    async with await Register.at(f"sqlite:///{tmp_path}/new/register.sqlite3"):
        assert (tmp_path / "new" / "register.sqlite3").stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
        assert all(one.stat().st_mode & 0o077 == 0 for one in (tmp_path / "new").iterdir())
