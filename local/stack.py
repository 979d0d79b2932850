"""One local stack and its folder: what is where, the lock, and what the next start and other programs need to know."""

import asyncio
import fcntl
import json
import os
import secrets
import shlex
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from encryption.keys import Key
from local.ports import HOST, Ports
from settings import Settings

DEFAULT_DATA = Path(".data")
NAMESPACE = "default"
_LAST_ONE_ENDS = 20.0


class StackError(Exception):
    """The stack cannot run here; the message is one line for the person who starts it."""


@dataclass(frozen=True)
class Stack:
    """What is where. `data` is the stack's folder: everything it keeps is in it."""

    data: Path
    ports: Ports

    @property
    def address(self) -> str:
        return f"{HOST}:{self.ports.temporal}"

    @property
    def ui_url(self) -> str:
        return f"http://{HOST}:{self.ports.ui}"

    @property
    def codec_url(self) -> str:
        return f"{self.ui_url}/codec"

    @property
    def inbox_url(self) -> str:
        return f"{self.ui_url}/inbox"

    @property
    def ui_behind(self) -> str:
        return f"http://{HOST}:{self.ports.ui_behind}"

    @property
    def smtp_url(self) -> str:
        return f"smtp://{HOST}:{self.ports.smtp}"

    @property
    def page_url(self) -> str:
        return f"http://{HOST}:{self.ports.page}"

    @property
    def inbox(self) -> Path:
        return self.data / "mail"

    @property
    def sent_letters(self) -> Path:
        return self.data.absolute() / "sent.db"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.data.absolute() / 'register.sqlite3'}"


def running(data: Path = DEFAULT_DATA) -> Stack | None:
    """The stack that runs on this folder now, if one does."""
    try:
        with (data / "lock").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        known = _known(data)
        return Stack(data, known[1]) if known else None
    except OSError:
        return None


@asynccontextmanager
async def claimed(data: Path) -> AsyncIterator[IO[str]]:
    """The folder belongs to one stack at a time, to its server too, which may outlive a killed `vip up` by a second.

    Raises `StackError`.
    """
    with _lock_file(data) as lock:
        for _ in range(int(_LAST_ONE_ENDS * 10)):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                lock.seek(0)
                if _alive(owner := lock.read().strip()):
                    raise StackError(
                        f"{data} is in use by another vip up (process {owner}): stop that one, or choose another --data"
                    ) from None
                await asyncio.sleep(0.1)
        else:
            raise StackError(f"{data} is still held by the server of a vip up that is gone")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def choose(data: Path, wanted: Ports) -> Stack:
    """Where this stack listens: as at the last start if that was asked the same, as `wanted`, or free ports instead."""
    known = _known(data)
    ports = known[1] if known and known[0] == wanted else wanted
    return Stack(data, ports.free())


def remember(stack: Stack, wanted: Ports) -> None:
    """Write down what is where, for the next start and for the other `vip` commands."""
    text = json.dumps({"wanted": asdict(wanted), "ports": asdict(stack.ports)}, indent=2)
    _write(stack.data / "stack.json", text)


def write_environment(stack: Stack, settings: Settings) -> Path:
    """The settings another program needs to work on this stack, to be read by a shell: `set -a; . stack.env`."""
    sender = settings.mail_from
    values = {
        "TEMPORAL_ADDRESS": stack.address,
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "VIP_TASK_QUEUE": settings.task_queue,
        "VIP_MAIL_TASK_QUEUE": settings.mail_task_queue,
        "VIP_SMTP_URL": stack.smtp_url,
        "VIP_SENT_LETTERS": str(stack.sent_letters),
        "VIP_DATABASE_URL": settings.database_url.get_secret_value() if settings.database_url else "",
        "VIP_MAIL_FROM": f"{sender.name} <{sender.address}>" if sender else "",
        "VIP_RESELLER_NAME": settings.reseller_name or "",
        "VIP_SUPPORT": settings.support or "",
        "VIP_RESELLER_LOGO": str(settings.reseller_logo.path) if settings.reseller_logo else "",
        "VIP_RESELLER_COLOUR": str(settings.reseller_colour),
        "VIP_PUBLIC_URL": stack.page_url,
        "VIP_UI_URL": stack.ui_url,
        "VIP_LINK_SECRET": link_secret(stack.data),
        "VIP_PAYLOAD_KEYS": payload_keys(stack.data),
        "VIP_PAYLOAD_ENCRYPTION": settings.payload_encryption,
        "TEMPORAL_CODEC_ENDPOINT": stack.codec_url,
    }
    return _write(stack.data / "stack.env", "".join(f"{name}={shlex.quote(value)}\n" for name, value in values.items()))


def link_secret(data: Path) -> str:
    """What this stack signs the links in its letters with. Made once, and kept: links outlive a restart."""
    return _kept(data / "link-secret", lambda: secrets.token_urlsafe(32))


def payload_keys(data: Path) -> str:
    """What this stack encrypts with, as VIP_PAYLOAD_KEYS takes it; a new key may be put in front in the file."""
    return _kept(data / "payload-keys", lambda: Key.new("local").text)


def keys(data: Path) -> tuple[Key, ...]:
    """Those keys. Raises `StackError` for a file that somebody has spoilt."""
    try:
        parsed: tuple[Key, ...] = Key.parse_all(payload_keys(data))
    except ValueError as error:
        raise StackError(f"{data / 'payload-keys'}: {error}") from None
    return parsed


def _kept(path: Path, new: Callable[[], str]) -> str:
    if not path.exists():
        _write(path, new())
    return path.read_text().strip()


def _lock_file(data: Path) -> IO[str]:
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (data / "lock").open("a+")
    except OSError as error:
        raise StackError(f"{data} cannot be used for the stack's data: {error.strerror}") from None


def _known(data: Path) -> tuple[Ports, Ports] | None:
    try:
        known = json.loads((data / "stack.json").read_text())
        return Ports(**known["wanted"]), Ports(**known["ports"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # never started, or not by us: the usual ports do


def _alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _write(path: Path, text: str) -> Path:
    """Whole or not at all, and for the owner alone."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)
    return path
