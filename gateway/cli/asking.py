"""From a command line to a gateway and back: options that every command has, where the server is, and the call."""

import asyncio
import getpass
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from cyclopts import Parameter

from gateway.cli.output import WrongUsage, document
from gateway.errors import Unavailable

if TYPE_CHECKING:
    from temporalio.client import Client

    from gateway.bodies import Line
    from gateway.client import Gateway
    from gateway.connecting import Server
    from settings import Settings

T = TypeVar("T")
B = TypeVar("B", bound=Mapping[str, object])
Answer = dict[str, Any]
READER = "cli"
"""Who reads, for the register: each command is a process of its own."""


@Parameter(name="*")
@dataclass(frozen=True)
class Looking:
    """What every command can be told."""

    json: Annotated[bool, Parameter(negative=(), help="Answer with JSON.")] = False


@Parameter(name="*")
@dataclass(frozen=True)
class Doing(Looking):
    """What every command that changes something can be told."""

    key: Annotated[str | None, Parameter(help="Idempotency key: the same again has no second effect.")] = None
    actor: Annotated[str | None, Parameter(help="Who does it, for the journal; by default the login name.")] = None


LOOKING, DOING = Looking(), Doing()


def ask(options: Looking, question: Callable[["Gateway"], Awaitable[T]], show: Callable[[T], None]) -> None:
    """Ask a gateway, and print the answer."""
    answer = asyncio.run(_asked(question))
    if options.json:
        document(answer)
    else:
        show(answer)


def change(
    options: Doing, body: B, act: Callable[["Gateway", B, str], Awaitable[T]], show: Callable[[T], None]
) -> None:
    """Do something, once for each key, and print the answer. What is None is left out of the body."""
    from gateway.keys import new_key

    told = {**body, "actor": options.actor or _login()}
    said = cast(B, {name: value for name, value in told.items() if value is not None})
    key = options.key or new_key()
    try:
        ask(options, lambda gateway: act(gateway, said, key), show)
    except Unavailable as unavailable:
        raise Unavailable(
            f"{unavailable.message}. The same command with --key {key} finds out what became of it."
        ) from None


def lines(words: Iterable[str]) -> "list[Line] | None":
    """Products and quantities as they are written: PRODUCT=QUANTITY. None: none were given. Raises `WrongUsage`."""
    found: list[Line] = []
    for word in words:
        product, _, quantity = word.partition("=")
        if not product or not quantity.removeprefix("-").isdecimal():
            raise WrongUsage(f"{word} is not PRODUCT=QUANTITY, such as photoshop-team=5")
        found.append({"product": product, "quantity": int(quantity)})
    return found or None


def settings_here() -> "Settings":
    """The settings of this program. Raises `WrongUsage`."""
    from settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        raise WrongUsage(str(error)) from None


def server(settings: "Settings") -> "Server":
    """The server that the environment names, else the stack that runs here. Raises `WrongUsage`."""
    from gateway import connecting
    from settings import SettingsError

    try:
        return connecting.server(settings)
    except SettingsError as error:
        raise WrongUsage(str(error)) from None


async def connected(where: "Server") -> "Client":
    """A client of that server. Raises `Unavailable`, and `WrongUsage` for a server whose keys are missing."""
    from gateway import connecting
    from settings import SettingsError

    try:
        return await connecting.connected(where)
    except SettingsError as error:
        raise WrongUsage(str(error)) from None


@asynccontextmanager
async def gateway_here(settings: "Settings", patience: float | None = None) -> "AsyncIterator[Gateway]":
    """The gateway to the server of these settings. Raises `Unavailable`, `WrongUsage`."""
    from gateway.connecting import opened
    from settings import SettingsError

    try:
        async with opened(settings, patience) as gateway:
            yield gateway.as_reader(READER)
    except SettingsError as error:
        raise WrongUsage(str(error)) from None


async def _asked(question: Callable[["Gateway"], Awaitable[T]]) -> T:
    async with gateway_here(settings_here()) as gateway:
        return await question(gateway)


def _login() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
