"""The memory of sent letters: whatever happens between an attempt and the next, what has left is not sent again."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import sent
from activities.mail import (
    SILENCE,
    Accepted,
    Mail,
    MailTransient,
    MailUncertain,
    NotSent,
    RecipientRefused,
    wire_letter,
)
from activities.sent import NotAMemory, SentLetters, forget_claims, merge
from samples.letters import CONTACT, sample
from states.facts import Reader
from tests.activities.letters import COMPOSER, RENDERER

LETTER = sample("payment_overdue", Reader.CONTACT)
OTHER = sample("payment_overdue", Reader.ACCOUNT_MANAGER)
NEVER = timedelta(0)
HOLDING = """
import asyncio, sys
from pathlib import Path
from activities.sent import SentLetters

async def hold():
    async with SentLetters(Path(sys.argv[1])).turn(sys.argv[2]):
        print("ours", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


class Relay:
    """Counts what it is offered; waits and refuses as told."""

    def __init__(self) -> None:
        self.offered = 0
        self.refusal: NotSent | None = None
        self.offers = asyncio.Event()
        self.answers = asyncio.Event()
        self.answers.set()

    async def send(self, _envelope_from: str, _to: str, _raw: bytes) -> Accepted:
        self.offered += 1
        self.offers.set()
        await self.answers.wait()
        if self.refusal is not None:
            raise self.refusal
        return Accepted(251)

    async def close(self) -> None:
        """It keeps no connection."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "sent.db"


@pytest.fixture
async def relay() -> Relay:
    return Relay()


@contextmanager
def memory(path: Path, **options: Any) -> Iterator[SentLetters]:
    with closing(SentLetters(path, **options)) as opened:
        yield opened


async def send(relay: Relay, memory: SentLetters, letter: Any = LETTER) -> dict[str, Any]:
    mail = Mail(RENDERER, COMPOSER, relay, memory)
    answer: dict[str, Any] = await ActivityEnvironment().run(mail.send_letter, wire_letter(letter))
    return answer


async def test_a_letter_that_was_accepted_is_answered_as_the_first_time_and_not_sent_again(
    path: Path, relay: Relay
) -> None:
    with memory(path) as first:
        assert await send(relay, first) == {"outcome": "sent", "code": 251}
    with memory(path) as later:
        assert await send(relay, later) == {"outcome": "sent", "code": 251}
        assert relay.offered == 1
        await send(relay, later, OTHER)
    assert relay.offered == 2


@pytest.mark.parametrize("refusal", [MailTransient("later", code=451), RecipientRefused("no", code=550)])
async def test_a_letter_that_was_refused_is_sent_at_the_next_attempt(
    path: Path, relay: Relay, refusal: NotSent
) -> None:
    with memory(path) as kept:
        relay.refusal = refusal
        with pytest.raises(ApplicationError, match=type(refusal).__name__):
            await send(relay, kept)
        relay.refusal = None
        await send(relay, kept)
    assert relay.offered == 2


async def test_of_two_attempts_at_one_time_one_sends_and_the_other_comes_again_when_the_first_is_surely_over(
    path: Path, relay: Relay
) -> None:
    relay.answers.clear()
    with memory(path) as one, memory(path) as other:
        first = asyncio.create_task(send(relay, one))
        await relay.offers.wait()
        with pytest.raises(ApplicationError, match="another attempt") as waits:
            await send(relay, other)
        assert waits.value.type == "MailTransient"
        assert waits.value.next_retry_delay is not None
        assert SILENCE / 2 < waits.value.next_retry_delay <= SILENCE
        relay.answers.set()
        assert await first == await send(relay, other) == {"outcome": "sent", "code": 251}
    assert relay.offered == 1


async def test_a_worker_that_was_killed_blocks_no_letter_for_ever(path: Path, relay: Relay) -> None:
    holder = await asyncio.create_subprocess_exec(sys.executable, "-c", HOLDING, str(path), LETTER.key, stdout=PIPE)
    assert holder.stdout is not None
    try:
        assert await holder.stdout.readline() == b"ours\n"
    finally:
        holder.kill()
        await holder.wait()
    with memory(path) as still_claimed, pytest.raises(ApplicationError, match="another attempt"):
        await send(relay, still_claimed)
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("update letter set claimed_until = claimed_until - 30")
    with memory(path) as later:
        told = await send(relay, later)
    assert told == {"outcome": "sent", "code": 251, "uncertain": 1}
    assert relay.offered == 1


async def test_how_many_attempts_ended_in_the_dark_is_told_with_the_letter_for_good(path: Path, relay: Relay) -> None:
    with memory(path) as kept:
        for refusal in (MailUncertain("broke"), MailTransient("later", code=451), MailUncertain("broke")):
            relay.refusal = refusal
            with pytest.raises(ApplicationError, match=type(refusal).__name__):
                await send(relay, kept)
        relay.refusal = None
        for _ in range(2):
            assert await send(relay, kept) == {"outcome": "sent", "code": 251, "uncertain": 2}
    assert relay.offered == 4


async def test_a_memory_of_an_earlier_release_goes_on(path: Path, relay: Relay) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("create table letter (key blob primary key, accepted_at, code, claimed_by, claimed_until)")
    with memory(path) as kept:
        assert await send(relay, kept) == {"outcome": "sent", "code": 251}


async def test_a_long_conversation_keeps_its_claim(path: Path, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent, "BEAT", 0.01)
    relay.answers.clear()
    with memory(path, claim=timedelta(seconds=1)) as one, memory(path) as other, closing(sqlite3.connect(path)) as file:
        first = asyncio.create_task(send(relay, one))
        await relay.offers.wait()
        ends = [file.execute("select claimed_until from letter").fetchone()[0]]
        async with asyncio.timeout(10):
            while ends[-1] <= ends[0] + 1:
                await asyncio.sleep(0.01)
                ends += file.execute("select claimed_until from letter").fetchone()
        with pytest.raises(ApplicationError, match="another attempt"):
            await send(relay, other)
        relay.answers.set()
        await first
    assert relay.offered == 1


async def test_a_claim_from_before_the_clock_was_set_back_holds_nothing_up(path: Path, relay: Relay) -> None:
    with memory(path, claim=timedelta(days=400)) as before, memory(path) as now:
        async with before.turn(LETTER.key):
            assert (await send(relay, now))["outcome"] == "sent"
        await send(relay, now)
    assert relay.offered == 1


async def test_a_late_attempt_does_not_take_away_the_claim_of_the_next(path: Path, relay: Relay) -> None:
    with memory(path, claim=NEVER) as slow, memory(path) as quick:
        relay.answers.clear()
        relay.refusal = MailTransient("later")
        first = asyncio.create_task(send(relay, slow))
        await relay.offers.wait()
        async with quick.turn(LETTER.key):
            relay.answers.set()
            with pytest.raises(ApplicationError, match="later"):
                await first
            with pytest.raises(MailTransient, match="another attempt"):
                async with quick.turn(LETTER.key):
                    pytest.fail("two have the turn")


async def test_a_letter_whose_attempt_is_cancelled_after_the_acceptance_is_remembered(path: Path) -> None:
    with memory(path) as kept:

        async def attempt() -> None:
            async with kept.turn("key") as turn:
                turn.accepted = Accepted(250)
                # Cancelled with the turn's end as the next thing to wait for.
                asyncio.get_running_loop().call_soon(task.cancel)

        task = asyncio.create_task(attempt())
        with pytest.raises(asyncio.CancelledError):
            await task
    with memory(path) as later:
        async with later.turn("key") as turn:
            assert turn.accepted == Accepted(250)


async def test_nothing_is_sent_that_cannot_be_remembered_and_what_has_left_is_not_called_failed(
    path: Path, relay: Relay
) -> None:
    relay.answers.clear()
    with memory(path) as kept:
        under_way = asyncio.create_task(send(relay, kept))
        await relay.offers.wait()
        with closing(sqlite3.connect(path)) as file:
            file.execute("drop table letter")
        relay.answers.set()
        assert (await under_way)["outcome"] == "sent"
        with pytest.raises(ApplicationError, match="cannot be used: OperationalError") as failed:
            await send(relay, kept)
        assert (failed.value.type, failed.value.non_retryable) == ("MailSystem", False)
    assert relay.offered == 1


async def test_nobody_can_read_in_the_file_whom_a_letter_went_to(path: Path, relay: Relay) -> None:
    with memory(path) as kept:
        await send(relay, kept)
    content, mode = path.read_bytes(), path.stat().st_mode  # noqa: ASYNC240
    assert mode & 0o077 == 0
    for word in (LETTER.key, LETTER.vip_number, CONTACT.name, CONTACT.email):
        assert word.encode() not in content


async def test_a_merged_memory_knows_what_both_knew_and_no_claim_of_a_copy(tmp_path: Path, relay: Relay) -> None:
    mine, theirs = tmp_path / "mine.db", tmp_path / "theirs.db"
    with memory(theirs) as other:
        await send(relay, other, OTHER)
        await send(relay, other)
    with memory(mine) as own:
        await send(relay, own)
        async with own.turn(OTHER.key):
            pass
    assert merge(mine, theirs) == 1
    assert merge(mine, theirs) == 0
    with closing(sqlite3.connect(mine)) as file, file:
        file.execute("insert into letter (key, claimed_by, claimed_until) values (x'00', x'00', 9e9)")
    forget_claims(mine)
    with closing(sqlite3.connect(mine)) as file:
        assert file.execute("select count(*), count(code) from letter").fetchone() == (2, 2)
    with memory(mine) as own:
        await send(relay, own, OTHER)
    assert relay.offered == 3


@pytest.mark.parametrize("content", [b"not a database, whatever its name says" * 99, None])
def test_a_file_that_is_no_memory_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "sent.db"
    if content is None:
        with closing(sqlite3.connect(path)) as file:
            file.execute("create table letter (something)")
    else:
        path.write_bytes(content)
    with pytest.raises(NotAMemory, match=str(path)):
        SentLetters(path)
    with pytest.raises(NotAMemory, match="cannot be opened"):
        SentLetters(path / "below a file")
