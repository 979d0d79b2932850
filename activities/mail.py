"""The activity that sends one letter, and what it asks of its helpers. Workflow files import it: keep it light."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, NoReturn, Protocol

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.attempt import seen_through
from activities.branding import Logo
from states.facts import Reader
from states.letters import LETTERS, Letter

SEND_LETTER = "send_letter"
STOPS, UNCERTAIN = "no_mail_to_this_address", "uncertain"
"""What workflows read of a failure (nothing will ever get through there), and of an answer (how many attempts before
ended in the dark: each may have brought the letter, too)."""
LONGEST_ATTEMPT = timedelta(minutes=5)
"""Longer than every limit of one attempt together; the activity's start-to-close timeout."""
SILENCE = timedelta(seconds=30)
"""An attempt without a sign of life for so long is lost with its worker; the activity's heartbeat timeout."""


@dataclass(frozen=True)
class Rendered:
    """A letter in the reader's language."""

    subject: str
    text: str
    html: str
    language: str
    logo: Logo | None = None
    """A picture that the page shows by its `cid:`."""


@dataclass(frozen=True)
class Message:
    """A letter as it goes over the wire: the same bytes on every attempt."""

    envelope_from: str
    to: str
    raw: bytes


@dataclass(frozen=True)
class Accepted:
    """The relay took the message over."""

    code: int
    uncertain: int = 0
    """Attempts before of which nobody knows whether the relay took it over, too."""


class NotSent(Exception):
    """An attempt failed. Carries the relay's code and enhanced status, never its words: they may repeat an address."""

    outcome = ""
    final = False
    details: tuple[str, ...] = ()

    def __init__(
        self,
        why: str,
        *,
        code: int | None = None,
        status: str | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(" ".join(str(part) for part in (why, code, status) if part))
        self.retry_after = retry_after


class RecipientRefused(NotSent):
    """The address takes no mail, and never will. No other letter is sent there (`STOPS`)."""

    outcome = "RecipientRefused"
    final = True
    details = (STOPS,)


class MessageRefused(NotSent):
    """The relay will never take this message, or it may not be sent at all. The address may be as good as ever."""

    outcome = "MessageRefused"
    final = True


class MailTransient(NotSent):
    """It may work later: 4yz, no connection, a time-out before DATA."""

    outcome = "MailTransient"


class MailSystem(NotSent):
    """Our own set-up or the relay's is wrong (TLS, login, a template): no reader is to blame."""

    outcome = "MailSystem"


class MailUncertain(NotSent):
    """The connection broke between DATA and its reply: it may have arrived. The next attempt sends the same bytes."""

    outcome = "MailUncertain"


@dataclass
class Turn:
    """One attempt's right to send a letter. `accepted` is set when the relay has taken it over, now or long ago."""

    accepted: Accepted | None = None
    uncertain: int = 0
    """Attempts before whose end nobody knows."""
    in_the_dark: bool = False
    """So ended this one."""


class Renderer(Protocol):
    """Finds the words."""

    def render(self, letter: Letter) -> Rendered: ...


class Composer(Protocol):
    """Makes one message of them. Raises `MessageRefused` for what no header or body may hold."""

    def compose(self, letter: Letter, rendered: Rendered) -> Message: ...


class Transport(Protocol):
    """Hands the message to the relay. Raises a `NotSent`."""

    async def send(self, envelope_from: str, to: str, raw: bytes) -> Accepted: ...

    async def close(self) -> None: ...


class Memory(Protocol):
    """Remembers by their keys which letters were handed over, and lets one attempt of each send at a time.

    Whoever has the turn sends unless it is `accepted` already, and sets that. Raises a `NotSent` when another attempt
    has the turn, or when nothing can be remembered.
    """

    def turn(self, key: str) -> AbstractAsyncContextManager[Turn]: ...

    def close(self) -> None: ...


class Forgetful:
    """Remembers nothing: every attempt sends."""

    @asynccontextmanager
    async def turn(self, _key: str) -> AsyncIterator[Turn]:
        yield Turn()

    def close(self) -> None:
        """There is nothing to close."""


class Mail:
    """The activity of the mail task queue."""

    def __init__(
        self, renderer: Renderer, composer: Composer, transport: Transport, memory: Memory | None = None
    ) -> None:
        """Without a `memory` a letter whose attempt was killed goes out again, even if it had arrived."""
        self._renderer = renderer
        self._composer = composer
        self._transport = transport
        self._memory = memory or Forgetful()

    async def close(self) -> None:
        """Nothing is sent after this."""
        await self._transport.close()
        self._memory.close()

    @activity.defn(name=SEND_LETTER)
    async def send_letter(self, letter: dict[str, Any]) -> dict[str, Any]:
        """Send `{"letter": name, ...fields}` to its reader; errors are of the types above and hold no personal data."""
        try:
            accepted = await seen_through(self._hand_over(read_letter(letter)))
        except NotSent as failure:
            _raise(failure)
        answer = {"outcome": "sent", "code": accepted.code}
        return {**answer, UNCERTAIN: accepted.uncertain} if accepted.uncertain else answer

    async def _hand_over(self, letter: Letter) -> Accepted:
        message = self._message(letter)
        async with self._memory.turn(letter.key) as turn:
            if turn.accepted is None:
                try:
                    sent = await self._transport.send(message.envelope_from, message.to, message.raw)
                except MailUncertain:
                    turn.in_the_dark = True
                    raise
                turn.accepted = replace(sent, uncertain=turn.uncertain)
        return turn.accepted

    def _message(self, letter: Letter) -> Message:
        try:
            return self._composer.compose(letter, self._renderer.render(letter))
        except NotSent:
            raise
        except Exception as error:
            # A repaired template or a newer worker can still send it; what the error says may quote the letter.
            raise MailSystem(f"letter {letter.name} cannot be written: {type(error).__name__}") from None


def wire_letter(letter: Letter) -> dict[str, Any]:
    """A letter as the activity's argument."""
    return {"letter": letter.name, **letter.model_dump(mode="json")}


def read_letter(wire: Mapping[str, Any]) -> Letter:
    """The letter of an activity's argument. Raises `MailSystem`: a newer worker may know it."""
    fields = dict(wire)
    name = str(fields.pop("letter", ""))
    kind = LETTERS.get(name)
    if kind is None:
        raise MailSystem("this worker knows no such letter")
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        wrong = sorted({".".join(str(step) for step in each["loc"]) for each in error.errors()})
    raise MailSystem(f"letter {name} cannot be read: {', '.join(wrong)}")


def address_of(letter: Letter) -> tuple[str, str]:
    """Name and address of the letter's reader."""
    person = letter.contact if letter.reader is Reader.CONTACT else letter.account_manager
    return person.name, person.email


def _raise(failure: NotSent) -> NoReturn:
    raise ApplicationError(
        str(failure),
        *failure.details,
        type=failure.outcome,
        non_retryable=failure.final,
        next_retry_delay=failure.retry_after,
    ) from None
