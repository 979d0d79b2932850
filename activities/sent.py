"""The memory of letters that were handed over: a small SQLite file that the workers of one machine may share.

It is asked before a letter goes to the relay and told afterwards, so that neither a second attempt nor a database that
was set back to its backup sends again what has left. What remains is the moment between the relay's yes and the commit
of that line to disk, some milliseconds: a worker killed right then, or a connection that breaks before the relay's
answer, leaves a letter that may have arrived and is sent once more, with the same bytes and the same Message-ID. So
does a worker that is stopped amid a conversation, taken for dead, and woken after another has sent the letter.

There are no names, addresses or words in it: SHA-256 of a letter's key, when, and the relay's code. A line is about a
hundred bytes and is kept for good, since nobody knows how old the backup is that will be restored.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from temporalio import activity

from activities.attempt import BEAT
from activities.mail import SILENCE, Accepted, MailSystem, MailTransient, Turn

T = TypeVar("T")
PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""
_TABLE = """
create table if not exists letter (
    key blob primary key,
    accepted_at text,
    code integer,
    claimed_by blob,
    claimed_until real,
    uncertain integer not null default 0
) without rowid
"""


class NotAMemory(Exception):
    """The file is none, or cannot be used; the message says why."""


class SentLetters:
    """The memory on disk.

    A claim keeps others from sending the same letter meanwhile. It lapses `claim` after its last renewal, so the letter
    of a killed worker waits no longer. One thread does all work on the file: a commit waits for the disk, and nothing
    else has to wait with it.
    """

    def __init__(self, path: Path, *, claim: timedelta = SILENCE) -> None:
        """Open the file, or make it, for its owner alone. Raises `NotAMemory`."""
        self._claim = claim
        self._file = opened(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sent-letters")

    def close(self) -> None:
        """Wait for what is being written, and close the file."""
        self._thread.shutdown()
        self._file.close()

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[Turn]:
        """The turn of one attempt. Raises `MailTransient` while another has it, `MailSystem` if nothing can be kept."""
        hashed, ours = sha256(key.encode()).digest(), secrets.token_bytes(16)
        turn = await self._do(lambda: self._take(hashed, ours))
        if turn.accepted is not None:
            activity.logger.info("this letter was handed over before; it is not sent again")
            yield turn
            return
        renewing = asyncio.create_task(self._renew(hashed, ours))
        try:
            yield turn
        finally:
            renewing.cancel()
            await self._settle(hashed, ours, turn)

    def _take(self, key: bytes, ours: bytes) -> Turn:
        now, until = datetime.now(UTC).timestamp(), self._until()
        with self._file:
            self._file.execute("begin immediate")
            asked = "select code, claimed_until, uncertain from letter where key = ?"
            code, claimed_until, uncertain = self._file.execute(asked, (key,)).fetchone() or (None, None, 0)
            if code is not None:
                return Turn(Accepted(code, uncertain))
            if claimed_until is not None:
                # One that lasts longer than any can was made before the clock was set back.
                if now < claimed_until <= until:
                    wait = timedelta(seconds=claimed_until - now)
                    raise MailTransient("another attempt of this letter is under way", retry_after=wait)
                uncertain += 1  # whoever had the turn was killed: how far it came, nobody knows
            self._file.execute(
                "insert into letter (key, claimed_by, claimed_until, uncertain) values (?1, ?2, ?3, ?4)"
                " on conflict do update set claimed_by = ?2, claimed_until = ?3, uncertain = ?4",
                (key, ours, until, uncertain),
            )
        return Turn(uncertain=uncertain)

    def _until(self) -> float:
        return (datetime.now(UTC) + self._claim).timestamp()

    async def _renew(self, key: bytes, ours: bytes) -> None:
        renewal = "update letter set claimed_until = ? where key = ? and claimed_by = ?"
        while True:
            await asyncio.sleep(BEAT)
            with suppress(MailSystem):  # the next time, or it lapses
                await self._do(lambda: self._file.execute(renewal, (self._until(), key, ours)))

    async def _settle(self, key: bytes, ours: bytes, turn: Turn) -> None:
        accepted = turn.accepted
        try:
            await self._do(lambda: self._keep(key, accepted) if accepted else self._release(key, ours, turn))
        except MailSystem as failure:
            if accepted is None:
                return  # the claim lapses by itself
            # The letter has left: to fail now would send it again.
            activity.logger.error("a letter was sent and could not be remembered: %s", failure)

    def _keep(self, key: bytes, accepted: Accepted) -> None:
        with self._durable(), self._file:
            self._file.execute(
                "insert into letter (key, accepted_at, code) values (?1, ?2, ?3) on conflict do update"
                " set accepted_at = ?2, code = ?3, claimed_by = null, claimed_until = null",
                (key, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", accepted.code),
            )

    @contextmanager
    def _durable(self) -> Iterator[None]:
        """What is committed survives a power cut. A claim need not: nor does who holds it."""
        self._file.execute("pragma synchronous = full")
        try:
            yield
        finally:
            self._file.execute("pragma synchronous = normal")

    def _release(self, key: bytes, ours: bytes, turn: Turn) -> None:
        """A letter that surely has not left is forgotten, unless an attempt before ended in the dark."""
        ended, mine = turn.uncertain + turn.in_the_dark, "key = ?1 and claimed_by = ?2 and code is null"
        with self._file:
            if ended:
                kept = f"update letter set claimed_by = null, claimed_until = null, uncertain = ?3 where {mine}"  # noqa: S608
                self._file.execute(kept, (key, ours, ended))
            else:
                self._file.execute(f"delete from letter where {mine}", (key, ours))  # noqa: S608

    async def _do(self, work: Callable[[], T]) -> T:
        """What was begun is finished, even when the attempt is cancelled meanwhile."""
        try:
            return await asyncio.shield(asyncio.wrap_future(self._thread.submit(work)))
        except sqlite3.Error as error:
            raise MailSystem(f"the memory of sent letters cannot be used: {type(error).__name__}") from None


def opened(path: Path) -> sqlite3.Connection:
    """The file, made if there is none. Raises `NotAMemory`."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        file = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise NotAMemory(f"{path} cannot be opened: {error}") from None
    try:
        file.execute("pragma journal_mode = wal")
        file.execute("pragma synchronous = normal")
        file.execute(_TABLE)
        if "uncertain" not in {column[1] for column in file.execute("pragma table_info(letter)")}:
            file.execute("alter table letter add column uncertain integer not null default 0")
        file.execute("select key, accepted_at, code, claimed_by, claimed_until from letter limit 1")
    except sqlite3.Error as error:
        file.close()
        raise NotAMemory(f"{path} is no memory of sent letters: {error}") from None
    return file


def forget_claims(path: Path) -> None:
    """In a copy they are of processes that have nothing to do with it. Raises `NotAMemory`."""
    with closing(opened(path)) as file:
        file.execute("delete from letter where code is null")


def merge(into: Path, other: Path) -> int:
    """Let one memory know what the other knows too. Returns how many letters were new to it. Raises `NotAMemory`."""
    with closing(opened(other)) as theirs, closing(opened(into)) as ours, ours:
        ours.execute("begin immediate")
        return ours.executemany(
            "insert into letter (key, accepted_at, code) values (?, ?, ?) on conflict (key) do update"
            " set accepted_at = excluded.accepted_at, code = excluded.code where letter.code is null",
            theirs.execute("select key, accepted_at, code from letter where code is not null"),
        ).rowcount
