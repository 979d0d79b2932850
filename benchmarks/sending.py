"""Letters sent a second over kept connections, as a worker keeps them, and by a loop of bare `aiosmtplib`.

Both send the same letters over as many connections, with TLS, to one relay in a process of its own, in turn. The bare
loop connects once; ours makes a new connection after so many letters, and tells how far each letter came. In the end
ours also remembers on disk what was sent.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import aiosmtplib

from activities.mail import Forgetful, Memory, Message
from activities.pool import Keeping
from activities.sent import SentLetters
from activities.smtp import SmtpTransport
from benchmarks.letters import Writer, every_letter
from benchmarks.relay import Relay, relay
from local.ports import HOST

CONNECTIONS = Keeping().connections
LETTERS = 150 * CONNECTIONS
"""In one turn: each connection is replaced in the midst of it."""
ROUNDS = 6
RATE = 0.9


@dataclass
class Turns:
    """What the turns of one side took: seconds of each, and of the processor in all."""

    send: Callable[[Relay, list[Message]], Awaitable[None]]
    seconds: list[float]
    cpu: float = 0.0

    async def take(self, to: Relay, letters: list[Message]) -> None:
        before, spent, began = (await to.got()).letters, time.process_time(), time.perf_counter()
        await self.send(to, letters)
        self.seconds.append(time.perf_counter() - began)
        self.cpu += time.process_time() - spent
        if (arrived := (await to.got()).letters - before) != len(letters):
            raise RuntimeError(f"{len(letters)} letters were sent, and {arrived} arrived")

    @property
    def rate(self) -> float:
        return LETTERS / median(self.seconds)

    @property
    def each(self) -> float:
        """Milliseconds of the processor for a letter."""
        return self.cpu / LETTERS / len(self.seconds) * 1000


def run() -> bool:
    return asyncio.run(_run())


async def _run() -> bool:
    written = [Writer().write(letter) for letter in every_letter()]
    letters = list(islice(cycle(written), LETTERS))
    floor, ours, remembered = Turns(bare, []), Turns(pooled, []), Turns(remembering, [])
    async with relay(tls=True) as to:
        for send in (bare, pooled):
            await send(to, letters[: 10 * CONNECTIONS])
        for turn in range(ROUNDS):
            for side in (floor, ours) if turn % 2 else (ours, floor):
                await side.take(to, letters)
        for _ in range(2):
            await remembered.take(to, letters)
        most = (await to.got()).most
    kept = median(slow / fast for slow, fast in zip(floor.seconds, ours.seconds, strict=True))
    print(
        f"{LETTERS:,} letters a turn, {ROUNDS} turns each, {CONNECTIONS} connections with TLS, never more than {most}"
    )
    print(f"bare aiosmtplib: {floor.rate:,.0f} a second, {floor.each:.2f} ms of processor each, the floor")
    print(f"pooled: {ours.rate:,.0f}, turn by turn {kept:.2f} of it (at least {RATE});", end=" ")
    print(f"{ours.each:.2f} ms, {ours.each / floor.each:.2f} times")
    print(f"pooled, and remembered on disk: {remembered.rate:,.0f}, {remembered.each:.2f} ms")
    return kept >= RATE and most <= CONNECTIONS


async def bare(to: Relay, letters: list[Message]) -> None:
    waiting = iter(letters)

    async def connection() -> None:
        async with aiosmtplib.SMTP(
            hostname=HOST, port=to.port, use_tls=True, tls_context=to.trust, local_hostname="localhost"
        ) as client:
            for letter in waiting:
                await client.sendmail(letter.envelope_from, [letter.to], letter.raw)

    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))


async def pooled(to: Relay, letters: list[Message], memory: Memory | None = None) -> None:
    waiting, remember = iter(enumerate(letters)), memory or Forgetful()
    transport = SmtpTransport(HOST, to.port, "tls", tls_context=to.trust, keeping=Keeping(connections=CONNECTIONS))

    async def activity() -> None:
        for number, letter in waiting:
            async with remember.turn(f"letter:{number}") as turn:
                turn.accepted = await transport.send(letter.envelope_from, letter.to, letter.raw)

    await asyncio.gather(*(activity() for _ in range(CONNECTIONS)))
    await transport.close()


async def remembering(to: Relay, letters: list[Message]) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(SentLetters(Path(folder) / "sent.db")) as memory:
        await pooled(to, letters, memory)
