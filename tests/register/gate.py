"""A door before a PostgreSQL server that can be shut, or let nothing through."""

import asyncio
from pathlib import Path

SOCKET = ".s.PGSQL.5432"


class Gate:
    """Stands at a socket of its own: open (passes all on), shut (nobody connects), or deaf (passes nothing on)."""

    def __init__(self, folder: Path, behind: Path) -> None:
        self.folder = folder
        self._behind = behind
        self._hears = asyncio.Event()
        self._hears.set()
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._hears.set()
        if self._server is None:
            self._server = await asyncio.start_unix_server(self._enter, self.folder / SOCKET)

    async def shut(self) -> None:
        """As a server does that is killed: every line is cut, and there is no new one."""
        if self._server is not None:
            self._server.close()
            self._server = None
        (self.folder / SOCKET).unlink(missing_ok=True)
        for line in self._lines:
            line.transport.abort()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    def grow_deaf(self) -> None:
        """As a machine does that has lost its network."""
        self._hears.clear()

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self._behind / SOCKET)
        self._lines |= {writer, back}
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                await self._hears.wait()
                target.write(data)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()
            self._lines.discard(target)
