"""The worker is killed over and over while a thousand letters go out: none is lost, and none is twice without a reason.

A relay that takes its time over its yes makes it likely that a worker is killed in between. Then the letter goes again,
the same to the byte, and its case says that this may have happened: `perhaps_twice`.
"""

import asyncio
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from activities.marks import in_message_ids
from gateway.client import Gateway, Unavailable
from tests.workflows.killing import processes
from tests.workflows.killing.kills import policy
from tests.workflows.killing.processes import HASTY, Relay, house
from tests.workflows.lab import INVITATION

LETTERS, KILLS = 1_000, 30
AT_ONCE = 8
SEED = 2026
LONGEST_YES = 0.3
"""Seconds until the relay answers after the final dot; it has taken the letter before."""
PATIENCE = 900.0


class SlowRelay(Relay):
    """Takes a letter, and says so a little later."""

    def __init__(self) -> None:
        super().__init__()
        self._chance = Random(SEED)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self._chance.uniform(0, LONGEST_YES))
        return answer


@pytest.mark.timeout(2 * PATIENCE)
async def test_30_kills_over_1000_letters_lose_none_and_explain_every_second_copy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "Relay", SlowRelay)
    async with house(HASTY, tmp_path, policy(tmp_path)) as (client, _server, worker, relay):
        gateway, kills = Gateway(client, number_secret="kills"), 0
        inviting = asyncio.create_task(_invite(gateway))
        async with asyncio.timeout(PATIENCE):
            for turn in range(1, KILLS + 1):
                # Spread over all letters, each amid some: what has arrived says how far it is.
                await relay.wait_for(turn * LETTERS // (KILLS + 2), seconds=PATIENCE)
                await worker.kill()
                kills += 1
            numbers = await inviting
            outcomes = {number: await _outcome(gateway, number) for number in numbers}
        copies: dict[str, list[bytes]] = defaultdict(list)
        for letter in relay.letters:
            marked = in_message_ids(letter.message["Message-ID"])
            copies[marked.case if marked else ""].append(letter.raw)
    twice = {number for number, found in copies.items() if len(found) > 1}
    with capsys.disabled():
        told = sum(outcome == ("sent", "perhaps_twice") for outcome in outcomes.values())
        print(f"\n{kills} kills, {len(copies)} letters, {len(twice)} came again, of {told} it was said that they may")
    assert kills >= KILLS
    assert copies.keys() == set(numbers), "none is lost, and none is of nobody"
    assert len(numbers) >= LETTERS
    assert {outcome for outcome, _ in outcomes.values()} == {"sent"}
    assert all(len(set(found)) == 1 for found in copies.values()), "every copy is the same to the byte"
    assert twice, "no worker was killed between the relay's yes and its note"
    assert {number for number in twice if outcomes[number][1] != "perhaps_twice"} == set()


async def _invite(gateway: Gateway) -> list[str]:
    """A customer for each letter; asked again until somebody answers."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(turn: int) -> str:
        body = {**INVITATION, "organization": f"School {turn}"}
        async with room:
            while True:
                try:
                    return str((await gateway.start_customer(body, f"letter-{turn}"))["vip_number"])
                except Unavailable:
                    await asyncio.sleep(0.1)

    return await asyncio.gather(*map(one, range(LETTERS)))


async def _outcome(gateway: Gateway, number: str) -> tuple[str, str | None]:
    """What the case says of its invitation, once it is out."""
    while True:
        try:
            for entry in await gateway.journal(number):
                if entry["kind"] == "letter":
                    return entry["outcome"], entry.get("reason")
        except Unavailable:
            pass
        await asyncio.sleep(0.2)
