"""The HTTP gateway: `vip serve`."""

import asyncio
import secrets
import socket
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from gateway.cli.asking import LOOKING, Looking, server, settings_here
from gateway.cli.output import WrongUsage, document, say

if TYPE_CHECKING:
    from temporalio.client import Client

    from gateway.connecting import Server

Port = Annotated[int, Parameter(help="Port to listen on; 0 is any that is free.")]

_WAITING = 128
"""Connections that may wait to be taken."""


def serve(
    *, host: str = "127.0.0.1", port: Port = 8025, new_key: str | None = None, looking: Looking = LOOKING
) -> None:
    """Serve the API and the page of invitations, until SIGTERM or Ctrl-C.

    Parameters
    ----------
    host
        Address to listen on. Elsewhere than on this machine keys are needed: VIP_API_KEYS.
    new_key
        Serve nothing; make a new key for NAME:ROLE (read, trigger or manage), and its entry for VIP_API_KEYS.
    """
    if new_key is not None:
        _print_new_key(new_key, looking)
        return
    from settings_values import is_loopback

    settings = settings_here()
    if not settings.api_keys and not is_loopback(host):
        raise WrongUsage(
            f"VIP_API_KEYS is missing: on {host} others can ask, and without keys everybody may do anything"
        )
    where = server(settings)
    with _bound(host, port) as listener:
        asyncio.run(_serve(where, listener, looking))


def _print_new_key(name_and_role: str, looking: Looking) -> None:
    from settings_values import ApiKey

    key = secrets.token_hex(32)
    try:
        entry = ApiKey.entry(name_and_role, key)
    except ValueError:
        raise WrongUsage(
            "--new-key takes name:role: a name of 1 to 64 letters, digits, . _ and -, and read, trigger or manage"
        ) from None
    if looking.json:
        document({"key": key, "entry": entry})
    else:
        say(f"for the caller:    {key}")
        say(f"for VIP_API_KEYS:  {entry}")


def _bound(host: str, port: int) -> socket.socket:
    """The address is taken now, so that whoever cannot have it is told at once."""
    from local.ports import without_delay

    listener = without_delay(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET))
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise _cannot_listen(host, port, error) from None
    return listener


def _cannot_listen(host: str, port: int, why: Exception) -> WrongUsage:
    return WrongUsage(f"cannot listen on {host} port {port}: {why}")


async def _serve(where: "Server", listener: socket.socket, looking: Looking) -> None:
    from temporalio.runtime import Runtime

    import telemetry
    from gateway.cli.doors import doors, missing
    from gateway.http.server import serve
    from settings import SettingsError

    settings = where.settings
    telemetry.configure_logging(json=settings.log_format == "json")
    Runtime.set_default(telemetry.runtime(settings.metrics_address), error_if_already_set=False)
    try:
        application = doors(await _client(where), settings)
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    host, port = listener.getsockname()[:2]
    try:
        # Not before: until it can answer, whoever calls is refused at once and may go to another gateway.
        listener.listen(_WAITING)
    except OSError as error:
        raise _cannot_listen(host, port, error) from None
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    if looking.json:
        document({"http": address, "temporal": where.address, "page": not missing(settings)})
    else:
        say(f"It serves {address}/v1 (described at {address}/openapi.json) for Temporal at {where.address}.")
        if lacking := missing(settings):
            say(f"The page of invitations is not served: {', '.join(lacking)} missing.")
    await serve(application, listener)


async def _client(where: "Server") -> "Client":
    """Connects when it is first needed: this may start before Temporal does, and outlive it."""
    from temporalio.client import Client

    from encryption.converter import data_converter

    converter = data_converter(where.settings, where.address)
    return await Client.connect(**where.connection, data_converter=converter, lazy=True)
