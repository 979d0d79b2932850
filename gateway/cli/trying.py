"""Test letters to an address: `vip letters NAME --send-to`."""

import asyncio
from typing import TYPE_CHECKING

from gateway.cli.asking import Looking, settings_here
from gateway.cli.output import WrongUsage, document, say

if TYPE_CHECKING:
    from settings import Settings
    from states.letters import Letter


def send(found: "dict[str, Letter]", address: str, looking: Looking) -> None:
    """Send them all to one address. Raises `WrongUsage`, `Refused`."""
    from pydantic import TypeAdapter, ValidationError

    from activities.pool import Keeping
    from cases.words import Email
    from gateway.letters.sending import send_tests
    from gateway.letters.writing import Writer
    from worker import transport_to

    try:
        to: str = TypeAdapter(Email).validate_python(address)
    except ValidationError as error:
        raise WrongUsage(f"--send-to {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
    settings = _settings_with_relay()
    if settings.smtp_url is None or settings.mail_from is None:
        raise WrongUsage("VIP_SMTP_URL and VIP_MAIL_FROM are needed to send a letter; or start vip up here")
    transport = transport_to(settings.smtp_url, settings.mail_from, Keeping(connections=1))
    sent = asyncio.run(send_tests(found.values(), to, Writer(settings), transport))
    if looking.json:
        document({"to": to, "subjects": sent})
    else:
        say(f"Sent to {to} by {settings.smtp_url.host}:{settings.smtp_url.port}:")
        for subject in sent:
            say(f"  {subject}")


def _settings_with_relay() -> "Settings":
    """The settings, and where they name no relay those of the stack that runs here."""
    from local.stack import running
    from local.up import local_settings

    settings, stack = settings_here(), running()
    return local_settings(stack) if settings.smtp_url is None and stack is not None else settings
