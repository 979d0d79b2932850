"""Messages as they lie about: one in a file, many in an mbox, a Maildir, or on standard input."""

import mailbox
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

STANDARD_INPUT = "-"


class Found(NamedTuple):
    """One message, and where it was."""

    where: str
    raw: bytes


def messages(name: str) -> Iterator[Found]:
    """Every message there. Nothing is changed or moved. Raises `OSError`."""
    path = Path(name)
    if name == STANDARD_INPUT:
        yield from _in_text("standard input", sys.stdin.buffer.read())
    elif path.is_dir():
        yield from _in_folder(path)
    else:
        yield from _in_text(name, path.read_bytes())


def _in_folder(path: Path) -> Iterator[Found]:
    if (path / "cur").is_dir() or (path / "new").is_dir():
        for folder in ("new", "cur"):
            for each in sorted((path / folder).iterdir()) if (path / folder).is_dir() else ():
                yield Found(str(each), each.read_bytes())
        return
    for each in sorted(path.iterdir()):
        if each.is_file() and not each.name.startswith("."):
            yield from _in_text(str(each), each.read_bytes())


def _in_text(name: str, raw: bytes) -> Iterator[Found]:
    if not raw.startswith(b"From "):
        yield Found(name, raw)
        return
    starts = [0, *(at + 2 for at in _each(raw, b"\n\nFrom ")), len(raw)]
    for number, (begin, end) in enumerate(pairwise(starts), 1):
        _, _, message = raw[begin:end].partition(b"\n")
        yield Found(f"{name}, message {number}", bytes(mailbox.mboxMessage(message)))


def _each(raw: bytes, what: bytes) -> Iterator[int]:
    at = raw.find(what)
    while at >= 0:
        yield at
        at = raw.find(what, at + 1)
