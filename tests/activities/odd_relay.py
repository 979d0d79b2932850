"""An SMTP server that follows a script: it answers as told, hangs, hangs up, speaks TLS or does not."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

HANG = "hang"
DROP = "drop"
SLOW = "slow "
"""Before an answer: one byte of it at a time."""
PAUSE = 0.02
"""Seconds between two of them."""
USUAL = {
    "GREETING": "220 relay.example",
    "EHLO": "250-relay.example\r\n250 SIZE 10000000",
    "AUTH": "235 2.7.0 welcome",
    "STARTTLS": "220 go ahead",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 queued as 42",
    "QUIT": "221 bye",
    "RSET": "250 ok",
}


class OddRelay:
    """What it was asked, what it got, and what it answers."""

    def __init__(self, **answers: str | list[str]) -> None:
        """`answers` by verb; of several each is given once, and the last one from then on."""
        self.tls: ssl.SSLContext | None = None
        self.answers: dict[str, str | list[str]] = {**USUAL, **answers}
        self.connections = self.open = self.most = 0
        """Ever made, open now, and open at the same time at most."""
        self.asked: list[str] = []
        self.got: list[bytes] = []
        self.port = 0
        self.arrived = asyncio.Event()
        self._released, self._news = asyncio.Event(), asyncio.Event()

    @property
    def verbs(self) -> list[str]:
        return [line.split(" ")[0] for line in self.asked]

    async def until(self, so: Callable[["OddRelay"], bool]) -> None:
        """Wait until it is so. Raises `TimeoutError`."""
        async with asyncio.timeout(5):
            while not so(self):
                self._news.clear()
                await self._news.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            if await self._answer("GREETING", writer):
                await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.open -= 1
            self._news.set()
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.asked.append(line.decode().strip())
            self._news.set()
            verb = self.verbs[-1].upper()
            if not await self._answer(verb, writer):
                return
            if verb == "STARTTLS" and self.tls:
                await writer.start_tls(self.tls)
            if verb == "DATA" and str(self.answers["DATA"]).startswith(("354", "slow 354")):
                self.got.append(await reader.readuntil(b"\r\n.\r\n"))
                self.arrived.set()
                if not await self._answer("DOT", writer):
                    return
            if verb == "QUIT":
                return

    async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> bool:
        answers = self.answers.get(verb, "502 5.5.1 what?")
        answer = answers if isinstance(answers, str) else answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == HANG:
            await self._released.wait()
        if answer in (HANG, DROP):
            return False
        if answer.startswith(SLOW):
            for byte in answer.removeprefix(SLOW).encode() + b"\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(PAUSE)
            return True
        writer.write(answer.encode() + b"\r\n")
        await writer.drain()
        return True

    @asynccontextmanager
    async def running(self, **options: Any) -> AsyncIterator["OddRelay"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, **options)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._released.set()
            server.close()
            await server.wait_closed()
