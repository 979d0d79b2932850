"""A relay in a process of its own, so that what it costs is not taken for its sender's. It counts, and keeps nothing.

Asked by a line to its stdin, it tells what it has got.
"""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

from local.ports import HOST


@dataclass(frozen=True)
class Got:
    """So far: letters, how many of them differ, connections open now, and the most that were at once."""

    letters: int
    different: int
    open: int
    most: int


@dataclass(frozen=True)
class Relay:
    """Where it listens, and how it is asked. `trust` is a sender's context; with none it speaks in clear."""

    port: int
    trust: ssl.SSLContext | None
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"smtp{'s' if self.trust else ''}://{HOST}:{self.port}"

    async def got(self) -> Got:
        """Raises `RuntimeError` when it has ended."""
        if self.process.stdin is None:
            raise RuntimeError("the relay has no pipes")
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()
        return Got(**await _told(self.process))


@asynccontextmanager
async def relay(*, tls: bool) -> AsyncIterator[Relay]:
    """One on a port that the system chooses."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.relay", "tls" if tls else "clear"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        listening = await _told(process)
        trust = ssl.create_default_context(cadata=listening["authority"]) if tls else None
        yield Relay(listening["port"], trust, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _told(process: asyncio.subprocess.Process) -> dict[str, Any]:
    if process.stdout is None or not (line := await process.stdout.readline()):
        raise RuntimeError("the relay has ended")
    told: dict[str, Any] = json.loads(line)
    return told


@dataclass
class _Counter:
    """Takes every letter."""

    letters: int = 0
    seen: set[bytes] = field(default_factory=set)
    open: int = 0
    most: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.letters += 1
        self.seen.add(sha256(envelope.original_content or b"").digest())
        return "250 2.0.0 counted"


class _Counted(SMTP):
    def __init__(self, counter: _Counter) -> None:
        super().__init__(counter, hostname="localhost", ident="relay")
        self._counter = counter

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._counter.open += 1
        self._counter.most = max(self._counter.most, self._counter.open)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._counter.open -= 1
        super().connection_lost(error)


def _certified() -> tuple[ssl.SSLContext, str]:
    """A certificate for this machine, and who issued it."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    return context, authority.cert_pem.bytes().decode()


async def main(security: str) -> None:
    counter = _Counter()
    context, authority = _certified() if security == "tls" else (None, "")
    server = await asyncio.get_running_loop().create_server(lambda: _Counted(counter), HOST, 0, ssl=context)
    async with server:
        _tell(port=server.sockets[0].getsockname()[1], authority=authority)
        while await asyncio.to_thread(sys.stdin.readline):
            _tell(letters=counter.letters, different=len(counter.seen), open=counter.open, most=counter.most)


def _tell(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
