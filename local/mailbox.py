"""Mail on this machine: a catcher that keeps every letter in a folder, and a sink for the tests.

The folder is a Maildir, which any mail program can read. The envelope stands in `X-MailFrom` and `X-RcptTo`.
"""

import asyncio
import mailbox
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from local.inbox.reading import read, text_of
from local.ports import HOST

ACCEPTED = "250 2.0.0 kept"


@dataclass(frozen=True)
class Received:
    """One letter as it came over the wire: the envelope, the bytes, and the message read from them."""

    mail_from: str
    rcpt_to: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return read(self.raw)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return text_of(self.message)


class MailServer:
    """An SMTP server on loopback, in the running event loop. It can be switched off and on again; the port stays."""

    def __init__(self, handler: Any, *, port: int = 0, **options: Any) -> None:
        """`handler` and `options` are aiosmtpd's. Port 0: the system chooses."""
        self.port = port
        self._handler = handler
        self._options = {"hostname": "localhost", "ident": "local", **options}
        self._server: asyncio.Server | None = None
        self._sessions: list[SMTP] = []

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    async def switch_on(self) -> None:
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._session, HOST, self.port, reuse_address=True)
            self.port = self._server.sockets[0].getsockname()[1]

    async def switch_off(self) -> None:
        """Nobody answers any more, and conversations under way are cut."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            for session in self._sessions:
                if isinstance(session.transport, asyncio.WriteTransport):
                    session.transport.abort()
            self._sessions.clear()
            await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.switch_on()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.switch_off()

    def _session(self) -> SMTP:
        session = SMTP(self._handler, **self._options)
        self._sessions.append(session)
        return session


class MailCatcher(MailServer):
    """Keeps everything that is sent to it."""

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self._maildir = mailbox.Maildir(folder, create=True)
        super().__init__(self, port=port)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        heading = f"X-MailFrom: {envelope.mail_from}\nX-RcptTo: {', '.join(envelope.rcpt_tos)}\n".encode()
        body = (envelope.original_content or b"").replace(b"\r\n", b"\n")
        await asyncio.to_thread(self._maildir.add, heading + body)
        return ACCEPTED


class MailSink(MailServer):
    """For tests: remembers what it accepted, and answers as told.

    `answers` maps a recipient to the answer to RCPT TO (`"550 5.1.1 no such user"`), `"*"` to that for all others;
    `after_data` is the answer after the final dot. Both may be changed at any time.
    """

    def __init__(self, *, port: int = 0, **options: Any) -> None:
        super().__init__(self, port=port, **options)
        self.letters: list[Received] = []
        self.answers: dict[str, str] = {}
        self.after_data = ACCEPTED
        self.attempts = 0
        self._news = asyncio.Event()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.attempts += 1
        answer = self.answers.get(address, self.answers.get("*", "250 2.1.5 ok"))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        if self.after_data.startswith("2"):
            self.letters.append(
                Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b"")
            )
            self._news.set()
        return self.after_data

    def to(self, address: str) -> list[Received]:
        """What this reader got, oldest first."""
        return [letter for letter in self.letters if address in letter.rcpt_to]

    async def wait_for(self, what: Callable[[Received], bool] | int, *, seconds: float = 10) -> Received:
        """The first letter that fits, or, given a number, the letter that makes it so many. Raises `TimeoutError`."""
        async with asyncio.timeout(seconds):
            while True:
                self._news.clear()
                if isinstance(what, int):
                    if len(self.letters) >= what:
                        return self.letters[what - 1]
                elif found := next(filter(what, self.letters), None):
                    return found
                await self._news.wait()
