"""`vip up`: a whole installation on this machine: server, mail catcher, worker, HTTP gateway, sample customers.

It knows how to run them, not what they are: worker, doors and samples are given to it.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import uvicorn
from rich.console import Console
from temporalio.client import Client
from temporalio.runtime import Runtime

import telemetry
from encryption.converter import data_converter
from local import ui
from local.mailbox import MailCatcher
from local.ports import HOST, USUAL, Ports, without_delay
from local.server import ServerError, serving
from local.stack import (
    NAMESPACE,
    Stack,
    StackError,
    choose,
    claimed,
    keys,
    link_secret,
    remember,
    write_environment,
)
from local.views import what_is_where
from settings import Settings, SettingsError, environment, load

_DEFAULTS = {
    "mail_from": "Example Reseller <licences@reseller.example.com>",
    "reseller_name": "Example Reseller",
    "support": "help@reseller.example.com",
}


@dataclass(frozen=True)
class Parts:
    """What the stack runs.

    `worker` works until it is cancelled and sets the event when cases can be started; `doors` makes the ASGI
    application of the API and the invitation page, `codec` the one that decodes for the UI; `samples` makes the sample
    customers and says in a sentence what it made. It is called until it has succeeded once, so it goes on where it was
    interrupted.
    """

    worker: Callable[[Client, Settings, asyncio.Event], Awaitable[None]]
    doors: Callable[[Client, Settings], Any]
    codec: Callable[[Settings], Any]
    samples: Callable[[Client, Settings], Awaitable[str]]


def run(parts: Parts, *, data: Path, samples: bool = True, port_offset: int = 0, usual: Ports = USUAL) -> int:
    """Run the stack until Ctrl-C or SIGTERM. Returns the exit status: 0 stopped, 2 cannot run so, 3 no server."""
    console = Console(highlight=False, soft_wrap=True)
    try:
        wanted = usual.shifted(port_offset)
        asyncio.run(_until_told_to_stop(parts, data, wanted, samples, lambda text: console.print(text, markup=False)))
    except (StackError, SettingsError, ServerError, ValueError, OSError) as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        return 3 if isinstance(error, ServerError) else 2
    return 0


async def up(parts: Parts, *, data: Path, wanted: Ports, samples: bool, say: Callable[[str], None]) -> None:
    """Run the stack until cancelled; then worker and doors stop first, the server last. `say` gets what a person reads.

    Raises `StackError`, `SettingsError` or `ServerError` when it cannot, and whatever ended a part that ended by
    itself.
    """
    async with AsyncExitStack() as stopping:
        lock = await stopping.enter_async_context(claimed(data))
        stack = choose(data, wanted)
        settings = local_settings(stack)
        with _logs(data, settings):
            client = await stopping.enter_async_context(
                serving(
                    port=stack.ports.temporal,
                    ui_port=stack.ports.ui_behind,
                    data=data,
                    log=data / "server.log",
                    namespace=NAMESPACE,
                    converter=data_converter(settings, stack.address),
                    codec=stack.codec_url,
                    keep_open=[lock.fileno()],
                )
            )
            await stopping.enter_async_context(MailCatcher(stack.inbox, port=stack.ports.smtp))
            remember(stack, wanted)
            write_environment(stack, settings)
            ready, shown = asyncio.Event(), ui.app(stack.ui_behind, parts.codec(settings), stack.inbox)
            doors = parts.doors(client, settings)  # before anything begins: a setting may be wrong
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_endless("the worker", parts.worker(client, settings, ready)))
                    group.create_task(_endless("the doors", _serve(doors, stack.ports.page, "on")))
                    group.create_task(_endless("the UI", _serve(shown, stack.ports.ui, "on")))
                    await ready.wait()
                    say(what_is_where(stack))
                    if samples and not (made := data / "samples-made").exists():
                        say("Sample customers are being made …")
                        say(await parts.samples(client, settings))
                        made.touch()
                    say("Everything runs. Ctrl-C stops it; the next start goes on from there.")
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None


def local_settings(stack: Stack) -> Settings:
    """The settings of what works on this stack. Its letters stay on this machine, whatever is set elsewhere."""
    given = environment()
    overrides: dict[str, Any] = {name: value for name, value in _DEFAULTS.items() if f"VIP_{name.upper()}" not in given}
    overrides |= {"smtp_url": stack.smtp_url, "public_url": stack.page_url, "ui_url": stack.ui_url}
    overrides |= {"sent_letters": stack.sent_letters}
    if "VIP_DATABASE_URL" not in given:
        overrides["database_url"] = stack.database_url
    return load(**overrides, link_secret=link_secret(stack.data), payload_keys=keys(stack.data))


async def _until_told_to_stop(
    parts: Parts, data: Path, wanted: Ports, samples: bool, say: Callable[[str], None]
) -> None:
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(up(parts, data=data, wanted=wanted, samples=samples, say=say))

    def stop(number: signal.Signals) -> None:
        say("Stopping …")
        loop.remove_signal_handler(number)  # the second time it ends us at once; the server follows by itself
        work.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop, number)
    try:
        await work
    except asyncio.CancelledError:
        say("Stopped.")


async def _endless(name: str, work: Awaitable[None]) -> None:
    await work
    raise StackError(f"{name} ended by itself; see the log")


async def _serve(application: Any, port: int, lifespan: Literal["on", "off"] = "off") -> None:
    config = uvicorn.Config(
        application, log_config=None, access_log=False, lifespan=lifespan, timeout_graceful_shutdown=2
    )
    server = _Server(config)
    with without_delay(socket.create_server((HOST, port))) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # the stack stops its parts in order; none of them listens to signals by itself


@contextmanager
def _logs(data: Path, settings: Settings) -> Iterator[None]:
    """Logs go to a file beside the data: the terminal is for what a person reads."""
    with (data / "vip.log").open("a") as log:
        telemetry.configure_logging(json=settings.log_format == "json", stream=log)
        Runtime.set_default(telemetry.runtime(settings.metrics_address), error_if_already_set=False)
        try:
            yield
        finally:
            telemetry.configure_logging(json=settings.log_format == "json", stream=sys.stderr)
