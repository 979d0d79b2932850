"""What is to be equal in two runs: answers, journals, details and letters, but for what differs by construction.

Instants differ, and the numbers of authorizations, which their customer draws: those are called by their request. A
journal's changes and facts have one order. Its letters have one in each lane (a case and a reader), no more: lanes do
not wait for each other, and the case does not wait for its letters.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.client import Unavailable
from tests.workflows.killing.lives import CUSTOMER, ROLL_OVER
from tests.workflows.killing.load import AGAIN_AFTER, Load
from tests.workflows.killing.processes import Arrival

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TOLD = ("kind", "machine", "trigger", "from", "to", "reason", "actor")
OF_A_LETTER = ("letter", "outcome", "reason")


@dataclass
class Seen:
    """One run, with what differs by construction taken out."""

    answers: dict[str, list[Any]] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    """By case."""
    letters: dict[str, list[Any]] = field(default_factory=dict)
    """By lane."""
    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Different letters by reader and subject."""
    repeats: list[float] = field(default_factory=list)
    """When the relay took a letter that it was to take again later, byte for byte the same."""


async def seen(load: Load, arrivals: Sequence[Arrival]) -> Seen:
    """What this run came to."""
    found = Seen()
    masked = _mask(load.numbers)
    for life in load.lives:
        for name in load.cases(life):
            number = load.numbers[life.name if name == CUSTOMER else name]
            case = life.name if name == CUSTOMER else name
            found.details[case] = masked(await _patiently(load.gateway.details, number))
            journal = masked(await _patiently(load.gateway.journal, number))
            assert [entry["sequence"] for entry in journal] == list(range(1, len(journal) + 1)), case
            found.changes[case] = [_told(entry, TOLD) for entry in journal if entry["kind"] != "letter"]
            for entry in journal:
                if entry["kind"] == "letter":
                    if entry.get("reason") == "perhaps_twice":  # its attempt was killed
                        del entry["reason"]
                    found.letters.setdefault(f"{case} {entry['reader']}", []).append(_told(entry, OF_A_LETTER))
        for step in life.steps:
            if step.name != ROLL_OVER:
                found.answers[step.key] = masked(load.answers[step.key])
    arrived: dict[str, Arrival] = {}
    for each in arrivals:
        key = str(each.letter.message["Message-ID"])
        if (before := arrived.get(key)) is not None:
            assert each.letter == before.letter, "a repeat differs"
            found.repeats.append(before.at)
        arrived[key] = each
    found.received.update((each.letter.rcpt_to[0], masked(each.letter.subject)) for each in arrived.values())
    return found


def acknowledged(load: Load, found: Seen) -> int:
    """How many requests were acknowledged. Each is in the journals once, and its repeats got its answer."""
    entries = Counter(entry["actor"] for changes in found.changes.values() for entry in changes if "actor" in entry)
    asked = {step.key: step for life in load.lives for step in life.steps if step.name != ROLL_OVER}
    count = 0
    for key, step in asked.items():
        first, *others = load.answers[key]
        if "refused" in first:
            assert not entries[key], (key, first)
            continue
        count += 1
        assert entries[key] == 1, (key, entries[key])
        if step.name != "invite":  # it answers how the customer stands now
            assert all(other == first for other in others), (key, load.answers[key])
    assert not entries.keys() - asked.keys()
    return count


def _mask(numbers: Mapping[str, str]) -> Callable[[Any], Any]:
    names = {number: f"<{name}>" for name, number in numbers.items()}
    known = re.compile("|".join(names))

    def masked(value: Any) -> Any:
        text = known.sub(lambda found: names[found[0]], json.dumps(value))
        return json.loads(INSTANT.sub("<instant>", text))

    return masked


def _told(entry: Mapping[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    return {name: entry[name] for name in wanted if name in entry}


async def _patiently(ask: Callable[[str], Awaitable[Any]], number: str) -> Any:
    while True:
        try:
            return await ask(number)
        except Unavailable:
            await asyncio.sleep(AGAIN_AFTER)


def assert_equal(quiet: Seen, killed: Seen) -> None:
    """The same answers, details, journals and letters. Kills may have letters repeated, nothing else."""
    assert killed.answers == quiet.answers
    assert killed.details == quiet.details
    assert killed.changes == quiet.changes
    assert killed.letters == quiet.letters
    assert killed.received == quiet.received
