"""Kills at random moments, each while requests are under way; and the two runs that are compared."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

from tests.workflows.killing.comparing import Seen, acknowledged, seen
from tests.workflows.killing.lives import Life
from tests.workflows.killing.load import Load
from tests.workflows.killing.processes import LOOK_EVERY, USUAL, Pace, Server, Worker, house
from tests.workflows.test_worker import ROOT

LONGEST_PAUSE = 4.0


class Kill(NamedTuple):
    at: float
    """Seconds of the event loop's clock."""
    under_way: int
    """Requests at that moment."""


@dataclass
class Report:
    """What was done to a run, and what came of it."""

    seen: Seen
    commands: int = 0
    """Requests that were answered, repeats among them."""
    acknowledged: int = 0
    """Different requests that were not refused."""
    unanswered: int = 0
    """Times that no answer came, so that the request was sent again with its key."""
    longest: float = 0
    """Seconds that the slowest answer took."""
    letters: int = 0
    seconds: float = 0
    kills: dict[str, list[Kill]] = field(default_factory=dict)
    """By what was killed."""

    def __str__(self) -> str:
        kills = "".join(
            f"{what} killed {len(found)} times, with {min(one.under_way for one in found)} to "
            f"{max(one.under_way for one in found)} requests under way; "
            for what, found in self.kills.items()
        )
        return (
            f"{self.seconds:.0f} s: {kills}{self.commands} commands, {self.acknowledged} acknowledged, "
            f"{self.unanswered} times without an answer and asked again, the slowest after {self.longest:.0f} s, "
            f"{self.letters} letters, {len(self.seen.repeats)} again"
        )


async def run(
    folder: Path, script: Sequence[Life], *, workers: int = 0, servers: int = 0, pace: Pace = USUAL
) -> Report:
    """Live these lives, while the worker is killed so many times and the server so many."""
    began = asyncio.get_running_loop().time()
    await asyncio.to_thread(folder.mkdir)
    async with house(pace, folder, policy(folder.parent)) as (client, server, worker, relay):
        load = Load(client, script)
        living = asyncio.create_task(load.run())
        try:
            kills = await _kill(load, worker, server, Random("kills"), workers, servers, living, _steps(script))
            await living
        finally:
            living.cancel()
            with suppress(asyncio.CancelledError):
                await living
        found = await seen(load, relay.arrivals)
        return Report(
            found,
            load.answered,
            acknowledged(load, found),
            load.unanswered,
            load.longest,
            len(relay.arrivals) - len(found.repeats),
            asyncio.get_running_loop().time() - began,
            kills,
        )


def _steps(script: Sequence[Life]) -> int:
    return sum(step.at_once for life in script for step in life.steps)


async def _kill(
    load: Load,
    worker: Worker,
    server: Server,
    chance: Random,
    workers: int,
    servers: int,
    living: "asyncio.Task[None]",
    steps: int,
) -> dict[str, list[Kill]]:
    """At random moments; at the latest when so much is done that too little would be left for the other kills."""
    victims: list[tuple[str, Worker | Server]] = [("worker", worker)] * workers + [("server", server)] * servers
    chance.shuffle(victims)
    kills: dict[str, list[Kill]] = {}
    loop = asyncio.get_running_loop()
    at_start = 0
    for turn, (what, victim) in enumerate(victims, 1):
        pause, latest = loop.time() + chance.uniform(0, LONGEST_PAUSE), turn * steps // (len(victims) + 2)
        while True:
            if living.done():
                living.result()
                raise AssertionError(f"the load was over after {turn - 1} kills")
            # A worker that has answered nothing yet since its start would be killed in vain.
            ready = load.answered > at_start and (loop.time() > pause or load.answered >= latest)
            if ready and load.in_flight:
                break
            await asyncio.sleep(LOOK_EVERY)
        kills.setdefault(what, []).append(Kill(loop.time(), load.in_flight))
        at_start = load.answered
        await victim.kill()
    return kills


def policy(folder: Path) -> Path:
    """Ours, in a time zone where the day is young: so both runs are over on one local day."""
    hours = (datetime.now(UTC).hour - 3) % 24
    zone = f"Etc/GMT+{hours}" if hours <= 12 else f"Etc/GMT-{24 - hours}"
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    path = folder / "policy.toml"
    if not path.exists():
        path.write_text(text.replace('time_zone = "UTC"', f'time_zone = "{zone}"'), encoding="utf-8")
        assert zone in path.read_text(encoding="utf-8")
    return path
