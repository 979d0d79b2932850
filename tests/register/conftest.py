"""A register in each database: every test here runs in a SQLite file and in a PostgreSQL database of its own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from register.register import Register
from tests.postgres import Postgres, postgres


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    with postgres() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/register.sqlite3"
        return
    running: Postgres = request.getfixturevalue("server")
    with running.database() as name:
        yield running.address(name)


@pytest.fixture
async def register(url: str) -> AsyncIterator[Register]:
    async with await Register.at(url) as opened:
        yield opened
