"""Backup and restore of the stack of `vip up`: its database, its memory of sent letters and its keys, in one file."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from urllib.parse import quote

from activities.sent import NotAMemory, forget_claims, merge
from local.archive import BackupRefused, Manifest, pack, read_manifest, unpack
from local.stack import StackError, claimed

DATABASE, SENT, REGISTER, INBOX = "temporal.db", "sent.db", "register.sqlite3", "mail"
KEYS = ("link-secret", "payload-keys")
_SMALL = ("stack.json", "samples-made")
_LOCK, _STAGING, _ASIDE = "lock", "restoring", "replaced-"


@dataclass(frozen=True)
class Restored:
    """What came of a restore. `aside` is where the folder's content went that was replaced; `learnt` counts the letters
    that were sent since the backup, as far as another memory knew them; `missing` are keys to be put there by hand."""

    manifest: Manifest
    aside: Path | None
    learnt: int
    missing: tuple[str, ...]


def back_up(data: Path, to: Path, *, keys: bool = True, inbox: bool = True, force: bool = False) -> Manifest:
    """Write the stack in this folder, running or not, into one file, whole or not at all.

    Raises `BackupRefused`, and `OSError` when the file cannot be written.
    """
    if not (data / DATABASE).is_file():
        raise BackupRefused("nothing_to_back_up", f"{data} holds no stack: there is no {DATABASE} in it.")
    if to.exists() and not force:
        raise BackupRefused("file_exists", f"{to} is there already: choose another name, or say --force.")
    with TemporaryDirectory(prefix=".vip-backup-", dir=to.absolute().parent) as temporary:
        folder, archive = Path(temporary, "files"), Path(temporary, "archive")
        folder.mkdir()
        made_at = datetime.now(UTC).replace(microsecond=0)
        # Before the database, so that it knows of no case more than the case itself; in clear, so only with the keys.
        if keys and (data / REGISTER).is_file():
            _copy_database(data / REGISTER, folder / REGISTER)
        _copy_database(data / DATABASE, folder / DATABASE)
        # After the database: of each letter that it takes for unsent the memory says whether it has left since.
        if (data / SENT).is_file():
            _copy_database(data / SENT, folder / SENT)
            forget_claims(folder / SENT)
        here = [name for name in KEYS if (data / name).is_file()]
        for name in (*filter(lambda each: (data / each).is_file(), _SMALL), *(here if keys else ())):
            shutil.copyfile(data / name, folder / name)
        if inbox:
            _copy_letters(data / INBOX, folder / INBOX)
        manifest = Manifest.of(folder, made_at, () if keys else tuple(here))
        pack(folder, manifest, archive)
        archive.replace(to)
    return manifest


async def restore(archive: Path, data: Path, *, replace: bool = False, sent: Path | None = None) -> Restored:
    """Put a backup into a folder that no stack runs on; the next `vip up` there goes on from it.

    With `replace` what is in the folder is kept aside in it. What was sent stays sent: its memory of letters, which may
    be newer, is merged into the backup's, as is `sent`, and its inbox too. Nothing is changed before the whole backup
    has been found good. Raises `BackupRefused`, and `OSError`.
    """
    read_manifest(archive)
    try:
        async with claimed(data):
            return _restored(archive, data, replace, sent)
    except StackError as error:
        raise BackupRefused("folder_in_use", f"{error}.") from None


def _restored(archive: Path, data: Path, replace: bool, sent: Path | None) -> Restored:
    staging = data / _STAGING
    shutil.rmtree(staging, ignore_errors=True)  # of a restore that was killed
    if _in_the_way(data) and not replace:
        raise BackupRefused(
            "folder_not_empty",
            f"{data} is not empty: choose another --data, or say --replace to keep it aside in there.",
        )
    staging.mkdir(mode=0o700)
    try:
        manifest = unpack(archive, staging)
        for name in (DATABASE, SENT, REGISTER):
            if (staging / name).is_file():
                _check(staging / name, "archive_damaged", archive)
        # Those kept aside too: an earlier restore may have been killed before it was done.
        known = [data / SENT, *sorted(data.glob(f"{_ASIDE}*/{SENT}"))]
        learnt = sum(_merge(staging / SENT, one) for one in (*filter(Path.is_file, known), *([sent] if sent else ())))
        missing = tuple(name for name in manifest.left_out if not _kept_key(data, staging, name))
        _copy_letters(data / INBOX, staging / INBOX)
        aside = _move_aside(data)
        # The database last: whoever has it has the memory of its letters too.
        for each in sorted(staging.iterdir(), key=lambda path: path.name == DATABASE):
            each.rename(data / each.name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Restored(manifest, aside, learnt, missing)


def _copy_database(source: Path, to: Path) -> None:
    """A picture of one moment, while others write: in one step, which needs no pause and is never begun anew."""
    uri = f"file:{quote(str(source.absolute()))}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as there, closing(sqlite3.connect(to)) as here:
            here.execute("pragma synchronous = off")
            there.backup(here)
    except sqlite3.Error as error:
        raise BackupRefused("database_damaged", f"{source} cannot be copied: {error}.") from None
    _check(to, "database_damaged", source)


def _check(database: Path, code: str, source: Path) -> None:
    try:
        with closing(sqlite3.connect(database)) as file:
            found = [str(row[0]) for row in file.execute("pragma integrity_check(1)")]
    except sqlite3.Error as error:
        found = [str(error)]
    if found != ["ok"]:
        raise BackupRefused(code, f"{source} is damaged: {database.name} is no whole database ({found[0]}).")


def _copy_letters(inbox: Path, to: Path) -> None:
    """The letters that are whole, unless they are there; what is still being written stands in `tmp`."""
    if not inbox.is_dir() and not to.is_dir():
        return
    for part in ("tmp", "new", "cur"):
        (to / part).mkdir(mode=0o700, parents=True, exist_ok=True)
    for letter in (*inbox.glob("new/*"), *inbox.glob("cur/*")):
        if not (there := to / letter.parent.name / letter.name).exists():
            shutil.copyfile(letter, there)


def _merge(into: Path, other: Path) -> int:
    try:
        if not other.is_file():
            raise NotAMemory(f"{other} is no file")
        return merge(into, other)
    except NotAMemory as error:
        raise BackupRefused(
            "sent_letters_unreadable",
            f"{error}. It tells which letters were sent since the backup: without it they go out once more. "
            "Move it away to restore without it.",
        ) from None


def _kept_key(data: Path, staging: Path, name: str) -> bool:
    if not (data / name).is_file():
        return False
    shutil.copy(data / name, staging / name)
    return True


def _in_the_way(data: Path) -> list[Path]:
    ours = (_LOCK, _STAGING)
    return [each for each in data.iterdir() if each.name not in ours and not each.name.startswith(_ASIDE)]


def _move_aside(data: Path) -> Path | None:
    if not (before := _in_the_way(data)):
        return None
    aside = Path(mkdtemp(prefix=f"{_ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%SZ}-", dir=data))
    for each in before:
        each.rename(aside / each.name)
    return aside
