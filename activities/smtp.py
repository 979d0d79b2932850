"""Hands a message to the relay by single SMTP verbs, so that it is always known how far an attempt came."""

import asyncio
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import aiosmtplib

from activities.mail import (
    Accepted,
    MailSystem,
    MailTransient,
    MailUncertain,
    MessageRefused,
    NotSent,
    RecipientRefused,
)

Security = Literal["none", "starttls", "tls"]
OUR_FAULT = frozenset({530, 534, 535, 538})
"""The relay wants a login, another login, or TLS: whichever verb it answers like that, no reader is to blame."""
GREYLISTED = timedelta(minutes=5)


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
    quit: float = 2


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class SmtpTransport:
    """Sends through one relay. A connection serves one message; `_connection` is where a pool would stand."""

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
    ) -> None:
        """`local_hostname` is how we greet the relay. Raises `ValueError` for mail in clear to another machine."""
        if security == "none" and not is_loopback(host):
            raise ValueError("without TLS only a relay on this machine may be used")
        self._host, self._port, self._security = host, port, security
        self._username, self._password = username, password
        self._local_hostname = local_hostname
        self._limits = limits or Limits()
        # One for all connections: making it takes longer than sending.
        self._tls = None if security == "none" else tls_context or ssl.create_default_context()

    async def send(self, envelope_from: str, to: str, raw: bytes) -> Accepted:
        """Raises the `NotSent` that fits how far it came and what the relay said."""
        phase = "connect"
        try:
            async with asyncio.timeout(self._limits.until_data) as clock, self._connection() as client:
                phase = "mail"
                size = [f"SIZE={len(raw)}"] if client.supports_extension("size") else []
                await client.mail(envelope_from, options=size)
                phase = "rcpt"
                await client.rcpt(to)
                phase = "data"
                clock.reschedule(asyncio.get_running_loop().time() + self._limits.data)
                reply = await client.data(raw, timeout=self._limits.data)
                clock.reschedule(None)
                return Accepted(reply.code)
        except aiosmtplib.SMTPResponseException as refusal:
            if accepted := _accepted_after_all(phase, refusal.code):
                return accepted
            raise _refused(phase, refusal.code, refusal.message) from None
        except (aiosmtplib.SMTPException, OSError, ValueError, UnicodeError) as failure:
            raise _broken(phase, failure) from None

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Client]:
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
            yield client
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=self._limits.quit)
        finally:
            # Also when the task is cancelled: a reply that comes late must never be taken for that of another letter.
            client.close()


def _accepted_after_all(phase: str, code: int) -> Accepted | None:
    # After the dot any 2yz is a yes. 250 as an error can only have answered DATA itself: nothing was sent then.
    return Accepted(code) if phase == "data" and 200 <= code < 300 and code != 250 else None


def _refused(phase: str, code: int, words: str) -> NotSent:
    """The relay answered: what its answer means depends on what it was asked."""
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", words)
    status = found[0] if found else None
    if code == 421 or 400 <= code < 500:
        greylisted = code in (450, 451) and (status == "4.7.1" or "greylist" in words.lower())
        return MailTransient(
            f"the relay said not now at {phase}",
            code=code,
            status=status,
            retry_after=GREYLISTED if greylisted else None,
        )
    if phase == "connect" or code in OUR_FAULT or not 500 <= code < 600:
        return MailSystem(f"the relay does not take our mail at {phase}", code=code, status=status)
    if phase == "rcpt":
        return RecipientRefused("the relay refused the recipient", code=code, status=status)
    return MessageRefused(f"the relay refused the message at {phase}", code=code, status=status)


def _broken(phase: str, failure: Exception) -> NotSent:
    """No answer came, or none that can be read."""
    # An SSL error is also an OSError and, for certificates, a ValueError; on connecting it hides behind another.
    if isinstance(failure, ssl.SSLError) or isinstance(failure.__cause__, ssl.SSLError):
        return MailSystem("no trusted TLS connection to the relay")
    if phase == "data":
        return MailUncertain("the connection ended between DATA and its reply")
    if isinstance(failure, OSError):
        return MailTransient(f"the connection ended at {phase}: {type(failure).__name__}")
    return MailSystem(f"the relay cannot be used at {phase}: {type(failure).__name__}")
