"""The process that serves: told to stop, it answers what is under way and ends well."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

_GRACE = 15
"""Seconds for requests that are under way; none takes longer than ten."""
_KEPT = 75
"""Seconds for which an idle connection is kept: longer than proxies do, so that they never send into a closed one."""


async def serve(application: ASGIApp, listener: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT; a second one does not wait."""
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        timeout_keep_alive=_KEPT,
    )
    await _Server(config).serve(sockets=[listener])


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, without ending by the same signal afterwards: who asked it to stop wants status 0."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield
