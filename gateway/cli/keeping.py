"""Backup and restore of the stack on this machine."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.cli.asking import LOOKING, Looking
from gateway.cli.options import Flag
from gateway.cli.output import WrongUsage, document, say
from gateway.cli.stack import DATA, Data
from gateway.errors import Refused

if TYPE_CHECKING:
    from local.archive import BackupRefused


def backup(
    file: Path,
    /,
    *,
    data: Data = DATA,
    keys: bool = True,
    inbox: bool = True,
    force: Flag = False,
    looking: Looking = LOOKING,
) -> None:
    """Write everything that a stack keeps into one file, while it runs or not.

    Parameters
    ----------
    file
        The archive to be made, such as vip.tar.gz.
    keys
        With the keys of links and payloads: whoever has the file can then read everything in it.
    inbox
        With the letters that the mail catcher kept.
    force
        Overwrite the file.
    """
    from local.archive import BackupRefused
    from local.backup import back_up

    try:
        manifest = back_up(data, file, keys=keys, inbox=inbox, force=force)
        size = file.stat().st_size
    except BackupRefused as refused:
        raise _in_our_words(refused) from None
    except OSError as error:
        raise WrongUsage(f"{file} cannot be written: {error.strerror}") from None
    if looking.json:
        made_at = f"{manifest.made_at:%Y-%m-%dT%H:%M:%SZ}"
        document({"file": file, "made_at": made_at, "size": size, "files": sorted(manifest.files)})
        return
    say(f"{file} holds {data} as it was at {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC ({size / 1e6:.1f} MB).")
    say("With the keys in it, it is as secret as they are." if keys else "The keys are not in it: keep them elsewhere.")


def restore(
    file: Path,
    /,
    *,
    data: Data = DATA,
    replace: Flag = False,
    sent: Path | None = None,
    looking: Looking = LOOKING,
) -> None:
    """Put a backup into a folder; the next `vip up` there goes on from it.

    Parameters
    ----------
    file
        What vip backup made.
    replace
        The folder is in use no longer and not empty: what is in it is kept aside in it.
    sent
        The sent.db of the stack that was backed up, if it is still there: what it sent since is not sent again.
    """
    from local.archive import BackupRefused
    from local.backup import restore as restored

    try:
        done = asyncio.run(restored(file, data, replace=replace, sent=sent))
    except BackupRefused as refused:
        raise _in_our_words(refused) from None
    except OSError as error:
        raise WrongUsage(f"{error.filename or file} cannot be used: {error.strerror}") from None
    if looking.json:
        document(
            {
                "data": data,
                "made_at": f"{done.manifest.made_at:%Y-%m-%dT%H:%M:%SZ}",
                "kept_aside": done.aside,
                "letters_sent_since": done.learnt,
                "missing_keys": list(done.missing),
            }
        )
        return
    say(f"{data} is as it was at {done.manifest.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    if done.aside:
        say(
            f"What was there before is in {done.aside}. {done.learnt} letters were sent since; they are not sent again."
        )
    if done.missing:
        say(f"Before the start put the keys there that were not in the backup: {', '.join(done.missing)}.")
    say(f"Go on with: vip up --data {data}")


def _in_our_words(refused: "BackupRefused") -> Refused:
    return Refused(refused.code, refused.message, [{"code": refused.code, "message": refused.message}])
