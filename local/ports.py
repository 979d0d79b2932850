"""Where the parts of the local stack listen: the usual ports, or free ones where those are taken."""

import secrets
import socket
from dataclasses import asdict, dataclass
from typing import Self

HOST = "127.0.0.1"
_OTHERS = range(20_000, 31_000)
"""Below those of outgoing connections: one of them would take a port between choosing and listening."""
_TRIES = 100


@dataclass(frozen=True)
class Ports:
    """One TCP port for each part of the stack. 0 stands for any that is free."""

    temporal: int = 7233
    ui: int = 8233
    smtp: int = 1025
    page: int = 8025
    ui_behind: int = 0
    """Where Temporal's own UI listens; on `ui` it is shown without resets."""

    def shifted(self, offset: int) -> Self:
        """The same ports, all moved by `offset`. Raises `ValueError` where that is no port."""
        moved = {name: port and port + offset for name, port in asdict(self).items()}
        if not all(0 <= port < 65536 for port in moved.values()):
            raise ValueError(f"the ports {', '.join(map(str, moved.values()))} do not exist: choose another offset")
        return type(self)(**moved)

    def free(self) -> Self:
        """These ports where they are free, others by chance where they are taken."""
        held: list[socket.socket] = []
        try:
            return type(self)(**{name: _reserve(port, held) for name, port in asdict(self).items()})
        finally:
            for each in held:
                each.close()


def without_delay(listener: socket.socket) -> socket.socket:
    """The same, its connections sending at once what is written: otherwise an answer in two parts waits some 40 ms for
    the first to be acknowledged. (asyncio sees to that for the sockets that it makes itself.)"""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


USUAL = Ports()
ANY = Ports(0, 0, 0, 0)


def _reserve(port: int, held: list[socket.socket]) -> int:
    for wanted in (*([port] if port else []), *(secrets.choice(_OTHERS) for _ in range(_TRIES))):
        listener = socket.socket()
        # As servers do: a port whose last connections are still closing counts as free.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.append(listener)
        try:
            listener.bind((HOST, wanted))
            listener.listen()
        except OSError:
            continue
        return int(listener.getsockname()[1])
    raise OSError("no port is free on this machine")
