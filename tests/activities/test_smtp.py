"""One letter through one relay: what goes over the wire, and what happens when it is broken off."""

import asyncio
import time
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from activities.mail import Accepted, MailTransient, MailUncertain, RecipientRefused
from activities.smtp import Limits, SmtpTransport
from tests.activities.odd_relay import DROP, HANG, OddRelay
from tests.activities.relay_tls import Certificates, offering_tls
from tests.activities.sending import RAW, READER, SENDER, attempt, transport


async def test_a_message_arrives_byte_by_byte_at_a_real_server() -> None:
    got: list[Any] = []

    class Keep:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            got.append(envelope)
            return "250 2.0.0 kept"

    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Keep(), ident="here"), "127.0.0.1", 0)
    async with server:
        relay = SmtpTransport("127.0.0.1", server.sockets[0].getsockname()[1], "none")
        assert await relay.send(SENDER, READER, RAW) == Accepted(250)
    assert [(one.mail_from, one.rcpt_tos, one.content) for one in got] == [(SENDER, [READER], RAW)]


async def test_the_relay_is_greeted_by_our_own_name_and_told_the_size() -> None:
    relay = OddRelay()
    await attempt(relay)
    assert relay.asked[:3] == ["EHLO vip.example", f"MAIL FROM:<{SENDER}> SIZE={len(RAW)}", f"RCPT TO:<{READER}>"]
    assert relay.verbs[-1] == "QUIT"


async def test_a_relay_that_dies_after_its_yes_has_still_taken_the_message() -> None:
    assert await attempt(OddRelay(QUIT=DROP)) == Accepted(250)
    assert await attempt(OddRelay(QUIT=HANG)) == Accepted(250)


async def test_nobody_listening_is_transient() -> None:
    relay = OddRelay()
    async with relay.running():
        pass
    with pytest.raises(MailTransient):
        await transport(relay).send(SENDER, READER, RAW)


async def test_a_relay_that_answers_slowly_is_given_up_before_data() -> None:
    relay, began = OddRelay(RCPT=HANG), time.monotonic()
    limits = Limits(connect=5, command=5, until_data=0.3, data=5)
    async with relay.running():
        with pytest.raises(MailTransient):
            await SmtpTransport("127.0.0.1", relay.port, "none", limits=limits).send(SENDER, READER, RAW)
    assert time.monotonic() - began < 3


async def test_an_attempt_that_is_broken_off_before_data_has_sent_nothing() -> None:
    relay = OddRelay(RCPT=HANG)
    async with relay.running():
        task = asyncio.create_task(transport(relay).send(SENDER, READER, RAW))
        await relay.until(lambda relay: "RCPT" in relay.verbs)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_an_attempt_that_is_broken_off_after_data_is_uncertain_and_closes_its_connection() -> None:
    relay = OddRelay(DOT=HANG)
    async with relay.running():
        slow = SmtpTransport("127.0.0.1", relay.port, "none", limits=Limits(data=30))
        task = asyncio.create_task(slow.send(SENDER, READER, RAW))
        await relay.arrived.wait()
        task.cancel()
        with pytest.raises(MailUncertain):
            await task
        relay.answers["DOT"] = "250 ok"
        assert await transport(relay).send(SENDER, READER, RAW) == Accepted(250)
    assert relay.verbs.count("EHLO") == 2


async def test_many_letters_at_once_do_not_mix_up_their_answers() -> None:
    good, bad = OddRelay(), OddRelay(RCPT="550 5.1.1 no")
    async with good.running(), bad.running():
        sends = [transport(relay).send(SENDER, READER, RAW) for relay in (good, bad) * 10]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Accepted, RecipientRefused] * 10


@pytest.mark.parametrize("host", ["mail.example.com", "10.0.0.1", "localhost.example.com"])
def test_mail_in_clear_stays_on_this_machine(host: str) -> None:
    with pytest.raises(ValueError, match="without TLS"):
        SmtpTransport(host, 25, "none")
    for here in ("localhost", "127.0.0.1", "127.9.9.9", "::1"):
        SmtpTransport(here, 25, "none")


async def test_starttls_comes_before_login_and_letter(certificates: Certificates) -> None:
    relay = offering_tls(certificates.server)
    await attempt(relay, "starttls", tls_context=certificates.client, username="u", password="p")
    assert relay.verbs == ["EHLO", "STARTTLS", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_tls_from_the_first_byte(certificates: Certificates) -> None:
    relay = OddRelay()
    async with relay.running(ssl=certificates.server):
        sent = await transport(relay, "tls", tls_context=certificates.client).send(SENDER, READER, RAW)
    assert sent == Accepted(250)
