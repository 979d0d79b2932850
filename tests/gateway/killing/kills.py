"""Kills at random moments, each while requests are under way; and what must be true when all is over."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from random import Random
from typing import Any

from gateway.calling import query
from gateway.client import Unavailable
from register.errors import RegisterAway
from register.register import Register
from tests.gateway.killing.databases import Database
from tests.gateway.killing.house import House, Victim, house
from tests.gateway.killing.load import HttpLoad
from tests.workflows.killing.comparing import acknowledged, seen
from tests.workflows.killing.kills import Kill, policy
from tests.workflows.killing.lives import Life
from tests.workflows.killing.processes import LOOK_EVERY, Pace
from workflows.names import RECORD

LONGEST_PAUSE = 3.0
"""Seconds between two kills."""
CATCHES_UP_WITHIN = 120.0
"""Seconds from the last answer until the register is what the cases are. It is told again after a minute at most."""


@dataclass
class Report:
    """What was done, and what came of it."""

    kills: dict[str, list[Kill]] = field(default_factory=dict)
    commands: int = 0
    """Requests that were answered, repeats among them."""
    acknowledged: int = 0
    """Different requests that were not refused; each has its one effect, and its repeats have its answer."""
    refused: set[str] = field(default_factory=set)
    """Keys of requests."""
    unanswered: int = 0
    longest: float = 0
    statuses: Mapping[str, int] = field(default_factory=dict)
    reads: int = 0
    """Lists that were read meanwhile."""
    cases: int = 0
    entries: int = 0
    behind: float = 0
    """Seconds that the register took after the last answer."""
    seconds: float = 0

    def __str__(self) -> str:
        kills = ", ".join(f"{what} killed {len(found)} times" for what, found in sorted(self.kills.items()))
        return (
            f"{self.seconds:.0f} s: {kills}; {self.commands} commands, {self.acknowledged} acknowledged, "
            f"{self.unanswered} times without an answer and asked again, the slowest after {self.longest:.0f} s; "
            f"{self.reads} lists read meanwhile; {dict(sorted(self.statuses.items()))}; "
            f"the register was {self.behind:.1f} s behind, with {self.cases} cases and {self.entries} entries"
        )


async def run(folder: Path, database: Database, script: Sequence[Life], kills: Mapping[str, int], pace: Pace) -> Report:
    """Live these lives, while each part is killed so many times."""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with house(pace, folder, policy(folder), database) as parts:
        load = HttpLoad(parts, script)
        reading = asyncio.create_task(_read(load))
        living = asyncio.create_task(load.run())
        try:
            done = await _kill(load, parts, kills, living, sum(step.at_once for life in script for step in life.steps))
            await living
            last = clock()
            behind, cases, entries = await _caught_up(load, parts.register, last)
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            found = await seen(load, parts.relay.arrivals)
        finally:
            for task in (living, reading):
                task.cancel()
            await asyncio.gather(living, reading, return_exceptions=True)
            await load.close()
        refused = {key for key, told in load.answers.items() if "refused" in told[0]}
        return Report(
            done,
            load.answered,
            acknowledged(load, found),
            refused,
            load.unanswered,
            load.longest,
            load.statuses,
            load.reads,
            cases,
            entries,
            behind,
            clock() - began,
        )


async def _kill(
    load: HttpLoad, parts: House, wanted: Mapping[str, int], living: "asyncio.Task[None]", steps: int
) -> dict[str, list[Kill]]:
    """At random moments, at the latest when so much is done that too little would be left for the other kills."""
    chance, loop = Random("doors"), asyncio.get_running_loop()
    turns = [what for what, count in wanted.items() for _ in range(count)]
    chance.shuffle(turns)
    kills: dict[str, list[Kill]] = {}
    latest = [turn * steps // (len(turns) + 2) for turn in range(1, len(turns) + 1)]
    at_start = 0
    for what, last, following in zip(turns, latest, [*latest[1:], inf], strict=True):
        pause = loop.time() + chance.uniform(0, LONGEST_PAUSE)
        load.not_beyond = max(last, at_start + 1)
        while load.answered <= at_start or (loop.time() < pause and load.answered < last):
            if living.done():
                living.result()
                raise AssertionError(f"the load was over after {len(kills)} kinds of kills")
            await asyncio.sleep(LOOK_EVERY)
        load.not_beyond = max(following, load.answered + 1)
        while not load.in_flight:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)
        kills.setdefault(what, []).append(Kill(loop.time(), load.in_flight))
        at_start = load.answered
        victim: Victim = chance.choice(parts.victims[what])
        await victim.kill()
    load.not_beyond = inf
    return kills


async def _read(load: HttpLoad) -> None:
    """Somebody looks at the lists all the time: they are there, or said to be away."""
    while True:
        for path in ("/v1/customers?limit=5", "/v1/customers/counts", "/v1/agenda"):
            with suppress(Unavailable):
                await load.ask("GET", path)
                load.reads += 1
            await asyncio.sleep(0.2)


async def _caught_up(load: HttpLoad, address: str, since: float) -> tuple[float, int, int]:
    """Wait until the register is what the cases are, row by row and entry by entry. Nobody rebuilds it.

    Returns how long it took, and how many cases and entries there are.
    """
    loop = asyncio.get_running_loop()
    differences: list[Any] = ["nobody has looked"]
    async with Register(address) as register:
        while differences:
            left = since + CATCHES_UP_WITHIN - loop.time()
            assert left > 0, f"{len(differences)} cases differ from the register, first {differences[0]}"
            try:
                records = await _records(load)
                known = await register.known(list(records))
                differences = [
                    (number, record, known.get(number))
                    for number, record in records.items()
                    if number not in known
                    or (known[number].version, known[number].row) != (record["version"], record["row"])
                    or await register.journal(number) != record["entries"]
                ]
            except (RegisterAway, Unavailable) as away:
                differences = [away]
            await asyncio.sleep(LOOK_EVERY if not differences else 0.2)
        counts = await register.counts()
        assert counts["all"] == len(load.lives)
    return loop.time() - since, len(records), sum(len(record["entries"]) for record in records.values())


async def _records(load: HttpLoad) -> dict[str, Any]:
    """What every case says of itself, by its number."""
    handles = [handle for life in load.lives for handle in load.cases(life).values()]
    return {(record := await query(handle, RECORD))["number"]: record for handle in handles}
