"""Test letters to an address: as a reader would get them, marked as tests, through the relay of the settings."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex

from activities.mail import NotSent, Transport
from gateway.errors import Refused, Unavailable
from gateway.letters.writing import Writer
from states.facts import Reader
from states.letters import Letter

MARK = "[Test]"


async def send_tests(letters: Iterable[Letter], to: str, writer: Writer, transport: Transport) -> list[str]:
    """Send each to this address, whoever it would be for; returns the subjects. Raises `Refused` when the relay says
    no, `Unavailable` when it says nothing: some of the letters may be gone then."""
    try:
        return [await _send(letter, to, writer, transport) for letter in letters]
    finally:
        await transport.close()


async def _send(letter: Letter, to: str, writer: Writer, transport: Transport) -> str:
    rendered = writer.words(letter)
    marked = replace(rendered, subject=f"{MARK} {rendered.subject}")
    # A letter of its own each time, outside every thread, from now: words stay those of its own day.
    key = f"test:{token_hex(16)}"
    sent = _to(letter, to).model_copy(update={"key": key, "thread": key, "written_at": datetime.now(UTC)})
    try:
        message = writer.composer.compose(sent, marked)
        await transport.send(message.envelope_from, message.to, message.raw)
    except NotSent as failure:
        raise _no(failure, to) from None
    return marked.subject


def _to(letter: Letter, address: str) -> Letter:
    field = "contact" if letter.reader is Reader.CONTACT else "account_manager"
    person = getattr(letter, field)
    return letter.model_copy(update={field: person.model_copy(update={"email": address})})


def _no(failure: NotSent, to: str) -> Refused:
    if not failure.final:
        return Unavailable(f"The mail relay did not take the letter to {to}: {failure}")
    code = {"RecipientRefused": "recipient_refused"}.get(failure.outcome, "message_refused")
    message = f"The mail relay refuses the letter to {to}: {failure}"
    return Refused(code, message, [{"code": code, "message": message}])
