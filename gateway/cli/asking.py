"""From a command line to a gateway and back: options that every command has, where the server is, and the call."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from cyclopts import Parameter

from gateway.cli.output import WrongUsage, document
from gateway.errors import Unavailable

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.envconfig import ClientConnectConfig

    from gateway.client import Gateway
    from settings import Settings

T = TypeVar("T")
Answer = dict[str, Any]
CONNECT_LIMIT = 10.0


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
    options: Doing,
    body: Answer,
    act: Callable[["Gateway", Answer, str], Awaitable[Answer]],
    show: Callable[[Answer], None],
) -> None:
    """Do something, once for each key, and print the answer. What is None is left out of the body."""
    from gateway.keys import new_key

    actor = options.actor or _login()
    said = {name: value for name, value in {**body, "actor": actor}.items() if value is not None}
    key = options.key or new_key()
    try:
        ask(options, lambda gateway: act(gateway, said, key), show)
    except Unavailable as unavailable:
        raise Unavailable(
            f"{unavailable.message}. The same command with --key {key} finds out what became of it."
        ) from None


def lines(words: Iterable[str]) -> list[Answer] | None:
    """Products and quantities as they are written: PRODUCT=QUANTITY. None: none were given. Raises `WrongUsage`."""
    found = []
    for word in words:
        product, _, quantity = word.partition("=")
        if not product or not quantity.removeprefix("-").isdecimal():
            raise WrongUsage(f"{word} is not PRODUCT=QUANTITY, such as photoshop-team=5")
        found.append({"product": product, "quantity": int(quantity)})
    return found or None


@dataclass(frozen=True)
class Server:
    """Where the server is, and the settings with the keys to what it keeps."""

    connection: "ClientConnectConfig"
    settings: "Settings"

    @property
    def address(self) -> str:
        return str(self.connection["target_host"])


def settings_here() -> "Settings":
    """The settings of this program. Raises `WrongUsage`."""
    from settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        raise WrongUsage(str(error)) from None


def server(settings: "Settings") -> Server:
    """The server that the environment names, else the stack that runs here (with its keys), else the usual address.

    Raises `WrongUsage`.
    """
    from local.stack import NAMESPACE, StackError, keys, running
    from settings import SettingsError, environment, temporal_connection

    try:
        where = temporal_connection()
        if (stack := running()) is not None:
            if "TEMPORAL_ADDRESS" not in environment():
                where["target_host"], where["namespace"] = stack.address, NAMESPACE
            if where["target_host"] == stack.address:
                settings = settings.model_copy(update={"payload_keys": keys(stack.data)})
    except (SettingsError, StackError) as error:
        raise WrongUsage(str(error)) from None
    return Server(where, settings)


async def connected(where: Server) -> "Client":
    """A client of that server. Raises `Unavailable`, and `WrongUsage` for a server whose keys are missing."""
    from temporalio.client import Client
    from temporalio.service import RPCError

    from encryption.converter import data_converter
    from settings import SettingsError

    try:
        async with asyncio.timeout(CONNECT_LIMIT):
            client = await Client.connect(**where.connection)
        config = client.config()
        config["data_converter"] = data_converter(where.settings, where.address)
        return Client(**config)
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    except (TimeoutError, RuntimeError, RPCError):
        raise Unavailable(
            f"No Temporal server answers at {where.address}; start one with vip up, or set TEMPORAL_ADDRESS."
        ) from None


async def gateway_here(settings: "Settings") -> "Gateway":
    """The gateway to the server of these settings. Raises `Unavailable`."""
    from gateway.client import Gateway

    secret = settings.number_secret.get_secret_value() if settings.number_secret else ""
    client = await connected(server(settings))
    return Gateway(client, task_queue=settings.task_queue, number_secret=secret)


async def _asked(question: Callable[["Gateway"], Awaitable[T]]) -> T:
    return await question(await gateway_here(settings_here()))


def _login() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None
