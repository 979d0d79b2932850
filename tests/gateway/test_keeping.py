"""`vip backup` and `vip restore` at the command line."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from activities.mail import Accepted
from activities.sent import SentLetters
from tests.gateway.conftest import Vip

SENT = Path(".data/sent.db")


@pytest.fixture(autouse=True)
def _stopped(vip: Vip) -> None:
    """The folder of a stack that was stopped, where the command is called."""
    data = Path(".data")
    data.mkdir()
    with closing(sqlite3.connect(data / "temporal.db")) as file:
        file.execute("create table executions (name text)")
    (data / "payload-keys").write_text("local:key")
    SentLetters(SENT).close()


async def test_a_backup_is_made_and_put_back(vip: Vip) -> None:
    made = await vip.done("backup", "vip.tar.gz")
    assert made["files"] == ["payload-keys", "sent.db", "temporal.db"]
    assert made["size"] > 0
    said = await vip("restore", "vip.tar.gz", "--data", "new")
    assert said.status == 0
    assert "vip up --data new" in said.out
    with closing(SentLetters(SENT)) as letters:
        async with letters.turn("letter") as turn:
            turn.accepted = Accepted(250)
    restored = await vip.done("restore", "vip.tar.gz", "--replace")
    assert restored["made_at"] == made["made_at"]
    assert restored["letters_sent_since"] == 1
    assert restored["missing_keys"] == []
    assert restored["kept_aside"].startswith(".data/replaced-")


async def test_keys_that_are_kept_elsewhere_are_named(vip: Vip) -> None:
    said = await vip("backup", "vip.tar.gz", "--no-keys")
    assert "The keys are not in it" in said.out
    said = await vip("restore", "vip.tar.gz", "--data", "new")
    assert "Before the start put the keys there that were not in the backup: payload-keys." in said.out


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("backup vip.tar.gz --data nothing", 1, "nothing_to_back_up"),
        ("backup .data", 1, "file_exists"),
        ("backup no/folder/vip.tar.gz", 2, "wrong_usage"),
        ("backup", 2, "wrong_usage"),
        ("restore nothing.tar.gz", 2, "wrong_usage"),
        ("restore .data --data new", 2, "wrong_usage"),
        ("restore .data/payload-keys --data new", 1, "not_an_archive"),
    ],
)
async def test_what_cannot_be_done_is_refused_in_words(vip: Vip, words: str, status: int, code: str) -> None:
    said = await vip(*words.split(), "--json")
    assert (said.status, said.json["code"]) == (status, code)
    plain = await vip(*words.split())
    assert plain.status == status
    assert len(plain.err.splitlines()) == 1
    assert not await asyncio.to_thread(Path("new").exists)
