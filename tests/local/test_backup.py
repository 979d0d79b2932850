"""Backups as files: what is in them, what is refused and in which words, and what a restore leaves as it was."""

import gzip
import io
import json
import mailbox
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from activities.mail import Accepted
from activities.sent import SentLetters
from cases.carrying import SCHEMA
from local.archive import FORM, BackupRefused
from local.backup import back_up, restore
from local.inbox.letters import Letters
from local.stack import claimed

LETTER = b"X-MailFrom: a@example.com\nX-RcptTo: b@example.com\nSubject: kept\n\ntext\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The folder of a stack that was stopped."""
    folder = tmp_path / "data"
    folder.mkdir()
    mailbox.Maildir(folder / "mail").add(LETTER)
    for name in ("stack.json", "samples-made", "link-secret", "payload-keys", "lock", "vip.log", "stack.env"):
        (folder / name).write_text(f"this is {name}")
    with closing(sqlite3.connect(folder / "temporal.db")) as file, file:
        file.execute("pragma journal_mode = wal")
        file.execute("create table executions (name text)")
        file.execute("insert into executions values ('before')")
    SentLetters(folder / "sent.db").close()
    return folder


@pytest.fixture
def archive(data: Path, tmp_path: Path) -> Path:
    made = tmp_path / "vip.tar.gz"
    back_up(data, made)
    return made


async def send(memory: Path, *keys: str) -> None:
    with closing(SentLetters(memory)) as letters:
        for key in keys:
            async with letters.turn(key) as turn:
                turn.accepted = Accepted(250)


async def knows(memory: Path, key: str) -> bool:
    with closing(SentLetters(memory)) as letters:
        async with letters.turn(key) as turn:
            return turn.accepted is not None


def state_of(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / "temporal.db")) as file:
        return [row[0] for row in file.execute("select name from executions")]


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def packed_anew(archive: Path, change: Callable[[dict[str, bytes]], Any]) -> None:
    """Open an archive, change its files, and close it again."""
    with tarfile.open(archive) as tar:
        files = {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar.getmembers()}
    change(files)
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


def told_otherwise(**manifest: Any) -> Callable[[dict[str, bytes]], None]:
    def change(files: dict[str, bytes]) -> None:
        files["manifest.json"] = json.dumps({**json.loads(files["manifest.json"]), **manifest}).encode()

    return change


async def refused(archive: Path, data: Path, **options: Any) -> BackupRefused:
    with pytest.raises(BackupRefused) as said:
        await restore(archive, data, **options)
    assert "\n" not in said.value.message
    return said.value


async def test_what_a_stack_keeps_comes_back_and_only_its_owner_may_read_it(archive: Path, tmp_path: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600  # noqa: ASYNC240
    assert names_in(tmp_path) == {"data", "vip.tar.gz"}
    folder = tmp_path / "elsewhere" / "data"
    done = await restore(archive, folder)
    assert (done.aside, done.learnt, done.missing) == (None, 0, ())
    kept = {"temporal.db", "sent.db", "mail", "stack.json", "samples-made", "link-secret", "payload-keys", "lock"}
    assert names_in(folder) == kept
    assert state_of(folder) == ["before"]
    assert (folder / "payload-keys").read_text() == "this is payload-keys"
    assert [letter.subject for letter in Letters(folder / "mail").all()] == ["kept"]
    private = [path.stat().st_mode & 0o077 for path in folder.rglob("*") if path.name != "lock"]
    assert set(private) == {0}
    mailbox.Maildir(folder / "mail").add(LETTER)
    assert len(Letters(folder / "mail").all()) == 2


async def test_a_claim_of_a_letter_on_its_way_is_not_taken_along(data: Path, tmp_path: Path) -> None:
    made = tmp_path / "vip.tar.gz"
    with closing(SentLetters(data / "sent.db")) as letters:
        async with letters.turn("on its way"):
            back_up(data, made)
    await restore(made, tmp_path / "new")
    assert not await knows(tmp_path / "new" / "sent.db", "on its way")


async def test_keys_that_were_left_out_are_asked_for_unless_the_folder_has_them(data: Path, tmp_path: Path) -> None:
    made = tmp_path / "vip.tar.gz"
    manifest = back_up(data, made, keys=False, inbox=False)
    assert set(manifest.files) == {"temporal.db", "sent.db", "stack.json", "samples-made"}
    assert (await restore(made, tmp_path / "new")).missing == ("link-secret", "payload-keys")
    assert (await restore(made, data, replace=True)).missing == ()
    assert (data / "payload-keys").read_text() == "this is payload-keys"
    assert [letter.subject for letter in Letters(data / "mail").all()] == ["kept"], "what was caught stays caught"


async def test_what_is_replaced_is_kept_aside_and_what_it_sent_since_stays_sent(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    await send(data / "sent.db", "a", "b")
    await send(tmp_path / "sent.db", "b", "c")
    with closing(sqlite3.connect(data / "temporal.db")) as file, file:
        file.execute("insert into executions values ('after')")
    done = await restore(archive, data, replace=True, sent=tmp_path / "sent.db")
    assert done.learnt == 3
    assert state_of(data) == ["before"]
    assert done.aside is not None
    assert done.aside.parent == data
    assert state_of(done.aside) == ["before", "after"]
    assert (done.aside / "vip.log").exists()
    for key in "abc":
        assert await knows(data / "sent.db", key)
    (data / "sent.db").unlink()
    assert (await restore(archive, data, replace=True)).learnt == 2, "what stands aside is asked too"


async def test_a_restore_that_was_killed_is_made_again(data: Path, archive: Path) -> None:
    (data / "restoring").mkdir()
    (data / "restoring" / "temporal.db").write_text("half of it")
    await restore(archive, data, replace=True)
    assert state_of(data) == ["before"]
    assert "restoring" not in names_in(data)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        (told_otherwise(form=FORM + 1, version="9.9"), "archive_too_new", "made by release 9.9"),
        (told_otherwise(cases=SCHEMA + 1, files=[]), "archive_too_new", "restore it with that release"),
        (told_otherwise(files=7), "archive_damaged", "its manifest cannot be read"),
        (lambda files: files.update({"manifest.json": b"[]"}), "archive_damaged", "its manifest cannot be read"),
        (lambda files: files.update({"link-secret": b"mine"}), "archive_damaged", "link-secret is not what was backed"),
        (lambda files: files.pop("temporal.db"), "archive_damaged", "temporal.db is missing"),
        (lambda files: files.update({"../outside": b""}), "archive_damaged", "outside does not belong there"),
        (lambda files: files.pop("manifest.json"), "not_an_archive", "vip backup FILE makes one"),
    ],
)
async def test_an_archive_that_is_not_as_it_was_made_changes_nothing(
    data: Path, archive: Path, change: Callable[[dict[str, bytes]], None], code: str, words: str
) -> None:
    packed_anew(archive, change)
    before = names_in(data)
    said = await refused(archive, data, replace=True)
    assert (said.code, words in said.message) == (code, True), said.message
    assert names_in(data) == before
    assert state_of(data) == ["before"]


@pytest.mark.parametrize("name", ["temporal.db", "sent.db"])
async def test_a_database_that_was_damaged_before_it_was_packed_is_found(
    data: Path, archive: Path, tmp_path: Path, name: str
) -> None:
    (data / f"{name}-wal").unlink(missing_ok=True)
    (data / name).write_bytes(b"SQLite format 3\0" + b"nonsense" * 1000)
    with pytest.raises(BackupRefused, match=name) as said:
        back_up(data, tmp_path / "new.tar.gz")
    assert said.value.code == "database_damaged"
    assert names_in(tmp_path) == {"data", "vip.tar.gz"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (lambda whole: whole[: len(whole) // 2], "archive_damaged"),
        (lambda whole: whole[:-1000] + bytes(1000), "archive_damaged"),
        (lambda whole: whole[:200] + b"?" * 50 + whole[250:], "archive_damaged"),
        (lambda _whole: b"", "not_an_archive"),
        (lambda _whole: b"a letter, or anything else", "not_an_archive"),
        (lambda _whole: gzip.compress(b"something else" * 999), "not_an_archive"),
    ],
)
async def test_what_is_cut_off_or_no_archive_at_all_is_said_to_be_so(
    archive: Path, tmp_path: Path, content: Callable[[bytes], bytes], code: str
) -> None:
    archive.write_bytes(content(archive.read_bytes()))  # noqa: ASYNC240
    said = await refused(archive, tmp_path / "new")
    assert said.code == code
    assert str(archive) in said.message


async def test_a_folder_with_something_in_it_or_in_use_is_not_touched(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    said = await refused(archive, data)
    assert (said.code, "--replace" in said.message) == ("folder_not_empty", True)
    async with claimed(data):
        said = await refused(archive, data, replace=True)
    assert (said.code, "in use" in said.message) == ("folder_in_use", True)
    (data / "sent.db").write_bytes(b"nonsense" * 1000)
    said = await refused(archive, data, replace=True)
    assert (said.code, "Move it away" in said.message) == ("sent_letters_unreadable", True)
    said = await refused(archive, tmp_path / "new", sent=tmp_path / "nothing")
    assert (said.code, "is no file" in said.message) == ("sent_letters_unreadable", True)


def test_a_backup_overwrites_nothing_unasked_and_leaves_nothing_half_done(
    data: Path, archive: Path, tmp_path: Path
) -> None:
    before = archive.read_bytes()
    with pytest.raises(BackupRefused, match="--force") as said:
        back_up(data, archive)
    assert said.value.code == "file_exists"
    assert archive.read_bytes() == before
    with pytest.raises(BackupRefused, match=r"no temporal\.db") as nothing:
        back_up(tmp_path, tmp_path / "new.tar.gz")
    assert nothing.value.code == "nothing_to_back_up"
    with closing(sqlite3.connect(data / "temporal.db")) as file, file:
        file.execute("insert into executions values ('after')")
    back_up(data, archive, force=True)
    assert archive.read_bytes() != before
    assert names_in(tmp_path) == {"data", "vip.tar.gz"}
