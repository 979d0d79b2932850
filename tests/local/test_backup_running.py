"""A whole portfolio is backed up under load, killed, and goes on elsewhere: nothing is lost, nothing is sent twice."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from temporalio.client import Client
from temporalio.service import RPCError

from encryption.converter import encrypting
from encryption.keys import Key
from local import backup, clock
from local.archive import BackupRefused
from local.mailbox import MailSink, Received
from local.stack import payload_keys, running
from settings import load
from tests.workflows.histories import until
from tests.workflows.lab import ACCEPT, Lab
from workflows.names import authorization_id

ROOT = Path(__file__).parents[2]
LATER = {"name": "Ida Krogh", "email": "later@example.com"}
CALLERS = 3
PATIENCE = 60.0


class Relay(MailSink):
    """Takes its time with every letter; while it is shut it takes none, and who waits is cut off with its sender."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.open.set()
        self.waiting = 0
        self.since = 0
        """How many letters had come before the stack that runs was started."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.waiting += 1
        try:
            await self.open.wait()
        finally:
            self.waiting -= 1
        return await super().handle_DATA(server, session, envelope)

    def repeated(self) -> dict[str, int]:
        """Message-IDs that came more than once."""
        counts = Counter(str(letter.message["Message-ID"]) for letter in self.letters)
        return {name: count for name, count in counts.items() if count > 1}


def hash_of(letter: Received) -> str:
    """The beginning of its key's SHA-256, which ends what stands before the @ of its Message-ID."""
    return str(letter.message["Message-ID"]).strip("<").partition("@")[0].rpartition(".")[2][:8]


@asynccontextmanager
async def stack(data: Path, relay: Relay) -> AsyncIterator[Lab]:
    """A stack on this folder, in a process of its own that is killed at the end."""
    relay.since = len(relay.letters)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.local.portfolio_script", str(data), relay.url),
        cwd=ROOT,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while not (line := await process.stdout.readline()).startswith(b"Everything runs."):
                assert line, "it ended by itself"
        found = running(data)
        assert found is not None
        client = await Client.connect(found.address, data_converter=encrypting(Key.parse_all(payload_keys(data))))
        yield Lab(client, relay, load(env_file=None))
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await until(partial(_is, lambda: running(data) is None))


async def _is(condition: Callable[[], bool]) -> bool:
    return condition()


async def call(house: Lab, promised: list[tuple[str, str]], stop: asyncio.Event) -> None:
    """Invite and authorize until told to stop; what was answered is promised."""
    with suppress(RPCError):
        while not stop.is_set():
            vip = await house.invite()
            for _ in range(2):
                promised.append((vip, await house.authorize(vip)))


def remembered(data: Path) -> set[str]:
    with closing(sqlite3.connect(data / "sent.db")) as file:
        return {row[0].hex()[:8] for row in file.execute("select key from letter where code is not null")}


async def shut(relay: Relay, data: Path) -> None:
    """From now on no letter is accepted; each that was is remembered: what is in between is not promised."""
    relay.open.clear()
    accepted = {hash_of(letter) for letter in relay.letters[relay.since :]}
    await until(partial(_is, lambda: accepted <= remembered(data)), seconds=PATIENCE)


async def back_up_while_letters_leave(
    house: Lab, data: Path, archive: Path, relay: Relay, pending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the copies of database and memory letters leave, which the database takes for unsent."""
    copy, loop = backup._copy_database, asyncio.get_running_loop()

    async def letters_leave() -> None:
        assert await _state(house, pending) == "pending", "it falls due after the database was copied"
        await relay.wait_for(len(relay.letters) + 5, seconds=PATIENCE)
        await shut(relay, data)

    def copying(source: Path, to: Path) -> None:
        if source.name == backup.SENT:
            asyncio.run_coroutine_threadsafe(letters_leave(), loop).result(PATIENCE)
        copy(source, to)

    with monkeypatch.context() as patched:
        patched.setattr(backup, "_copy_database", copying)
        await asyncio.to_thread(backup.back_up, data, archive)


async def nothing_waits(house: Lab) -> None:
    """Every case that runs has sent its letters."""
    cases = [one.id async for one in house.client.list_workflows('ExecutionStatus="Running"')]
    assert cases
    await clock.settle(house.client, cases, looks=1)
    for case in cases:
        entries: list[dict[str, Any]] = (await house.client.get_workflow_handle(case).query("journal"))["items"]
        outcomes = {entry["outcome"] for entry in entries if entry["kind"] == "letter"}
        assert outcomes <= {"sent", "skipped"}, (case, entries)


async def almost_overdue(house: Lab, away: timedelta) -> str:
    """An authorization that is overdue soon."""
    vip = await house.invite()
    number = await house.authorize(vip)
    due = datetime.fromisoformat((await house.authorization(number).query("details"))["next_event"]["at"])
    await clock.move(house.client, [authorization_id(number)], due - away)
    return number


async def test_a_portfolio_that_is_restored_goes_on_and_sends_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, archive = tmp_path / "first", tmp_path / "second", tmp_path / "vip.tar.gz"
    promised: list[tuple[str, str]] = []
    async with Relay() as relay:
        relay.answers[LATER["email"]] = "451 4.3.0 not now"
        async with stack(first, relay) as house:
            refused = await house.invite(contact=LATER)
            stop = asyncio.Event()
            calling = [asyncio.create_task(call(house, promised, stop)) for _ in range(CALLERS)]
            await until(partial(_is, lambda: len(promised) >= 2 * CALLERS), seconds=PATIENCE)
            number = await almost_overdue(house, timedelta(seconds=12))
            kept = promised[: 2 * CALLERS]
            await back_up_while_letters_leave(house, first, archive, relay, number, monkeypatch)
            with pytest.raises(BackupRefused, match="in use by another vip up") as in_use:
                await backup.restore(archive, first, replace=True)
            assert in_use.value.code == "folder_in_use"
            await until(partial(_is, lambda: relay.waiting > 0))
            stop.set()
            await asyncio.gather(*calling)
        left = len(relay.letters)
        relay.open.set()

        await backup.restore(archive, second)
        async with stack(second, relay) as house:
            relay.answers.clear()
            for vip, one in kept:
                known = await house.customer(vip).query("details")
                assert one in [each["authorization_number"] for each in known["authorizations"]]
                assert (await house.order(one, "place_order", {"order_reference": f"PO-{one}"}))["state"] == "ordered"
            await relay.wait_for(lambda letter: LATER["email"] in letter.rcpt_to, seconds=PATIENCE)
            await until(partial(_is_overdue, house, number), seconds=PATIENCE)
            await nothing_waits(house)
            await shut(relay, second)
        assert len(relay.letters) > left
        assert relay.repeated() == {}

        relay.open.set()
        done = await backup.restore(archive, first, replace=True, sent=second / "sent.db")
        assert done.learnt > 0
        assert done.aside is not None
        async with stack(first, relay) as house:
            await house.tell(refused, "accept_invitation", ACCEPT)
            await until(partial(_is_overdue, house, number), seconds=PATIENCE)
            await nothing_waits(house)
            await shut(relay, first)
        assert relay.repeated() == {}
        assert [letter.subject for letter in relay.to(LATER["email"])] != []


async def _is_overdue(house: Lab, number: str) -> bool:
    return await _state(house, number) == "overdue"


async def _state(house: Lab, number: str) -> str:
    return str((await house.authorization(number).query("details"))["state"])
