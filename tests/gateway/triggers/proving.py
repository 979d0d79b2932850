"""What the triggers came to: effects are counted in the journals of all cases, and not believed."""

import asyncio
import time
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from secrets import token_hex
from typing import NamedTuple

from temporalio.client import Client

from gateway.answers import JournalEntry
from gateway.client import Gateway
from tests.gateway.http.conftest import api_of
from tests.gateway.triggers.making import RENEWED, Scene, scene
from tests.gateway.triggers.sending import AT_ONCE, COPIES, ByClient, ByHttp, Door, Storm, rolling
from tests.workflows.histories import runs
from tests.workflows.lab import Lab, lab

SEED = 2026


class Proven(NamedTuple):
    """How much it was."""

    triggers: int
    sent: int
    effects: int
    roll_overs: int
    """Of each case that most triggers were about, at least."""
    letters: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.triggers} triggers, {self.sent} sent, {AT_ONCE} at once, over {self.roll_overs} continue-as-new: "
            f"{self.effects} effects, equal answers, {self.letters} letters, {self.seconds:.0f} s"
        )


async def prove(client: Client, way: str, *, share: float, rolls: int) -> Proven:
    """Make a scene on a task queue of its own, send everything there, and hold what came of it against what was sent.

    `way` is `client` or `http`; either has two doors, as if two processes served it.
    """
    async with lab(client) as house, AsyncExitStack() as stack:
        secret = token_hex(8)  # the VIP numbers of invitations follow from it
        gateways = [
            Gateway(client, task_queue=house.settings.task_queue, number_secret=secret, patience=60) for _ in range(2)
        ]
        doors: list[Door] = [ByClient(one) for one in gateways]
        if way == "http":
            doors = [ByHttp((await stack.enter_async_context(api_of(one))).client) for one in gateways]
        made = await scene(gateways[0], share, bounces=way == "client")
        return await _proven(house, gateways[0], made, Storm(made.triggers, doors, SEED), rolls)


async def _proven(house: Lab, gateway: Gateway, made: Scene, storm: Storm, rolls: int) -> Proven:
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(storm.blow())
        group.create_task(rolling(house.client, storm, made.steady, rolls))
    took = time.monotonic() - began

    marks = {trigger.mark for trigger in made.triggers}
    assert storm.answered == storm.sends == COPIES * len(marks)
    assert storm.most_at_once == AT_ONCE
    least = min([len(await runs(house.client, each)) for each in made.steady]) - 1
    assert least >= rolls, "every case that most triggers were about went over into so many new runs"

    different = [mark for mark, answers in storm.answers.items() if any(one != answers[0] for one in answers)]
    assert different == [], "each copy of a trigger has the same answer"

    effects = await _effects(gateway, made, storm)
    assert effects.keys() == marks, "every trigger has an effect"
    assert {mark: cases for mark, cases in effects.items() if cases.total() > 1} == {}, "and no second one"
    await _facts(gateway, made)

    letters = Counter(letter.message["Message-ID"] for letter in house.sink.letters)
    assert letters
    assert max(letters.values()) == 1, "no letter went out twice"
    return Proven(len(marks), storm.answered, len(effects), least, len(letters), took)


async def _effects(gateway: Gateway, scene: Scene, storm: Storm) -> dict[str, Counter[str]]:
    """By mark, in which journals it stands, and how often. Raises if a journal is not whole."""
    invited = {answers[0]["vip_number"] for answers in storm.answers.values() if "organization" in answers[0]}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for number in {*scene.customers, *invited}:
        known = (await gateway.customer(number))["authorizations"]
        # What was taken over settled has no workflow of its own, and no trigger is about it.
        running = [one["authorization_number"] for one in known if one["state"] != "settled"]
        for case in (number, *running):
            journal = await gateway.journal(case)
            assert [entry["sequence"] for entry in journal] == list(range(1, len(journal) + 1)), case
            for mark in filter(None, (_mark(entry, scene) for entry in journal)):
                found[mark][case] += 1
    return found


def _mark(entry: JournalEntry, scene: Scene) -> str | None:
    return entry.get("actor") if entry["kind"] != "letter" else scene.bounces.get(entry.get("reason", ""))


async def _facts(gateway: Gateway, scene: Scene) -> None:
    """The same counted once more, by what the cases say of themselves."""
    asked = Counter((trigger.number, trigger.command) for trigger in scene.triggers)
    for number in scene.customers:
        customer = await gateway.customer(number)
        assert customer["invitation"] == 1 + asked[number, "hand_over_contact"]
        begun = asked[number, "authorize"] + asked[number, "record_order"]
        assert len(customer["authorizations"]) == scene.before[number] + begun
        for one in customer["authorizations"]:
            if orders := asked[one["authorization_number"], "place_order"]:
                assert len(one["orders"]) == orders
        if orders := asked[number, "renew"]:
            assert customer["products"][0]["renewed"] == RENEWED * orders
    assert sum(asked.values()) == len(scene.triggers)
