"""Where the server is, and the keys to what it keeps: from the environment, else the stack that runs in this folder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.envconfig import ClientConnectConfig
from temporalio.service import RPCError

from encryption.converter import data_converter
from gateway.calling import PATIENCE
from gateway.client import Gateway
from gateway.errors import Unavailable
from local.stack import NAMESPACE, Stack, StackError, keys, running
from settings import Settings, SettingsError, environment, load, temporal_connection

if TYPE_CHECKING:
    from register.register import Register

CONNECT_LIMIT = 10.0
"""Seconds."""


@dataclass(frozen=True)
class Server:
    """Where the server is, and the settings with the keys to what it keeps."""

    connection: ClientConnectConfig
    settings: Settings

    @property
    def address(self) -> str:
        return str(self.connection["target_host"])


@asynccontextmanager
async def opened(settings: Settings | None = None, patience: float | None = None) -> AsyncIterator[Gateway]:
    """A gateway to the server of these settings, by default those of the environment.

    Raises `SettingsError`, `Unavailable`.
    """
    where, registers = server(load() if settings is None else settings), list["Register"]()
    address, secret = register_of(where.settings) or "", where.settings.number_secret

    def register() -> "Register":
        from register.register import Register

        if (path := missing(address)) is not None:
            raise Unavailable(
                f"There is no register at {path}: set VIP_DATABASE_URL to that of the workers, or make it with "
                "vip register rebuild."
            )
        registers.append(Register(address))
        return registers[0]

    try:
        yield Gateway(
            await connected(where),
            task_queue=where.settings.task_queue,
            number_secret="" if secret is None else secret.get_secret_value(),
            patience=PATIENCE if patience is None else patience,
            register=register if address else None,
        )
    finally:
        for one in registers:
            await one.close()


def server(settings: Settings) -> Server:
    """The server that the environment names, else the stack that runs here (with its keys), else the usual address.

    Raises `SettingsError`.
    """
    where = temporal_connection()
    if (stack := running()) is not None:
        if "TEMPORAL_ADDRESS" not in environment():
            where["target_host"], where["namespace"] = stack.address, NAMESPACE
        if where["target_host"] == stack.address:
            try:
                settings = settings.model_copy(update=_of_stack(stack, settings))
            except StackError as error:
                raise SettingsError(str(error)) from None
    return Server(where, settings)


async def connected(where: Server) -> Client:
    """A client of that server. Raises `Unavailable`, and `SettingsError` for a server whose keys are missing."""
    try:
        async with asyncio.timeout(CONNECT_LIMIT):
            client = await Client.connect(**where.connection)
    except (TimeoutError, RuntimeError, RPCError):
        raise Unavailable(
            f"No Temporal server answers at {where.address}; start one with vip up, or set TEMPORAL_ADDRESS."
        ) from None
    config = client.config()
    config["data_converter"] = data_converter(where.settings, where.address)
    return Client(**config)


def _of_stack(stack: Stack, settings: Settings) -> dict[str, Any]:
    """What the stack that runs here knows better than settings that do not say it. Raises `StackError`."""
    told: dict[str, Any] = {"payload_keys": keys(stack.data)}
    if "database_url" not in settings.model_fields_set:
        told["database_url"] = SecretStr(f"sqlite:///{stack.data.absolute() / 'register.sqlite3'}")
    return told


def register_of(settings: Settings) -> str | None:
    """The address of the register; None when there is none."""
    address = settings.database_url.get_secret_value()
    return None if address == "off" else address


def missing(address: str) -> Path | None:
    """The file of a register that nobody has made: whoever only looks makes none."""
    kind, _, path = address.partition(":///")
    return Path(path) if kind == "sqlite" and not Path(path).exists() else None
