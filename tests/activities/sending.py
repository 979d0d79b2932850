"""Sending one letter to a relay that behaves as told, with little patience."""

from typing import Any

from activities.mail import Accepted
from activities.pool import Keeping
from activities.smtp import Limits, Security, SmtpTransport
from tests.activities.odd_relay import OddRelay

SENDER, READER = "licences@reseller.example", "soren@school.example"
RAW = b"Subject: hello\r\n\r\n.a line that begins with a dot\r\n"
FAST = Limits(connect=0.5, command=0.3, until_data=2, data=0.3)
KEEPING = Keeping(connections=4, reset=0.2)


def transport(
    relay: OddRelay, security: Security = "none", *, keeping: Keeping = KEEPING, limits: Limits = FAST, **options: Any
) -> SmtpTransport:
    return SmtpTransport(
        "127.0.0.1", relay.port, security, limits=limits, keeping=keeping, local_hostname="vip.example", **options
    )


async def attempt(relay: OddRelay, security: Security = "none", **options: Any) -> Accepted:
    async with relay.running():
        sending = transport(relay, security, **options)
        try:
            return await sending.send(SENDER, READER, RAW)
        finally:
            await sending.close()
