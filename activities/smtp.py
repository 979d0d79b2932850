"""Hands a message to the relay by single SMTP verbs, so that it is always known how far an attempt came."""

import asyncio
import ipaddress
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal

import aiosmtplib

from activities.circuit import Circuit
from activities.mail import Accepted, MailSystem, MailTransient, MailUncertain, NotSent
from activities.outcomes import is_yes, refused
from activities.pool import Connection, Keeping, Pool

Security = Literal["none", "starttls", "tls"]
CLOSING = 421
_STALE = (aiosmtplib.SMTPServerDisconnected, ConnectionError)
"""How a connection shows that the relay had closed it while it was idle."""


class Client(aiosmtplib.SMTP):
    """One login attempt a connection: each further one counts towards a lock-out."""

    AUTH_METHODS = ("plain", "login")

    @property
    def supported_auth_methods(self) -> list[str]:
        return super().supported_auth_methods[:1]


@dataclass(frozen=True)
class Limits:
    """Seconds; `until_data` and `data` together stay well below `mail.LONGEST_ATTEMPT`."""

    connect: float = 10
    command: float = 30
    until_data: float = 75
    data: float = 120


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class SmtpTransport:
    """Sends through one relay, over connections that are kept from letter to letter."""

    def __init__(
        self,
        host: str,
        port: int,
        security: Security,
        *,
        username: str | None = None,
        password: str | None = None,
        local_hostname: str = "localhost",
        tls_context: ssl.SSLContext | None = None,
        limits: Limits | None = None,
        keeping: Keeping | None = None,
        circuit: Circuit | None = None,
    ) -> None:
        """`local_hostname` is how we greet the relay. Raises `ValueError` for mail in clear to another machine."""
        if security == "none" and not is_loopback(host):
            raise ValueError("without TLS only a relay on this machine may be used")
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._local_hostname = local_hostname
        self._limits = limits or Limits()
        self._circuit = circuit or Circuit()
        self._pool = Pool(self._connect, keeping or Keeping())
        # One for all connections: making it takes longer than sending.
        self._tls = None if security == "none" else tls_context or ssl.create_default_context()

    async def send(self, envelope_from: str, to: str, raw: bytes) -> Accepted:
        """Raises the `NotSent` that fits how far it came and what the relay said."""
        self._circuit.enter(self._limits.until_data + self._limits.data)
        attempt = _Attempt(self._pool, self._limits)
        try:
            accepted = await attempt.send(envelope_from, to, raw)
        except NotSent as failure:
            if isinstance(failure, MailSystem) and attempt.phase in ("connect", "mail"):  # every letter would fail so
                failure.retry_after = self._circuit.open()
            raise
        self._circuit.close()
        return accepted

    async def close(self) -> None:
        """Say goodbye to the relay."""
        await self._pool.close()

    async def _connect(self) -> Client:
        client = Client(
            hostname=self._host,
            port=self._port,
            username=self._username,
            password=self._password,
            local_hostname=self._local_hostname,
            timeout=self._limits.command,
            use_tls=self._security == "tls",
            start_tls=self._security == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect(timeout=self._limits.connect)
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        except BaseException:
            client.close()
            raise
        return client


class _Attempt:
    """One letter on its way. `phase` is how far it came: connect, mail, rcpt, or data (until its reply)."""

    def __init__(self, pool: Pool, limits: Limits) -> None:
        self._pool, self._limits = pool, limits
        self._clock: asyncio.Timeout
        self.phase = "connect"

    async def send(self, envelope_from: str, to: str, raw: bytes) -> Accepted:
        try:
            async with asyncio.timeout(self._limits.until_data) as self._clock:
                return await self._converse(envelope_from, to, raw)
        except aiosmtplib.SMTPResponseException as refusal:
            raise refused(self.phase, refusal.code, refusal.message) from None
        except (aiosmtplib.SMTPException, OSError, ValueError, UnicodeError) as failure:
            raise self._broken(failure) from None
        except asyncio.CancelledError:
            if self.phase == "data":
                raise MailUncertain("it was broken off between DATA and its reply") from None
            raise

    async def _converse(self, envelope_from: str, to: str, raw: bytes) -> Accepted:
        connection = await self._ready(envelope_from, raw)
        try:
            self.phase = "rcpt"
            await _said_yes(connection.client.rcpt(to))
            self.phase = "data"
            self._clock.reschedule(asyncio.get_running_loop().time() + self._limits.data)
            code = await self._data(connection.client, raw)
        except aiosmtplib.SMTPResponseException as refusal:
            self._after_no(connection, refusal.code)
            raise
        except BaseException:
            self._pool.drop(connection)
            raise
        self._pool.give(connection)
        return Accepted(code)

    async def _ready(self, envelope_from: str, raw: bytes) -> Connection:
        """A connection on which the relay has taken MAIL. That it had closed one which was idle is no failure."""
        while True:
            self.phase = "connect"
            connection = await self._pool.take()
            self.phase = "mail"
            client, kept = connection.client, connection.used > 1
            try:
                size = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
                await _said_yes(client.mail(envelope_from, options=size))
            except aiosmtplib.SMTPResponseException as refusal:
                self._after_no(connection, refusal.code)
                if not (kept and refusal.code == CLOSING):
                    raise
            except BaseException as failure:
                self._pool.drop(connection)
                if not (kept and isinstance(failure, _STALE)):
                    raise
            else:
                return connection

    def _after_no(self, connection: Connection, code: int) -> None:
        if code == CLOSING:
            self._pool.drop(connection)
        else:
            self._pool.give(connection, reset=True)

    async def _data(self, client: aiosmtplib.SMTP, raw: bytes) -> int:
        try:
            return (await client.data(raw, timeout=self._limits.data)).code
        except aiosmtplib.SMTPDataError as answer:
            # After the dot any 2yz is a yes. 250 as an error can only have answered DATA itself: nothing was sent then.
            if is_yes(answer.code) and answer.code != aiosmtplib.SMTPStatus.completed:
                return answer.code
            raise

    def _broken(self, failure: Exception) -> NotSent:
        """No answer came, or none that can be read."""
        # An SSL error is also an OSError and, for certificates, a ValueError; on connecting it hides behind another.
        if isinstance(failure, ssl.SSLError) or isinstance(failure.__cause__, ssl.SSLError):
            return MailSystem("no trusted TLS connection to the relay")
        if self.phase == "data":
            return MailUncertain("the connection ended between DATA and its reply")
        if isinstance(failure, OSError):
            return MailTransient(f"the connection ended at {self.phase}: {type(failure).__name__}")
        return MailSystem(f"the relay cannot be used at {self.phase}: {type(failure).__name__}")


async def _said_yes(asked: Awaitable[object]) -> None:
    """Any 2yz; the library knows one or two of them. Raises what else was said."""
    try:
        await asked
    except aiosmtplib.SMTPResponseException as answer:
        if not is_yes(answer.code):
            raise
